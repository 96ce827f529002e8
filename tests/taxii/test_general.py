"""TAXII 2.1 §2, §3.1, §8: what holds for every endpoint (G), and error resources (E)."""

import json
import re

import pytest

from hub.services.read import Reading
from tests.taxii import forms
from tests.taxii.caller import DISCOVERY, ROOT, TAXII, Caller, collection, every_path, objects, one, status, versions
from tests.taxii.content import AMBER_STRICT, Shelf, identity, indicator
from tests.taxii.forms import refused
from tests.taxii.harness import BODY_MAX

READABLE = ["discovery", "api-root", "collections", "collection", "manifest", "objects", "object", "versions"]
FORMS: dict[str, type[forms.Form]] = {
    "discovery": forms.Discovery,
    "api-root": forms.ApiRoot,
    "collections": forms.Collections,
    "collection": forms.Collection,
    "manifest": forms.Manifest,
    "objects": forms.Envelope,
    "object": forms.Envelope,
    "versions": forms.Versions,
}


@pytest.mark.parametrize("endpoint", READABLE)
@pytest.mark.parametrize("query", ["", "limit=1"])
def test_G_02_G_04_G_06_G_07_G_08_every_endpoint_answers_its_resource(
    ana: Caller, stock: Shelf, endpoint: str, query: str
) -> None:
    response = ana.get(every_path("xa", stock.three["id"])[endpoint], query)
    assert response.status_code == 200
    assert forms.read(response, FORMS[endpoint])


def test_G_01_the_eleven_endpoints_are_there(ana: Caller) -> None:
    item = identity()
    submitted = ana.added("xa", item)
    assert ana.get(status(submitted["id"])).status_code == 200
    for endpoint in READABLE:
        assert ana.get(every_path("xa", item["id"])[endpoint]).status_code == 200
    assert ana.delete(one("xa", item["id"])).status_code == 200


@pytest.mark.parametrize("endpoint", [*READABLE, "status"])
def test_G_03_a_path_without_its_slash_leads_nowhere(ana: Caller, stock: Shelf, endpoint: str) -> None:
    path = every_path("xa", stock.three["id"])[endpoint]
    refused(ana.get(path.removesuffix("/")), 404)


def test_G_05_E_04_every_answer_is_of_the_taxii_media_type(
    ana: Caller, stock: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, body = objects("xa"), b'{"objects":[]}'
    assert ana.get(target).content_type == TAXII
    assert ana.post(target, json.dumps({"objects": [indicator()]}).encode()).content_type == TAXII
    assert ana.delete(one("xa", stock.identity["id"])).content_type == TAXII
    refused(ana.get(target, "limit=0"), 400)
    refused(ana.get(target, headers={"Authorization": None}), 401)
    refused(ana.post(objects("read-only"), body), 403)
    refused(ana.get("/nowhere"), 404)
    refused(ana.call("PUT", target), 405)
    refused(ana.get(target, headers={"Accept": "text/html"}), 406)
    refused(ana.post(target, b" " * (BODY_MAX + 1)), 413)
    refused(ana.post(target, body, headers={"Content-Type": "text/plain"}), 415)
    refused(ana.post(target, body), 400, 422)
    monkeypatch.setattr(Reading, "objects", broken)
    refused(ana.get(target), 500)


def broken(*_: object) -> None:
    raise RuntimeError("the password is hunter2")


def test_E_05_an_incident_has_a_number_and_no_detail(ana: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Reading, "objects", broken)
    response = ana.get(objects("xa"))
    error = refused(response, 500)
    assert re.fullmatch(forms.UUID4, str(error.error_id))
    assert "hunter2" not in response.text
    assert "Traceback" not in response.text


def test_E_01_E_02_E_03_an_error_names_itself_its_code_and_its_status(ana: Caller) -> None:
    assert ana.get(collection("unknown")).json == {
        "title": "Not Found",
        "description": "There is no such collection.",
        "error_code": "NOT_FOUND",
        "http_status": "404",
    }


def test_G_09_G_10_ids_are_uuid4_and_timestamps_have_six_digits(ana: Caller, stock: Shelf) -> None:
    submitted = ana.add("xa", stock.malware)
    assert re.fullmatch(forms.UUID4, submitted["id"])
    assert re.fullmatch(forms.TIMESTAMP, submitted["request_timestamp"])
    for record in ana.get(every_path("xa", "")["manifest"]).json["objects"]:
        assert re.fullmatch(forms.TIMESTAMP, record["date_added"])


def test_G_11_text_comes_back_code_point_by_code_point(ana: Caller) -> None:
    item = identity(name="日本語 é 😀 \u200e")
    ana.added("xa", item)
    response = ana.get(one("xa", item["id"]))
    pairs = json.loads(response.data.decode("utf-8"), object_pairs_hook=lambda found: [name for name, _ in found])
    assert len(pairs) == len(set(pairs))
    assert response.json["objects"][0]["name"] == item["name"]


def test_G_12_there_is_one_api_root(ana: Caller) -> None:
    assert ana.get(DISCOVERY).json["api_roots"] == [ROOT]


@pytest.mark.parametrize("agent", [None, ""])
def test_G_13_I_30_a_client_need_not_say_its_name(ana: Caller, agent: str | None) -> None:
    assert ana.get(ROOT, headers={"User-Agent": agent}).status_code == 200


def test_G_14_reserved_channels_are_not_there(ana: Caller) -> None:
    refused(ana.get(f"{ROOT}channels/"), 404)


@pytest.mark.parametrize(
    ("method", "endpoint", "allowed"),
    [
        ("PUT", "objects", {"GET", "HEAD", "POST"}),
        ("POST", "object", {"GET", "HEAD", "DELETE"}),
        ("DELETE", "objects", {"GET", "HEAD", "POST"}),
        ("POST", "discovery", {"GET", "HEAD"}),
        ("OPTIONS", "objects", {"GET", "HEAD", "POST"}),
        ("TRACE", "collections", {"GET", "HEAD"}),
    ],
)
def test_G_16_a_method_that_is_not_there_is_405_with_allow(
    ana: Caller, stock: Shelf, method: str, endpoint: str, allowed: set[str]
) -> None:
    response = ana.call(method, every_path("xa", stock.three["id"])[endpoint])
    refused(response, 405)
    assert set(response.headers["Allow"].split(", ")) == allowed


@pytest.mark.parametrize("endpoint", READABLE)
def test_G_16_head_is_get_without_the_body(ana: Caller, stock: Shelf, endpoint: str) -> None:
    path = every_path("xa", stock.three["id"])[endpoint]
    get, head = ana.get(path), ana.call("HEAD", path)
    assert (head.status_code, head.data, head.headers) == (200, b"", get.headers)


def test_G_16_head_of_nothing_is_404(ana: Caller) -> None:
    assert ana.call("HEAD", one("xa", "indicator--unknown")).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/nope",
        f"{ROOT}nope/",
        f"{ROOT}status/%00/",
        f"{ROOT}collections/%00/objects/",
        f"{ROOT}collections/xa/objects/%00/",
        f"{ROOT}collections/xa/objects/indicator--%00/versions/",
        f"{ROOT}collections/xa/objects/%F0%28%8C%28/",
        f"{ROOT}collections/%2e%2e/",
        f"{ROOT}collections/{'x' * 5000}/",
        "//appf//collections//",
        f"{ROOT}collections/xa/objects/%2F/",
    ],
)
def test_G_17_an_odd_path_is_404(ana: Caller, path: str) -> None:
    refused(ana.get(path), 404)


def test_G_15_what_is_hidden_is_left_out(ana: Caller, ben: Caller, stock: Shelf) -> None:
    hidden = indicator(object_marking_refs=[AMBER_STRICT])
    ana.added("xa", hidden)
    assert hidden["id"] in ana.get(objects("xa")).text
    assert hidden["id"] not in ben.get(objects("xa")).text
    assert stock.three["id"] in ben.get(objects("xa")).text


def test_G_18_hidden_and_unknown_are_one_answer(ana: Caller, ben: Caller) -> None:
    hidden, unknown = indicator(object_marking_refs=[AMBER_STRICT]), indicator()
    ana.added("xa", hidden)
    for path in (one, versions):
        for query in ("", "match[version]=all", "limit=1"):
            answers = [ben.get(path("xa", item["id"]), query) for item in (hidden, unknown)]
            assert [answer.status_code for answer in answers] == [404, 404]
            assert answers[0].data == answers[1].data
            assert answers[0].headers == answers[1].headers


def test_answers_stay_out_of_caches_and_are_not_sniffed(ana: Caller) -> None:
    for response in (ana.get(ROOT), ana.get("/nope")):
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Server"] == "hub"
