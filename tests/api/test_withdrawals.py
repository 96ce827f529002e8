"""Withdrawals through the API: producers see who was told, subscribers acknowledge, and others learn of nothing."""

import json
from datetime import timedelta
from typing import Any

import pytest
from click.testing import CliRunner

from hub.cli.main import cli
from hub.domain.directory import Role
from hub.domain.handling import Tlp
from hub.domain.identifiers import AccountId
from hub.runtime import wiring
from hub.web.api import paging
from tests.api.region import Caller, Region
from tests.service.withdrawal.desk import Desk
from tests.support.hub import TestHub, principal_of
from tests.support.stix import indicator


@pytest.fixture(scope="module")
def zoe(region: Region) -> Caller:
    return region.account("nz-cert/zoe", Role.ANALYST)


@pytest.fixture(scope="module")
def withdrawn(region: Region, ana: Caller, zoe: Caller) -> dict[str, Any]:
    """Withdraw an object of Australia's that New Zealand was sent; it has received the notice."""
    thing = indicator(tlp=Tlp.GREEN)
    (notice,) = withdraw(region, ana, zoe, thing)
    return {"object": thing["id"], "notice": notice, "account": AccountId(zoe.username)}


def withdraw(region: Region, producer: Caller, reader: Caller, *things: dict[str, Any]) -> list[str]:
    """Publish things, deliver them, and delete them; return the ids of the notices that the reader has received."""
    with wiring.opened(region.urls, size=6) as pool:
        hub = TestHub(wiring.build(region.settings, region.urls, pool), region.settings)
        principal = principal_of(pool, producer.token)
        hub.accept(principal, "au", *things)
        desk = Desk.of(hub, wiring.now)
        addressee = desk.subscribe(reader.username)
        assert desk.deliver(addressee)
        for thing in things:
            hub.deleting.delete(principal, hub.collection("au"), thing["id"], None, None)
        return [notice.id for notice in desk.tell(addressee)]


def acknowledged(caller: Caller, *numbers: str) -> tuple[list[str], list[str]]:
    """Acknowledge withdrawals; return those that are acknowledged, and those that the caller has nothing to do with."""
    answer = caller.post("/withdrawals/acknowledge", {"withdrawals": list(numbers)})
    assert answer.status_code == 200, answer.text
    return answer.json["acknowledged"], answer.json["unknown"]


def test_the_producer_sees_who_was_told(ana: Caller, withdrawn: dict[str, Any]) -> None:
    (item,) = ana.get("/me/withdrawals", {"object": withdrawn["object"]}).json["items"]
    assert (item["account"], item["organisation"], item["cause"]) == ("nz-cert/zoe", "nz-cert", "deleted")
    assert item["received"] is not None
    assert (item["acknowledged"], item["overdue"]) == (None, False)


def test_whoever_else_asks_learns_nothing(zoe: Caller, withdrawn: dict[str, Any]) -> None:
    unknown = str(indicator()["id"])
    answers = [zoe.get("/me/withdrawals", {"object": name}) for name in (withdrawn["object"], unknown)]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].data == answers[1].data


def test_the_subscriber_sees_what_it_was_told_and_not_by_whom(zoe: Caller, withdrawn: dict[str, Any]) -> None:
    (item,) = zoe.get("/me/notices").json["items"]
    assert (item["id"], item["object"], item["cause"]) == (withdrawn["notice"], withdrawn["object"], "deleted")
    assert "au-cert" not in str(item)


def test_only_the_subscriber_and_its_administrator_acknowledge(
    region: Region, olga: Caller, ana: Caller, zoe: Caller, withdrawn: dict[str, Any]
) -> None:
    nothing = "00000000-0000-4000-8000-000000000000"
    for stranger in (ana, olga):
        assert acknowledged(stranger, withdrawn["notice"], nothing) == ([], [withdrawn["notice"], nothing])
    assert acknowledged(zoe, nothing, withdrawn["notice"]) == ([withdrawn["notice"]], [nothing])
    (first,) = ana.get("/me/withdrawals", {"object": withdrawn["object"]}).json["items"]
    assert first["acknowledged"] is not None
    administrator = region.account("nz-cert/admin", Role.ADMINISTRATOR)
    assert acknowledged(administrator, withdrawn["notice"]) == ([withdrawn["notice"]], [])
    assert len(olga.get("/ledger", {"subject": withdrawn["notice"]}).json["items"]) == 1
    (second,) = ana.get("/me/withdrawals", {"object": withdrawn["object"]}).json["items"]
    assert second["acknowledged"] == first["acknowledged"]


def test_what_nobody_has_acknowledged_in_time_is_overdue(
    region: Region, olga: Caller, ana: Caller, zoe: Caller, withdrawn: dict[str, Any]
) -> None:
    with wiring.opened(region.urls) as pool, pool.transaction() as database:
        database.execute("UPDATE withdrawals SET acknowledged = NULL, at = at - %s", (_microseconds(hours=73),))
    (item,) = olga.get("/withdrawals", {"object": withdrawn["object"]}).json["items"]
    assert item["overdue"]
    for caller, path, query in (
        (ana, "/me/withdrawals", {}),
        (olga, "/withdrawals", {"producer": "au-cert"}),
        (zoe, "/me/notices", {}),
    ):
        assert [each["id"] for each in caller.get(path, query | {"only": "overdue"}).json["items"]] == [item["id"]]
    assert olga.get("/withdrawals", {"producer": "nz-cert"}).json["items"] == []
    assert zoe.get("/me/withdrawals").json["items"] == []
    environment = {"HUB_DATABASE_URL": region.urls.database, "HUB_REDIS_URL": region.urls.redis}
    for words, told in (
        ((), [item["id"]]),
        (("--overdue",), [item["id"]]),
        (("--account", zoe.username), [item["id"]]),
    ):
        done = CliRunner().invoke(
            cli, ["withdrawal", "list", "--producer", "au-cert", *words, "--json"], env=environment
        )
        assert [each["id"] for each in json.loads(done.stdout)] == told
    assert acknowledged(zoe, item["id"]) == ([item["id"]], [])
    assert ana.get("/me/withdrawals", {"only": "unacknowledged"}).json["items"] == []
    assert len(ana.get("/me/withdrawals").json["items"]) == 1


def test_a_receiver_acknowledges_before_it_answers_and_nobody_else_before_it_is_told(
    region: Region, zoe: Caller, withdrawn: dict[str, Any]
) -> None:
    with wiring.opened(region.urls) as pool, pool.transaction() as database:
        database.execute("UPDATE withdrawals SET received = NULL, acknowledged = NULL")
    environment = {"HUB_DATABASE_URL": region.urls.database, "HUB_REDIS_URL": region.urls.redis}
    early = CliRunner().invoke(cli, ["withdrawal", "acknowledge", withdrawn["notice"]], env=environment)
    assert (early.exit_code, "CONFLICT" in early.output) == (1, True)
    assert acknowledged(zoe, withdrawn["notice"]) == ([withdrawn["notice"]], [])
    late = CliRunner().invoke(cli, ["withdrawal", "acknowledge", withdrawn["notice"], "--json"], env=environment)
    assert json.loads(late.stdout) == {"acknowledged": [withdrawn["notice"]]}
    (item,) = zoe.get("/me/notices").json["items"]
    assert item["received"] == item["acknowledged"]


def _microseconds(**span: float) -> int:
    return timedelta(**span) // timedelta(microseconds=1)


def test_lists_are_walked_with_cursors_that_count_nothing(region: Region, ana: Caller) -> None:
    """In the clear, the number of a notice would tell how many others were told of something meanwhile."""
    reader = region.account("nz-cert/walker", Role.ANALYST)
    notices = withdraw(region, ana, reader, *(indicator(tlp=Tlp.GREEN) for _ in range(3)))
    for caller, path in ((reader, "/me/notices"), (ana, "/me/withdrawals")):
        found, cursors, query = [], [], {"limit": "1"}
        while True:
            page = caller.get(path, query).json
            found += [item["id"] for item in page["items"]]
            if page.get("next") is None:
                break
            cursors.append(page["next"])
            query = {"limit": "1", "cursor": page["next"]}
        assert [name for name in found if name in notices] == notices
        assert len(cursors) == len(set(cursors)) == len(found) - 1
        assert len({len(cursor) for cursor in cursors}) == 1
        assert caller.get(path, {"limit": "1", "cursor": paging.cursor_of("2")}).status_code == 422
