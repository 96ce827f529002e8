"""TAXII 2.1 §5.6, §5.8: one object (B) and its versions (Y)."""

import pytest

from tests.taxii import forms
from tests.taxii.caller import LAST, Caller, ids, manifest, modified, one, versions
from tests.taxii.content import V1, V2, V3, Shelf, address, indicator, statement
from tests.taxii.forms import refused

ODD = ["xyz", "indicator--", "indicator--xyz", "%F0%9F%98%80", "x" * 4000, "--", "indicator--*", "%25", "'; --"]


def test_B_01_I_18_the_latest_version_by_default(ana: Caller, stock: Shelf) -> None:
    assert forms.read(ana.get(one("xa", stock.three["id"])), forms.Envelope)
    assert modified(ana.get(one("xa", stock.three["id"]))) == [V3]


def test_B_02_its_filters(ana: Caller, stock: Shelf) -> None:
    path = one("xa", stock.three["id"])
    assert modified(ana.get(path, "match[version]=all")) == [V1, V2, V3]
    first = ana.get(path, "match[version]=all&limit=1")
    assert modified(first) == [V1]
    assert modified(ana.get(path, {"match[version]": "all", "next": first.json["next"]})) == [V2, V3]
    assert modified(ana.get(path, {"match[version]": "all", "added_after": first.headers[LAST]})) == [V2, V3]
    assert modified(ana.get(path, "match[spec_version]=2.1")) == [V3]


@pytest.mark.parametrize("query", ["", "match[version]=all", "limit=1", "added_after=2020-01-01T00:00:00Z", "foo=bar"])
@pytest.mark.parametrize("object_id", ["indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f", *ODD])
def test_B_03_Y_05_I_18_an_unknown_id_is_404(ana: Caller, stock: Shelf, object_id: str, query: str) -> None:
    assert stock
    refused(ana.get(one("xa", object_id), query), 404)
    refused(ana.get(versions("xa", object_id), query), 404)


def test_B_03_what_is_in_another_collection_is_404(ana: Caller, stock: Shelf) -> None:
    refused(ana.get(one("common", stock.three["id"])), 404)
    refused(ana.get(versions("common", stock.three["id"])), 404)
    assert ids(ana.get(one("all", stock.three["id"]))) == [stock.three["id"]]


@pytest.mark.parametrize(
    "query",
    ["match[version]=1999-01-01T00:00:00Z", "added_after=2099-01-01T00:00:00Z", "match[spec_version]=2.0"],
)
def test_B_04_a_known_id_of_which_nothing_is_left_is_empty(ana: Caller, stock: Shelf, query: str) -> None:
    answer = ana.get(one("xa", stock.three["id"]), query)
    assert (answer.status_code, answer.json) == (200, {})


def test_Y_01_I_19_every_version(ana: Caller, stock: Shelf) -> None:
    answer = ana.get(versions("xa", stock.three["id"]))
    assert forms.read(answer, forms.Versions).versions == [V1, V2, V3]


@pytest.mark.parametrize("make", [statement, address])
def test_Y_02_what_has_no_modified(ana: Caller, make: type) -> None:
    item = make()
    (detail,) = ana.added("common", item)["successes"]
    assert ana.get(versions("common", item["id"])).json["versions"] == [detail["version"]]
    assert modified(ana.get(manifest("common"), {"match[id]": item["id"]})) == [detail["version"]]


@pytest.mark.parametrize("query", ["added_after=2099-01-01T00:00:00Z", "match[spec_version]=2.0"])
def test_Y_03_no_version_left_is_empty(ana: Caller, stock: Shelf, query: str) -> None:
    answer = ana.get(versions("xa", stock.three["id"]), query)
    assert (answer.status_code, answer.json) == (200, {})


def test_Y_04_I_28_versions_are_paged(ana: Caller, stock: Shelf) -> None:
    path = versions("xa", stock.three["id"])
    pages = list(ana.pages(path, {"limit": "1"}))
    assert [modified(page) for page in pages] == [[V1], [V2], [V3]]
    assert ana.get(path, {"added_after": pages[1].headers[LAST]}).json["versions"] == [V3]
    assert ana.get(path, "match[spec_version]=2.1").json["versions"] == [V1, V2, V3]


def test_Y_06_versions_are_the_objects_own_text_in_order(ana: Caller) -> None:
    item = indicator(created="2023-01-01T00:00:00.000Z")
    texts = ["2023-01-01T00:00:00.000Z", "2023-01-01T00:00:00.1000Z", "2023-01-01T00:00:00.100001Z"]
    for text in texts:
        ana.added("common", item | {"modified": text})
    assert ana.get(versions("common", item["id"])).json["versions"] == texts
    assert modified(ana.get(one("common", item["id"]), "match[version]=all")) == texts
