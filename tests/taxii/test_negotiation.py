"""TAXII 2.1 §3.1, §1.6.8: content negotiation on the wire (N); the grammar of the headers has unit tests."""

import json

import pytest

from tests.taxii.caller import TAXII, Caller, every_path, manifest, objects, one
from tests.taxii.content import Shelf, identity
from tests.taxii.forms import refused

READABLE = ["discovery", "api-root", "collections", "collection", "manifest", "objects", "object", "versions"]


@pytest.mark.parametrize("endpoint", READABLE)
@pytest.mark.parametrize("accept", [TAXII, "application/taxii+json"])
def test_N_01_N_02_N_03_with_and_without_version(ana: Caller, stock: Shelf, endpoint: str, accept: str) -> None:
    response = ana.get(every_path("xa", stock.three["id"])[endpoint], headers={"Accept": accept})
    assert (response.status_code, response.content_type) == (200, TAXII)


@pytest.mark.parametrize(
    "accept", ["application/taxii+json; version=2.1", 'Application/TAXII+JSON;Version="2.1"', f"{TAXII} ; q=0.9"]
)
def test_N_04_spelling_does_not_matter(ana: Caller, accept: str) -> None:
    assert ana.get(objects("xa"), headers={"Accept": accept}).status_code == 200


@pytest.mark.parametrize(("accept", "code"), [(f"{TAXII};q=0.5", 200), (f"{TAXII};q=0", 406)])
def test_N_05_weights_are_read(ana: Caller, accept: str, code: int) -> None:
    assert ana.get(objects("xa"), headers={"Accept": accept}).status_code == code


def test_N_06_the_range_may_stand_anywhere(ana: Caller) -> None:
    accept = f"application/json, application/taxii+json;version=2.0, {TAXII}"
    assert ana.get(objects("xa"), headers={"Accept": accept}).status_code == 200


def test_N_07_the_manifest_may_be_asked_for_with_stix(ana: Caller) -> None:
    accept = f"{TAXII},application/stix+json;version=2.1"
    assert ana.get(manifest("xa"), headers={"Accept": accept}).status_code == 200


@pytest.mark.parametrize("accept", ["*/*", "application/*", "application/json, text/plain, */*"])
def test_N_08_wide_ranges_are_satisfied(ana: Caller, accept: str) -> None:
    assert ana.get(objects("xa"), headers={"Accept": accept}).status_code == 200


@pytest.mark.parametrize(
    "accept", ["application/foo", "application/taxii+json;version=9.9", "application/vnd.oasis.taxii+json"]
)
@pytest.mark.parametrize("endpoint", READABLE)
def test_N_09_N_17_other_media_types_are_406(ana: Caller, stock: Shelf, endpoint: str, accept: str) -> None:
    refused(ana.get(every_path("xa", stock.three["id"])[endpoint], headers={"Accept": accept}), 406)


@pytest.mark.parametrize("accept", [None, ""])
def test_N_10_a_missing_accept_is_406(ana: Caller, accept: str | None) -> None:
    refused(ana.get(objects("xa"), headers={"Accept": accept}), 406)


@pytest.mark.parametrize(
    "content_type",
    [
        TAXII,
        "application/taxii+json",
        "application/taxii+json; version=2.1",
        'APPLICATION/TAXII+JSON; Version="2.1"',
        f"{TAXII}; charset=utf-8",
    ],
)
def test_N_11_N_12_N_13_a_taxii_body_is_taken(ana: Caller, content_type: str) -> None:
    body = json.dumps({"objects": [identity()]}).encode()
    assert ana.post(objects("xa"), body, headers={"Content-Type": content_type}).status_code == 202


@pytest.mark.parametrize("content_type", ["application/json", "application/taxii+json;version=2.0", "", None])
def test_N_14_any_other_body_is_415(ana: Caller, content_type: str | None) -> None:
    item = identity()
    body = json.dumps({"objects": [item]}).encode()
    refused(ana.post(objects("xa"), body, headers={"Content-Type": content_type}), 415)
    assert ana.get(one("xa", item["id"])).status_code == 404


def test_N_14_a_compressed_body_is_415(ana: Caller) -> None:
    refused(ana.post(objects("xa"), b"{}", headers={"Content-Encoding": "gzip"}), 415)


def test_N_15_a_post_that_could_not_be_answered_stores_nothing(ana: Caller) -> None:
    item = identity()
    body = json.dumps({"objects": [item]}).encode()
    refused(ana.post(objects("xa"), body, headers={"Accept": "application/foo"}), 406)
    assert ana.get(one("xa", item["id"])).status_code == 404


def test_N_15_a_delete_that_could_not_be_answered_deletes_nothing(ana: Caller) -> None:
    item = identity()
    ana.added("xa", item)
    refused(ana.call("DELETE", one("xa", item["id"]), headers={"Accept": "application/foo"}), 406)
    assert ana.get(one("xa", item["id"])).status_code == 200


def test_N_16_a_get_may_say_what_it_does_not_send(ana: Caller) -> None:
    assert ana.get(objects("xa"), headers={"Content-Type": "text/plain"}).status_code == 200
