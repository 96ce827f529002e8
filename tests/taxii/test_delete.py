"""TAXII 2.1 §5.7: deleting (X)."""

import pytest

from tests.taxii.caller import TAXII, Caller, ids, manifest, modified, objects, one, versions
from tests.taxii.content import V1, V2, V3, Item, address, identity, indicator, revised
from tests.taxii.forms import refused


def three(ana: Caller) -> Item:
    """Add an indicator in three versions."""
    item = indicator()
    for version in (V1, V2, V3):
        ana.added("common", revised(item, version))
    return item


def test_X_01_I_22_a_deletion_is_200_without_a_body(ana: Caller) -> None:
    item = identity()
    ana.added("common", item)
    answer = ana.delete(one("common", item["id"]))
    assert (answer.status_code, answer.data, answer.content_type) == (200, b"", TAXII)


def test_X_02_X_03_X_05_what_is_deleted_is_gone_in_every_version(ana: Caller) -> None:
    item, other = three(ana), identity()
    ana.added("common", other)
    assert ana.delete(one("common", item["id"])).status_code == 200
    for path_of in (one, versions):
        refused(ana.get(path_of("common", item["id"])), 404)
        refused(ana.get(path_of("common", item["id"]), "match[version]=all"), 404)
    for path in (objects("common"), manifest("common"), objects("all")):
        assert item["id"] not in ids(ana.get(path, "match[version]=all"))
        assert other["id"] in ids(ana.get(path))


@pytest.mark.parametrize(
    ("value", "left"),
    [
        (V2, [V1, V3]),
        ("2024-01-02T00:00:00Z", [V1, V3]),
        ("first", [V2, V3]),
        ("last", [V1, V2]),
        ("first,last", [V2]),
        (f"{V1},{V3}", [V2]),
        ("last,1999-01-01T00:00:00Z", [V1, V2]),
    ],
)
def test_X_04_the_versions_named_are_deleted(ana: Caller, value: str, left: list[str]) -> None:
    item = three(ana)
    assert ana.delete(one("common", item["id"]), {"match[version]": value}).status_code == 200
    assert ana.get(versions("common", item["id"])).json["versions"] == left
    assert modified(ana.get(one("common", item["id"]))) == left[-1:]
    assert modified(ana.get(manifest("common"), {"match[id]": item["id"], "match[version]": "all"})) == left


def test_X_04_all_is_every_version(ana: Caller) -> None:
    item = three(ana)
    assert ana.delete(one("common", item["id"]), "match[version]=all").status_code == 200
    refused(ana.get(one("common", item["id"])), 404)


@pytest.mark.parametrize(
    "object_id", ["identity--1506db4e-dfa9-4d20-9d7a-2128ee4e3523", "xyz", "%00", "x" * 3000, "%F0%9F%98%80"]
)
def test_X_06_an_unknown_object_is_404(ana: Caller, object_id: str) -> None:
    refused(ana.delete(one("common", object_id)), 404)


def test_X_06_a_second_deletion_is_404(ana: Caller) -> None:
    item = identity()
    ana.added("common", item)
    assert ana.delete(one("common", item["id"])).status_code == 200
    refused(ana.delete(one("common", item["id"])), 404)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("match[version]=1999-01-01T00:00:00Z", 404),
        ("match[spec_version]=2.0", 404),
        ("match[version]=garbage", 400),
        ("match[version]=", 400),
        ("match[version]=all,last", 400),
        ("match[version]=last,last", 400),
        ("match[version]=last&match[version]=last", 400),
        ("match[spec_version]=", 400),
        ("match[spec_version]=x", 400),
    ],
)
def test_X_06_X_08_what_matches_nothing_deletes_nothing(ana: Caller, query: str, code: int) -> None:
    item = three(ana)
    refused(ana.delete(one("common", item["id"]), query), code)
    assert ana.get(versions("common", item["id"])).json["versions"] == [V1, V2, V3]


def test_X_08_a_specification_version_that_matches_deletes(ana: Caller) -> None:
    item = three(ana)
    assert ana.delete(one("common", item["id"]), "match[spec_version]=2.1").status_code == 200
    refused(ana.get(one("common", item["id"])), 404)


def test_X_09_the_object_stays_in_other_collections(ana: Caller) -> None:
    item = identity()
    ana.added("common", item)
    ana.added("xa", item)
    assert ana.delete(one("common", item["id"])).status_code == 200
    assert ids(ana.get(one("xa", item["id"]))) == [item["id"]]


def test_X_09_what_others_published_under_the_id_stays(ana: Caller, ben: Caller) -> None:
    item = address()
    ana.added("common", item)
    ben.added("common", item)
    assert ana.delete(one("common", item["id"])).status_code == 200
    assert ids(ana.get(one("common", item["id"]))) == [item["id"]]
    refused(ana.delete(one("common", item["id"])), 404)


def test_X_06_the_object_of_another_organisation_is_404(ana: Caller, ben: Caller) -> None:
    item = identity()
    ana.added("common", item)
    refused(ben.delete(one("common", item["id"])), 404)
    assert ids(ana.get(one("common", item["id"]))) == [item["id"]]


def test_X_10_what_was_deleted_may_be_added_again(ana: Caller) -> None:
    item = identity()
    ana.added("common", item)
    (first,) = ana.get(manifest("common"), {"match[id]": item["id"]}).json["objects"]
    ana.delete(one("common", item["id"]))
    ana.added("common", item)
    (second,) = ana.get(manifest("common"), {"match[id]": item["id"]}).json["objects"]
    assert first["date_added"] < second["date_added"]
