"""Subscriptions through the API and from the command line: whose they are, what others see of them, and no secret."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import msgspec
import pytest

from hub.cli.subscriptions import trials
from hub.domain.clock import tick_of, timestamp_of
from hub.domain.directory import Role
from hub.domain.handling import Tlp
from hub.domain.identifiers import SubscriptionId, Tick
from hub.domain.subscriptions.trials import Finding
from hub.runtime import wiring
from hub.store.log.head import span
from hub.store.subscriptions.steps import Complaint, keep_complaint
from hub.store.subscriptions.trials import answer_trial, take_trial
from hub.web.api.models.subscriptions.orders import Password, SubscriptionGiven, SubscriptionToAdd
from tests.api.region import Caller, Region
from tests.api.subscribing import AT, HOOK, PUSH, SAID, URL, added, hook, publish, told, typed


def test_everybody_subscribes_for_themselves_and_sees_the_secret_once(ana: Caller) -> None:
    answer = ana.post(AT, HOOK | {"filter": {"types": ["indicator"], "collections": ["au"]}, "batch_objects": 5})
    assert answer.status_code == 201, answer.text
    made, secret = answer.json["subscription"], answer.json["secret"]
    assert answer.headers["Location"] == f"/api/v1{AT}/{made['id']}"
    assert (made["account"], made["url"], made["state"], made["batch_objects"]) == ("au-cert/ana", URL, "active", 5)
    assert secret.startswith("whsec_")
    shown = ana.get(f"{AT}/{made['id']}")
    assert shown.json == made
    assert secret not in shown.text + ana.get(AT).text + ana.get(f"{AT}/{made['id']}/progress").text


def test_an_administrator_subscribes_for_an_account_of_the_own_organisation(ada: Caller, ana: Caller) -> None:
    number = hook(ada, account="au-cert/ana")
    assert number in {each["id"] for each in ana.get(AT).json["items"]}
    assert ada.post(AT, HOOK | {"account": "au-cert/nobody"}).status_code == 404


def test_nobody_subscribes_for_others_and_operators_for_nobody_else(
    region: Region, olga: Caller, ada: Caller, ana: Caller
) -> None:
    region.account("nz-cert/zed", Role.ANALYST)
    for caller, account, status in (
        (ana, "au-cert/ada", 404),
        (ada, "nz-cert/zed", 404),
        (ada, "nz-cert/none", 404),
        (olga, "au-cert/ana", 403),
        (olga, "au-cert/none", 403),
    ):
        assert caller.post(AT, HOOK | {"account": account}).status_code == status


def test_a_password_for_another_server_is_shown_to_nobody(ana: Caller, olga: Caller) -> None:
    given = ana.post(AT, PUSH)
    assert (given.status_code, given.json["secret"]) == (201, None)
    made = given.json["subscription"]
    assert (made["channel"], made["collection"], made["username"]) == ("taxii", "feed", "hub")
    ledger = olga.get("/ledger", {"subject": made["id"]})
    for text in (given.text, ana.get(f"{AT}/{made['id']}").text, ledger.text):
        assert PUSH["password"] not in text


def test_no_model_shows_a_secret_that_it_carries(ana: Caller) -> None:
    body = msgspec.json.encode(PUSH)
    kept = SubscriptionGiven.model_validate_json(msgspec.json.encode(added(ana)))
    shown = repr(SubscriptionToAdd.model_validate_json(body)) + repr(Password(password=PUSH["password"])) + repr(kept)
    assert PUSH["password"] not in shown
    assert "whsec_" not in shown


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"url": "http://soc.example/"}, "WEBHOOK_URL"),
        ({"url": "https://10.0.0.1/"}, "WEBHOOK_URL"),
        ({"url": "https://ana:pass@soc.example/"}, "WEBHOOK_URL"),
        ({"channel": "stream"}, "INVALID"),
        ({"collection": "feed"}, "UNPROCESSABLE"),
        ({"password": "secret"}, "PASSWORD"),
        ({"signature": "v1a"}, "INVALID"),
        ({"channel": "taxii", "signature": "v1"}, "UNPROCESSABLE"),
        ({"channel": "taxii"}, "WEBHOOK_URL"),
        ({"channel": "taxii", "url": "https://taxii.example/api/"}, "COLLECTION"),
        ({"channel": "taxii", "url": "https://taxii.example/api/", "collection": "feed"}, "PASSWORD"),
        ({"filter": {"tlp_max": "red"}}, "FILTER_INVALID"),
        ({"filter": {"collections": ["nowhere"]}}, "FILTER_INVALID"),
        ({"filter": {"origins": ["ZZ"]}}, "FILTER_INVALID"),
        ({"filter": {"types": []}}, "INVALID"),
        ({"start": "2999-01-01T00:00:00Z"}, "POSITION"),
        ({"start": "9999-12-31T23:59:59-23:00"}, "POSITION"),
        ({"start": "yesterday"}, "INVALID"),
        ({"batch_objects": 0}, "INVALID"),
    ],
)
def test_what_cannot_be_delivered_is_refused_at_once(ana: Caller, changes: dict[str, Any], code: str) -> None:
    url = {"url": "https://taxii.example/"} if changes.get("channel") == "taxii" else {}
    refused = ana.post(AT, HOOK | url | changes)
    assert (refused.status_code, refused.json["code"]) == (422, code)
    assert "pass@" not in refused.text


def test_each_sees_a_list_of_what_they_may(
    region: Region, olga: Caller, aldo: Caller, ada: Caller, ana: Caller
) -> None:
    zoe = region.account("nz-cert/zoe", Role.ANALYST)
    numbers = {caller.username: hook(caller) for caller in (ana, ada, zoe)}

    def listed(caller: Caller, **query: str) -> set[str]:
        seen = {each["id"] for each in caller.get(AT, {"limit": "1000"} | query).json["items"]}
        return {name for name, number in numbers.items() if number in seen}

    assert listed(olga) == listed(aldo) == set(numbers)
    assert listed(ada) == {"au-cert/ana", "au-cert/ada"}
    assert listed(ana) == {"au-cert/ana"}
    assert listed(olga, organisation="nz-cert") == listed(olga, account="nz-cert/zoe") == {"nz-cert/zoe"}
    assert ada.get(AT, {"account": "au-cert/ana", "organisation": "nz-cert"}).status_code == 404


def test_a_list_is_told_a_page_at_a_time_oldest_first(region: Region) -> None:
    caller = region.account("nz-cert/pam", Role.ANALYST)
    numbers = [hook(caller) for _ in range(3)]
    first = caller.get(AT, {"limit": "2"}).json
    assert [each["id"] for each in first["items"]] == numbers[:2]
    second = caller.get(AT, {"limit": "2", "cursor": first["next"]}).json
    assert ([each["id"] for each in second["items"]], second["next"]) == (numbers[2:], None)


def test_of_others_one_is_told_what_of_what_is_not_there(region: Region, ana: Caller) -> None:
    number = hook(region.account("nz-cert/zac", Role.ANALYST))
    nothing = "00000000-0000-4000-8000-000000000000"
    for method, path, body in (
        ("GET", "", None),
        ("GET", "/progress", None),
        ("PATCH", "", {"batch_objects": 1}),
        ("POST", "/pause", None),
        ("POST", "/replay", {"from": "now"}),
        ("POST", "/rotate-secret", {}),
        ("DELETE", "", None),
    ):
        there = ana.call(method, f"{AT}/{number}{path}", body)
        absent = ana.call(method, f"{AT}/{nothing}{path}", body)
        assert (there.status_code, there.data) == (absent.status_code, absent.data)
        assert there.status_code == 404


def test_operators_and_auditors_see_the_host_and_not_the_path(olga: Caller, aldo: Caller, ana: Caller) -> None:
    number = hook(ana)
    for caller in (olga, aldo):
        assert caller.get(f"{AT}/{number}").json["url"] == "https://soc.example/"
        assert "9c1e" not in caller.get(AT, {"limit": "1000"}).text
    assert "9c1e" not in olga.get("/ledger", {"subject": number}).text


def test_what_a_receiver_says_is_for_those_whose_it_is(
    region: Region, olga: Caller, aldo: Caller, ada: Caller, ana: Caller
) -> None:
    number = hook(ana)
    complaint = Complaint(subscription=SubscriptionId(number), status=503, reason="It answered 503.", excerpt=SAID)
    with wiring.opened(region.urls) as pool, pool.transaction() as database:
        keep_complaint(database, complaint, now=Tick(1))
    errors = {caller: caller.get(f"{AT}/{number}/progress").json["errors"] for caller in (olga, aldo, ada, ana)}
    assert all((each["status"], each["reason"]) == (503, "It answered 503.") for (each,) in errors.values())
    assert [errors[caller][0]["excerpt"] for caller in (olga, aldo, ada, ana)] == [None, None, SAID, SAID]
    shown = typed(region, "show", number)
    assert "It answered 503." in shown.output
    assert SAID not in shown.output


def test_a_test_is_asked_for_here_and_its_finding_told_to_each_as_an_error_is(
    region: Region, olga: Caller, ana: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = hook(ana)
    assert ana.get(f"{AT}/{number}/test").status_code == 404
    asked = ana.post(f"{AT}/{number}/test")
    assert (asked.status_code, asked.json["state"], asked.json["answered"]) == (202, "waiting", None)
    finding = Finding(at=Tick(2), good=False, milliseconds=7, status=503, reason="It answered 503.", excerpt=SAID)
    with wiring.opened(region.urls) as pool, pool.statement() as database:
        assert take_trial(database, now=Tick(1), lost_before=Tick(0)) == number
        answer_trial(database, SubscriptionId(number), finding, taken=Tick(1))
    shown = [caller.get(f"{AT}/{number}/test").json for caller in (ana, olga)]
    assert [(each["state"], each["status"], each["excerpt"]) for each in shown] == [
        ("failed", 503, SAID),
        ("failed", 503, None),
    ]
    again = ana.post(f"{AT}/{number}/test")
    assert (again.status_code, again.json["code"]) == (429, "EXHAUSTED")
    assert again.headers["Retry-After"]
    monkeypatch.setattr(trials, "PATIENCE_SECONDS", 0)
    nobody = typed(region, "test", hook(ana))
    assert (nobody.exit_code, "is hub serve or hub deliver running?" in nobody.output) == (1, True)


def test_what_is_sent_is_changed_rests_and_goes_on(ana: Caller) -> None:
    number = hook(ana)
    changed = ana.patch(f"{AT}/{number}", {"filter": {"types": ["malware"]}, "batch_objects": 3})
    assert (changed.json["filter"]["types"], changed.json["batch_objects"]) == (["malware"], 3)
    assert ana.post(f"{AT}/{number}/pause").json["state"] == "paused"
    assert ana.post(f"{AT}/{number}/resume").json["state"] == "active"


def test_a_webhook_moves_with_its_secret_and_position_and_another_server_is_another_subscription(
    region: Region, olga: Caller, ana: Caller
) -> None:
    publish(region, ana, Tlp.GREEN)
    number = hook(ana, start="beginning")
    before, position = ana.get(f"{AT}/{number}").json, told(region, "show", number)["position"]
    moved = ana.patch(f"{AT}/{number}", {"url": "https://new.example/hooks/7d2a"}).json
    assert moved == before | {"url": "https://new.example/hooks/7d2a"}
    assert (before["signature"], ana.get(f"{AT}/{number}").json["signature"]) == ("v1", "v1")
    assert ana.patch(f"{AT}/{number}", {"signature": "v1+v1a"}).json == moved | {"signature": "v1+v1a"}
    assert told(region, "change", number, "--signature", "v1")["signature"] == "v1"
    assert ana.post(AT, HOOK | {"signature": "v1+v1a"}).json["subscription"]["signature"] == "v1+v1a"
    assert told(region, "show", number)["position"] == position
    entry = olga.get("/ledger", {"subject": number}).json["items"][2]
    assert entry["detail"] == {"account": "au-cert/ana", "to": ["https://soc.example/", "https://new.example/"]}
    assert told(region, "change", number, "--webhook", URL)["url"] == URL
    assert ana.patch(f"{AT}/{number}", {"url": "https://10.0.0.1/"}).json["code"] == "WEBHOOK_URL"
    push = ana.post(AT, PUSH).json["subscription"]["id"]
    refused = ana.patch(f"{AT}/{push}", {"url": "https://elsewhere.example/"})
    assert (refused.status_code, refused.json["code"]) == (409, "CHANNEL")


def test_a_replay_is_undone_from_the_former_position(region: Region, ana: Caller) -> None:
    publish(region, ana, Tlp.GREEN)
    number = hook(ana)
    before = told(region, "show", number)["position"]
    replayed = ana.post(f"{AT}/{number}/replay", {"from": "beginning"}).json
    assert replayed["state"] == "active"
    assert ana.get(f"{AT}/{number}/progress").json["waiting"] > 0
    undone = ana.post(f"{AT}/{number}/replay", {"from": replayed["former"]})
    assert undone.status_code == 200, undone.text
    assert told(region, "show", number)["position"] == before
    assert ana.get(f"{AT}/{number}/progress").json["waiting"] == 0
    told_before = ana.get(f"{AT}/{number}/progress").json["position"]
    ana.post(f"{AT}/{number}/replay", {"from": "beginning"})
    ana.post(f"{AT}/{number}/replay", {"from": told_before})
    assert told(region, "show", number)["position"] == before


@pytest.mark.parametrize("place", ["A" * 48, "yesterday", "", 7, None])
def test_nothing_is_replayed_from_what_is_no_place(ana: Caller, place: object) -> None:
    refused = ana.post(f"{AT}/{hook(ana)}/replay", {"from": place})
    assert (refused.status_code, refused.json["code"]) == (422, "INVALID")


def test_no_answer_tells_where_the_head_of_the_log_is(region: Region, ana: Caller) -> None:
    """The head moves with what is hidden from the caller, and so does the position of who waits for nothing."""
    number = hook(ana)
    with wiring.opened(region.urls) as pool, pool.statement() as database:
        head = timestamp_of(span(database).head)
    answers = [ana.get(f"{AT}/{number}"), ana.get(f"{AT}/{number}/progress"), ana.get(AT)]
    answers += [ana.post(f"{AT}/{number}/replay", {"from": "now"}), ana.post(f"{AT}/{number}/pause")]
    answers.append(ana.post(f"{AT}/{number}/replay", {"from": timestamp_of(tick_of(wiring.now()))}))
    assert not [answer.text for answer in answers if head[:-1] in answer.text]
    twice = {ana.get(f"{AT}/{number}/progress").json["position"] for _ in range(2)}
    assert len(twice) == 2


def test_progress_counts_what_waits_and_what_the_account_may_see(region: Region, ana: Caller) -> None:
    kim = region.account("nz-cert/kim", Role.ANALYST)
    mine, hers = hook(ana), hook(kim)
    narrow = hook(ana, filter={"labels": ["nothing-has-this"]})
    echo = ana.post(AT, PUSH).json["subscription"]["id"]
    publish(region, ana, Tlp.GREEN, Tlp.AMBER_STRICT, Tlp.RED)

    def waiting(caller: Caller, number: str) -> int:
        progress = caller.get(f"{AT}/{number}/progress").json
        assert (progress["lag_seconds"] > 0) == (progress["waiting"] > 0)
        return int(progress["waiting"])

    assert (waiting(ana, mine), waiting(kim, hers), waiting(ana, narrow), waiting(ana, echo)) == (2, 1, 0, 0)
    assert {each["waiting"] for each in kim.get(AT).json["items"]} == {1}


def test_an_account_that_is_shut_out_is_said_to_be(region: Region, ada: Caller) -> None:
    number = hook(region.account("au-cert/tim", Role.ANALYST))
    assert ada.get(f"{AT}/{number}/progress").json["shut"] is None
    ada.post("/accounts/au-cert/tim/disable")
    assert ada.get(f"{AT}/{number}/progress").json["shut"] == "account au-cert/tim is disabled"


def test_a_rotated_secret_is_shown_once_and_is_another(ana: Caller) -> None:
    given = added(ana)
    number = given["subscription"]["id"]
    rotated = ana.post(f"{AT}/{number}/rotate-secret", {"keep_hours": 1})
    assert rotated.status_code == 200, rotated.text
    assert rotated.json["secret"] not in {None, given["secret"]}
    assert rotated.json["subscription"]["secret"] != given["subscription"]["secret"]
    assert rotated.json["secret"] not in ana.get(f"{AT}/{number}").text
    assert ana.post(f"{AT}/{number}/drop-old-secret").json["secret"] != rotated.json["subscription"]["secret"]
    assert ana.post(f"{AT}/{number}/password", {"password": "secret"}).status_code == 409


def test_of_two_who_have_seen_the_same_one_makes_the_change(ana: Caller) -> None:
    number = hook(ana)
    together = Barrier(2)

    def change(turn: tuple[str, dict[str, Any] | None]) -> int:
        seen = ana.get(f"{AT}/{number}").headers["ETag"]
        together.wait()
        path, body = turn
        return ana.call("POST", f"{AT}/{number}{path}", body, headers={"If-Match": seen}).status_code

    with ThreadPoolExecutor(2) as threads:
        for _ in range(5):
            assert sorted(threads.map(change, [("/rotate-secret", {})] * 2)) == [200, 412]
            assert sorted(threads.map(change, [("/rotate-secret", {}), ("/pause", None)])) == [200, 412]
            ana.post(f"{AT}/{number}/resume")


def test_what_moves_by_itself_does_not_stand_in_the_way_of_a_change(region: Region, ana: Caller) -> None:
    number = hook(ana)
    seen = ana.get(f"{AT}/{number}").headers["ETag"]
    with wiring.opened(region.urls) as pool, pool.statement() as database:
        database.execute("UPDATE subscriptions SET position = position + 1, deliveries = 7 WHERE id = %s", (number,))
    assert ana.patch(f"{AT}/{number}", {"batch_objects": 9}, if_match=seen).status_code == 200


def test_what_has_changed_is_not_ended_by_whoever_has_not_seen_it(ana: Caller) -> None:
    number = hook(ana)
    seen = ana.get(f"{AT}/{number}").headers["ETag"]
    now = ana.post(f"{AT}/{number}/pause").headers["ETag"]
    assert ana.call("DELETE", f"{AT}/{number}", headers={"If-Match": seen}).status_code == 412
    assert ana.call("DELETE", f"{AT}/{number}", headers={"If-Match": now}).status_code == 204
    assert ana.get(f"{AT}/{number}").status_code == 404
