"""What a caller of the API is told that something is wrong with, each kind once (RFC 9457)."""

import json
from typing import Any

import pytest

from hub.domain.errors import UnavailableError
from hub.services.directory import members
from hub.web.api.operations import raise_mismatch
from tests.api.region import JSON, PROBLEM, Caller, Region
from tests.taxii.caller import Answer

NEW = {"code": "ZZ", "name": "Nowhere"}


def problem(answer: Answer, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.content_type == PROBLEM
    told: dict[str, Any] = json.loads(answer.data)
    assert (told["type"], told["status"], told["code"]) == ("about:blank", status, code)
    assert told["title"]
    assert told["detail"]
    return told


@pytest.mark.parametrize("path", ["/members", "/nothing", "/openapi.json", "/docs/", "/api/", "/api/v2/members"])
@pytest.mark.parametrize("method", ["GET", "POST", "BREW"])
def test_a_stranger_is_told_of_no_path_whether_it_is_there(olga: Caller, path: str, method: str) -> None:
    answer = olga.call(method, path, headers={"Authorization": None})
    problem(answer, 401, "UNAUTHENTICATED")
    assert [value.split()[0] for value in answer.headers.getlist("WWW-Authenticate")] == ["Basic", "Bearer"]


def test_what_leads_nowhere_is_not_found(olga: Caller) -> None:
    problem(olga.get("/nothing"), 404, "NOT_FOUND")
    problem(olga.get("/members/%00"), 404, "NOT_FOUND")
    problem(olga.get("/members/ZZ"), 404, "NOT_FOUND")


def test_another_method_is_refused_with_those_there_are(olga: Caller) -> None:
    answer = olga.call("DELETE", "/members")
    problem(answer, 405, "METHOD_NOT_ALLOWED")
    assert answer.headers["Allow"] == "GET, HEAD, POST"


def test_head_is_get_without_the_body(olga: Caller) -> None:
    head, got = olga.call("HEAD", "/members/NZ"), olga.get("/members/NZ")
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["ETag"] == got.headers["ETag"]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b'{"code":"ZZ","code":"ZY","name":"Twice"}', 400, "JSON_DUPLICATE_KEY"),
        (b"{", 400, "JSON_SYNTAX"),
        (b'{"code":"ZZ","name":NaN}', 400, "JSON_NONFINITE"),
        (b"\xff", 400, "JSON_ENCODING"),
        (b'{"code":"ZZ","name":' + b"[" * 17 + b"]" * 17 + b"}", 400, "JSON_DEPTH"),
        (b'{"code":"ZZ","name":"' + b"x" * 65_536 + b'"}', 413, "TOO_LARGE"),
        (b"[]", 422, "INVALID"),
        (b"null", 422, "INVALID"),
        (b"", 422, "INVALID"),
    ],
)
def test_a_body_is_bounded_strict_json(olga: Caller, body: bytes, status: int, code: str) -> None:
    problem(olga.post("/members", body), status, code)


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "application/json;charset=latin-1"]
)
def test_a_body_of_another_kind_is_refused(olga: Caller, kind: str) -> None:
    answer = olga.call("POST", "/members", json.dumps(NEW).encode(), {"Content-Type": kind})
    problem(answer, 415, "UNSUPPORTED_MEDIA")


def test_a_compressed_body_is_refused(olga: Caller) -> None:
    answer = olga.call("POST", "/members", b"x", {"Content-Encoding": "gzip"})
    problem(answer, 415, "UNSUPPORTED_MEDIA")


def test_each_fault_of_a_body_is_told_with_its_place(olga: Caller) -> None:
    body = {"id": "au-cert/eve", "roles": ["analyst", "king"], "surprise": 1, "token_days": "30"}
    told = problem(olga.post("/accounts", body), 422, "INVALID")
    assert {fault["path"] for fault in told["faults"]} == {"/roles/1", "/surprise", "/token_days"}
    assert "king" not in json.dumps(told)


@pytest.mark.parametrize("query", ["colour=red", "limit=0", "limit=1001", "limit=many", "limit=1&limit=2", "cursor=@"])
def test_a_query_string_holds_what_the_operation_takes_and_nothing_else(olga: Caller, query: str) -> None:
    told = problem(olga.get("/members", query), 422, "INVALID")
    assert [fault["path"] for fault in told["faults"]] == [query.partition("=")[0]]


def test_a_body_where_none_is_taken_is_refused(olga: Caller) -> None:
    problem(olga.post("/members/NZ/activate", {}), 400, "BAD_REQUEST")


def test_what_is_there_already_is_a_conflict(olga: Caller) -> None:
    problem(olga.post("/members", {"code": "NZ", "name": "Again"}), 409, "CONFLICT")


@pytest.mark.parametrize("tags", ["x", '"x', 'W/"x" "y"', ""])
def test_a_malformed_entity_tag_is_told(olga: Caller, tags: str) -> None:
    problem(olga.post("/members/NZ/activate", if_match=tags), 400, "BAD_REQUEST")


@pytest.mark.parametrize(
    "sent", [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"}]
)
def test_a_page_of_another_site_changes_nothing(olga: Caller, sent: dict[str, str | None]) -> None:
    problem(olga.call("POST", "/members/NZ/suspend", headers=sent), 403, "CROSS_SITE")
    assert olga.get("/members/NZ").json["status"] == "active"


def test_the_page_of_the_hub_itself_may_change_something(olga: Caller) -> None:
    sent: dict[str, str | None] = {"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"}
    assert olga.call("POST", "/members/NZ/activate", headers=sent).status_code == 200


def test_an_unforeseen_error_is_an_incident_without_detail(olga: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("the secret of the database")

    monkeypatch.setattr(members, "list_members", broken)
    told = problem(olga.get("/members"), 500, "INTERNAL")
    assert told["incident"] in told["detail"]
    assert "secret" not in json.dumps(told)


def test_a_database_that_does_not_answer_is_unavailable(olga: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise UnavailableError("The database does not answer; try again shortly.")

    monkeypatch.setattr(members, "list_members", away)
    answer = olga.get("/members")
    problem(answer, 503, "UNAVAILABLE")
    assert answer.headers["Retry-After"] == "5"


def test_an_answer_that_is_not_as_described_is_the_hubs_own_fault() -> None:
    raise_mismatch(None, None, None, None, None)
    with pytest.raises(ValueError, match="secret"):
        raise_mismatch(None, None, ValueError("secret"), None, None)


def test_the_rest_of_the_hub_answers_as_before(region: Region) -> None:
    client = region.application.test_client()
    for path in ("/", "/api", "/apiary/", "/nothing/"):
        answer = client.get(path)
        assert (answer.status_code, answer.content_type) == (401, "application/taxii+json;version=2.1")


def test_answers_are_json_and_hardened(olga: Caller) -> None:
    answer = olga.get("/me")
    assert answer.content_type == JSON
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
