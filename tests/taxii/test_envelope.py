"""TAXII 2.1 §3.7, §5.3, §5.4: envelopes (V), manifests (M) and objects (O)."""

import json
import re

import pytest

from tests.taxii import forms
from tests.taxii.caller import TAXII, Caller, ids, manifest, modified, objects, one, status
from tests.taxii.content import V1, V2, V3, Shelf, address, identity, indicator

QUERIES = [
    "",
    "match[version]=all",
    "match[version]=first",
    "match[type]=indicator",
    "match[type]=indicator,ipv4-addr&match[version]=all",
    "limit=3",
    "match[spec_version]=2.1&limit=2",
    "added_after=2020-01-01T00:00:00Z",
]


def test_V_01_O_01_the_root_is_an_envelope_even_for_one_object(ana: Caller, stock: Shelf) -> None:
    for path in (objects("xa"), one("xa", stock.malware["id"])):
        answer = ana.get(path)
        assert set(answer.json) == {"more", "objects"}
        assert forms.read(answer, forms.Envelope).more is False


@pytest.mark.parametrize("path", [objects("empty"), manifest("empty")])
def test_V_02_O_02_M_01_nothing_is_an_empty_resource(ana: Caller, path: str) -> None:
    answer = ana.get(path)
    assert (answer.status_code, answer.json) == (200, {})


def test_V_03_next_comes_with_more_alone(ana: Caller, stock: Shelf) -> None:
    cut, whole = ana.get(objects("xa"), "limit=1").json, ana.get(objects("xa")).json
    assert stock
    assert cut["more"] is True
    assert isinstance(cut["next"], str)
    assert cut["next"]
    assert whole["more"] is False
    assert "next" not in whole


def test_V_04_V_05_objects_come_back_as_they_went(ana: Caller) -> None:
    extension = {"extension-definition--d83fce45-ef58-4c6c-a3f4-1fbc32e98c6e": {"extension_type": "property-extension"}}
    sent = [
        indicator(x_number=1.50, x_large=9007199254740991, x_text='é\u200e😀\\"', x_list=[{"a": [True, 1e-7]}]),
        identity(created="2024-01-01T00:00:00.123456Z", modified="2024-01-01T00:00:00.1235Z"),
        address(extensions=extension, rank=5),
    ]
    ana.added("common", *sent)
    for item in sent:
        (found,) = ana.get(one("common", item["id"])).json["objects"]
        assert found == item


def test_V_05_the_very_bytes_come_back(ana: Caller) -> None:
    item = identity(name="NAME", x_number=1)
    written = json.dumps(item, indent=1).replace("NAME", "\\u65e5\\/").replace('"x_number": 1', '"x_number": 1.0e+1')
    assert ana.post(objects("common"), f'{{"objects": [{written}]}}'.encode()).status_code == 202
    assert written in ana.get(one("common", item["id"])).text


def test_M_02_M_03_M_04_a_record_is_one_version(ana: Caller, stock: Shelf) -> None:
    answer = ana.get(manifest("xa"), {"match[version]": "all", "match[id]": stock.three["id"]})
    records = forms.read(answer, forms.Manifest).objects
    assert records
    assert [record.version for record in records] == [V1, V2, V3]
    assert {record.id for record in records} == {stock.three["id"]}
    assert {record.media_type for record in records} == {"application/stix+json;version=2.1"}
    assert all(re.fullmatch(forms.TIMESTAMP, record.date_added) for record in records)


@pytest.mark.parametrize("query", QUERIES)
def test_M_05_I_16_I_24_manifest_and_objects_agree(ana: Caller, stock: Shelf, query: str) -> None:
    listed, found = ana.get(manifest("xa"), query), ana.get(objects("xa"), query)
    assert stock
    assert ids(listed) == ids(found)
    assert ids(found)
    assert listed.json.get("next") == found.json.get("next")
    for name in ("X-TAXII-Date-Added-First", "X-TAXII-Date-Added-Last"):
        assert listed.headers[name] == found.headers[name]


def test_O_03_what_is_complete_is_visible(ana: Caller, ben: Caller) -> None:
    item = indicator()
    submitted = ana.added("xa", item)
    assert ana.get(status(submitted["id"])).json["status"] == "complete"
    assert modified(ben.get(one("xa", item["id"]))) == [item["modified"]]


def test_the_media_type_of_stix_is_not_that_of_an_answer(ana: Caller, stock: Shelf) -> None:
    accept = f"application/stix+json;version=2.1, {TAXII};q=0.1"
    assert ana.get(one("xa", stock.malware["id"]), headers={"Accept": accept}).content_type == TAXII
