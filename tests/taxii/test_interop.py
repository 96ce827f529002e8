"""TAXII 2.1 interoperability (I) where it goes beyond the specification, and custom properties (K)."""

import pytest

from tests.taxii import forms
from tests.taxii.caller import LAST, Caller, every_path, ids, manifest, objects, one, status, versions
from tests.taxii.content import V1, V2, Shelf, address, identity, indicator, statement
from tests.taxii.forms import refused

TIER_1 = ["confidence", "name", "pattern_type", "relationship_type", "revoked", "value", "confidence-gte"]


def test_I_07_K_02_K_03_the_hub_has_no_custom_properties_of_its_own(ana: Caller, stock: Shelf) -> None:
    """Every form of the tests refuses members that TAXII 2.1 does not name."""
    submitted = ana.add("xa", identity(), {"type": "identity"})
    readings: dict[str, type[forms.Form]] = {
        "discovery": forms.Discovery,
        "api-root": forms.ApiRoot,
        "collections": forms.Collections,
        "collection": forms.Collection,
        "manifest": forms.Manifest,
        "objects": forms.Envelope,
        "versions": forms.Versions,
    }
    for endpoint, form in readings.items():
        assert forms.read(ana.get(every_path("xa", stock.three["id"])[endpoint], "limit=1"), form)
    assert forms.read(ana.get(status(submitted["id"])), forms.Status)
    refused(ana.get("/nope/"), 404)


def test_I_17_all_objects_or_none(ana: Caller, stock: Shelf) -> None:
    assert set(stock.in_order) <= set(ids(ana.get(objects("xa"))))
    assert "objects" not in ana.get(objects("empty")).json


def test_I_20_a_post_into_a_collection_that_only_takes(ana: Caller) -> None:
    submitted = ana.add("write-only", identity(), address())
    counts = [submitted[f"{name}_count"] for name in ("total", "success", "failure", "pending")]
    assert counts == [2, 2, 0, 0]


def test_I_21_a_status_names_every_object(ana: Caller) -> None:
    sent = [identity(), indicator(pattern=7)]
    submitted = ana.add("xa", *sent)
    read = forms.read(ana.get(status(submitted["id"])), forms.Status)
    assert read.request_timestamp
    assert read.successes
    assert read.failures
    assert [detail.id for detail in [*read.successes, *read.failures]] == [item["id"] for item in sent]
    assert read.failures[0].message


def test_I_23_added_after_and_limit(ana: Caller, stock: Shelf) -> None:
    page = ana.get(objects("xa"), "limit=1")
    assert ids(page) == stock.in_order[:1]
    assert ids(ana.get(objects("xa"), {"added_after": page.headers[LAST], "limit": "2"})) == stock.in_order[1:3]


def test_I_24_each_filter(ana: Caller, stock: Shelf) -> None:
    three = stock.three["id"]
    assert ids(ana.get(objects("xa"), {"match[id]": three})) == [three]
    assert ids(ana.get(objects("xa"), {"match[type]": "malware"})) == [stock.malware["id"]]
    assert ids(ana.get(objects("xa"), {"match[version]": V2})) == [three]
    assert set(stock.in_order) <= set(ids(ana.get(objects("xa"), {"match[spec_version]": "2.1"})))


@pytest.mark.parametrize("field", TIER_1)
def test_I_27_optional_fields_are_not_taken_and_ignored(ana: Caller, stock: Shelf, field: str) -> None:
    assert ids(ana.get(objects("xa"), f"match[{field}]=nothing")) == ids(ana.get(objects("xa")))
    assert stock


def test_I_31_a_feed_is_read_and_not_written(ana: Caller, cho: Caller, stock: Shelf) -> None:
    three = stock.three["id"]
    for path in (objects("xa"), manifest("xa"), one("xa", three), versions("xa", three)):
        assert cho.get(path).data == ana.get(path).data
    refused(cho.post(objects("xa"), b'{"objects":[]}'), 403)
    refused(cho.delete(one("xa", three)), 403)


def test_I_32_what_one_posts_another_reads(ana: Caller, ben: Caller) -> None:
    sent = [indicator(modified=V1), statement()]
    ana.added("common", *sent)
    for item in sent:
        assert ben.get(one("common", item["id"])).json["objects"] == [item]
