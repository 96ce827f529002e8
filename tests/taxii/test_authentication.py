"""TAXII 2.1 §1.6.9, §5, §8.2.2: who is let in, and what each may do (A)."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from hub.domain.directory import Role
from hub.domain.identifiers import AccountId
from hub.runtime import wiring
from hub.services.directory.accounts import disable_account, enable_account, set_roles
from hub.services.directory.tokens import add_token, revoke_token
from hub.store.database import Pool
from tests.support.acts import made
from tests.taxii.caller import (
    DISCOVERY,
    ROOT,
    Answer,
    Caller,
    basic,
    collection,
    every_path,
    manifest,
    objects,
    one,
    versions,
)
from tests.taxii.content import AMBER_STRICT, Shelf, identity
from tests.taxii.forms import refused
from tests.taxii.harness import PENDING_ABOVE, Hub

READERS = (manifest, objects)


def challenged(response: Answer) -> None:
    refused(response, 401)
    challenges = response.headers.getlist("WWW-Authenticate")
    assert [challenge.split()[0] for challenge in challenges] == ["Basic", "Bearer"]
    assert all('realm="' in challenge for challenge in challenges)


def bad_credentials(ana: Caller) -> list[str | None]:
    return [
        None,
        basic(ana.username, "wrong"),
        basic("xa-cert/nobody", ana.token),
        basic("xb-cert/ben", ana.token),
        "Bearer wrong",
        "Basic ###",
        "Basic",
        "Digest username=ana",
        "nonsense",
    ]


@pytest.mark.parametrize("number", range(9))
def test_A_01_A_14_I_08_bad_credentials_are_challenged(ana: Caller, number: int) -> None:
    response = ana.get(DISCOVERY, headers={"Authorization": bad_credentials(ana)[number]})
    challenged(response)
    assert response.json["title"] == "Unauthorized"


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "DELETE", "PUT", "OPTIONS", "PATCH"])
@pytest.mark.parametrize("path", [DISCOVERY, objects("xa"), "/", "/nope/", "/appf"])
def test_A_02_any_method_and_path_is_challenged(ana: Caller, method: str, path: str) -> None:
    response = ana.call(method, path, headers={"Authorization": None})
    assert response.status_code == 401
    assert response.headers.getlist("WWW-Authenticate")


@pytest.mark.parametrize("scheme", ["Basic", "basic", "BASIC"])
def test_A_03_A_14_I_10_basic_in_any_case(ana: Caller, scheme: str) -> None:
    header = basic(ana.username, ana.token).replace("Basic", scheme)
    assert ana.get(DISCOVERY, headers={"Authorization": header}).status_code == 200


def test_A_04_a_token_alone_is_enough_for_bearer(ana: Caller) -> None:
    assert ana.get(DISCOVERY, headers={"Authorization": f"Bearer {ana.token}"}).status_code == 200


def test_A_05_A_06_a_stranger_learns_nothing_from_any_endpoint(ana: Caller, stock: Shelf) -> None:
    known, unknown = every_path("xa", stock.three["id"]), every_path("unknown", "unknown")
    answers = [ana.get(path, headers={"Authorization": None}) for path in (*known.values(), *unknown.values())]
    assert {(answer.status_code, answer.data) for answer in answers} == {(401, answers[0].data)}


def every_question(object_id: str) -> list[tuple[str, str]]:
    """Return every path, and what is answered without a page: what is not there, not to be had, or malformed."""
    paths = [(path, "") for name in ("xa", "unknown", "closed") for path in every_path(name, object_id).values()]
    return [*paths, (objects("xa"), "limit=1"), (objects("xa"), "limit=x"), (f"{ROOT}nope/", "")]


def test_A_05_A_06_a_disabled_account_is_403_everywhere(hub: Hub, stock: Shelf) -> None:
    gone = hub.account("xa-cert/gone")
    for path, query in (asked := every_question(stock.three["id"])):
        with wiring.opened(hub.urls) as pool:
            enable_account(pool, AccountId(gone.username), act=made("tests"))
            assert gone.get(DISCOVERY).status_code == 200
            disable_account(pool, AccountId(gone.username), act=made("tests"))
        refused(gone.get(path, query), 403)
    for path, query in asked:
        refused(gone.get(path, query), 403)


def test_a_revoked_token_opens_nothing_from_the_next_request_on(hub: Hub, stock: Shelf) -> None:
    reader = hub.account("xa-cert/rotating")
    with wiring.opened(hub.urls) as pool:
        for path, query in every_question(stock.three["id"]):
            issued = add_token(pool, AccountId(reader.username), days=1, act=made("tests", at=hub.clock()))
            rotated = replace(reader, token=issued.secret)
            assert rotated.get(objects("xa"), "limit=1").status_code == 200
            assert rotated.get(objects("xa"), "limit=1").status_code == 200
            noted = pages_noted(pool)
            revoke_token(pool, AccountId(reader.username), issued.token.id, act=made("tests", at=hub.clock()))
            challenged(rotated.get(path, query))
            assert rotated.call("HEAD", path, query).status_code == 401
            assert pages_noted(pool) == noted


@pytest.mark.parametrize("body", [b"{", json.dumps({"objects": [identity()]}).encode()], ids=["malformed", "good"])
def test_with_a_revoked_token_nothing_is_published_and_nothing_else_is_told(hub: Hub, body: bytes) -> None:
    writer = hub.account(f"xa-cert/turned-{len(body)}", Role.PRODUCER)
    with wiring.opened(hub.urls) as pool:
        issued = add_token(pool, AccountId(writer.username), days=1, act=made("tests", at=hub.clock()))
        turned = replace(writer, token=issued.secret)
        turned.added("xa", identity())
        turned.added("xa", identity())
        revoke_token(pool, AccountId(writer.username), issued.token.id, act=made("tests", at=hub.clock()))
        kept = rows_kept(pool)
        challenged(turned.post(objects("xa"), body))
        assert rows_kept(pool) == kept


def test_who_may_publish_now_is_not_refused_for_what_is_remembered_of_him(hub: Hub) -> None:
    reader = hub.account("xa-cert/rising", Role.ANALYST)
    body = json.dumps({"objects": [identity()]}).encode()
    assert reader.get(objects("xa")).status_code == 200
    refused(reader.post(objects("xa"), body), 403)
    with wiring.opened(hub.urls) as pool:
        set_roles(pool, AccountId(reader.username), roles=frozenset({Role.PRODUCER}), act=made("tests"))
    assert reader.post(objects("xa"), body).status_code == 202


@pytest.mark.parametrize("count", [1, PENDING_ABOVE + 1], ids=["at once", "later"])
def test_who_may_publish_no_more_leaves_nothing(hub: Hub, count: int) -> None:
    writer = hub.account(f"xa-cert/falling-{count}", Role.PRODUCER)
    writer.added("xa", identity())
    writer.added("xa", identity())
    with wiring.opened(hub.urls) as pool:
        set_roles(pool, AccountId(writer.username), roles=frozenset({Role.ANALYST}), act=made("tests"))
        kept = rows_kept(pool)
        body = json.dumps({"objects": [identity() for _ in range(count)]}).encode()
        error = refused(writer.post(objects("xa"), body), 403)
        assert (error.error_code, rows_kept(pool)) == ("NOT_PRODUCER", kept)


def test_what_a_collection_says_of_rights_is_of_the_moment(hub: Hub) -> None:
    account = hub.account("xa-cert/turning", Role.PRODUCER)
    account.added("xa", identity())
    assert account.get(collection("xa")).json["can_write"] is True
    with wiring.opened(hub.urls) as pool:
        set_roles(pool, AccountId(account.username), roles=frozenset({Role.ANALYST}), act=made("tests"))
    assert account.get(collection("xa")).json["can_write"] is False


def rows_kept(pool: Pool) -> int:
    with pool.statement() as database:
        ((rows,),) = database.execute(
            "SELECT (SELECT count(*) FROM log) + (SELECT count(*) FROM submissions)"
        ).fetchall()
    return int(rows)


def pages_noted(pool: Pool) -> int:
    with pool.statement() as database:
        ((pages,),) = database.execute("SELECT sum(pages) FROM readings").fetchall()
    return int(pages)


def test_a_token_that_has_expired_opens_nothing(hub: Hub) -> None:
    reader = hub.account("xa-cert/expiring")
    assert reader.get(objects("xa")).status_code == 200
    hub.clock.ahead = timedelta(days=31)
    try:
        challenged(reader.get(objects("xa")))
    finally:
        hub.clock.ahead = timedelta()


@pytest.mark.parametrize("name", ["write-only", "closed"])
def test_A_07_I_03_what_can_not_be_read_is_403(ana: Caller, name: str) -> None:
    object_id = identity()["id"]
    for path in (manifest(name), objects(name), one(name, object_id), versions(name, object_id)):
        refused(ana.get(path), 403)


@pytest.mark.parametrize("name", ["read-only", "closed", "xb", "all"])
def test_A_08_I_04_what_can_not_be_written_is_403(ana: Caller, name: str) -> None:
    error = refused(ana.post(objects(name), json.dumps({"objects": [identity()]}).encode()), 403)
    assert error.error_code == "WRONG_COLLECTION"


def test_A_08_an_analyst_writes_nowhere(cho: Caller) -> None:
    error = refused(cho.post(objects("xb"), json.dumps({"objects": [identity()]}).encode()), 403)
    assert error.error_code == "NOT_PRODUCER"


@pytest.mark.parametrize(
    ("name", "code"), [("closed", 404), ("read-only", 403), ("xb", 403), ("write-only", 403), ("all", 403)]
)
def test_A_09_A_10_A_11_I_05_X_07_delete_has_its_own_table(ana: Caller, name: str, code: int) -> None:
    refused(ana.delete(one(name, identity()["id"])), code)


def test_A_10_A_11_the_table_holds_for_what_is_there(ana: Caller, ben: Caller) -> None:
    foreign, written = identity(), identity()
    ben.added("xb", foreign)
    ana.added("write-only", written)
    refused(ana.delete(one("xb", foreign["id"])), 403)
    refused(ana.delete(one("write-only", written["id"])), 403)


@pytest.mark.parametrize("query", ["limit=abc", "added_after=garbage", "next=x"])
def test_A_13_who_before_what(ana: Caller, query: str) -> None:
    challenged(ana.get(objects("xa"), query, headers={"Authorization": None, "Accept": None}))
    response = ana.post(objects("xa"), b"{", headers={"Authorization": None, "Content-Type": None})
    challenged(response)


def test_A_14_a_token_may_hold_what_a_password_may(ana: Caller) -> None:
    challenged(ana.get(DISCOVERY, headers={"Authorization": basic("xa-cert/ana", "with:colon")}))
    challenged(ana.get(DISCOVERY, headers={"Authorization": basic("日本", "パスワード")}))


def test_A_15_a_cursor_carries_no_right(ana: Caller, ben: Caller, stock: Shelf) -> None:
    hidden = [identity(object_marking_refs=[AMBER_STRICT]) for _ in range(3)]
    ana.added("xa", *hidden)
    following = ana.get(objects("xa"), "limit=1").json["next"]
    seen = ben.get(objects("xa"), {"next": following}).text
    assert stock.address["id"] in seen
    assert not any(item["id"] in seen for item in hidden)
    refused(ana.get(objects("write-only"), {"next": following}), 403)


def test_A_15_an_alias_opens_nothing(ana: Caller) -> None:
    by_id = {entry["alias"]: entry["id"] for entry in ana.get(f"{ROOT}collections/").json["collections"]}
    for name in ("write-only", by_id["write-only"], "WRITE-ONLY"):
        refused(ana.get(objects(name)), 403)


def test_A_15_rights_are_those_of_the_moment(hub: Hub, ana: Caller) -> None:
    reader = hub.account("xa-cert/reader", Role.ANALYST)
    assert reader.get(collection("xa")).json["can_write"] is False
    assert ana.get(collection("xa")).json["can_write"] is True
