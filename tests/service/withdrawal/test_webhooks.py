"""`hub serve` tells a webhook of what it was sent and may not have any more, signed as everything is."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from hub.domain.handling import Tlp
from hub.runtime.keys.sealing import read_keys
from hub.runtime.wiring import opened
from hub.services.sealing import Sealer
from tests.service.delivery.subscribing import LOOPBACK, Subscriber, await_that, subscriber
from tests.service.webhooks.receivers import OK, says
from tests.support.processes import child_named
from tests.support.serving import ServedHub, serving
from tests.support.stix import TLP_MARKINGS, indicator, version_at

UNAVAILABLE = b"HTTP/1.1 503 Later\r\nContent-Length: 0\r\n\r\n"


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedHub]:
    data = tmp_path_factory.mktemp("hub") / "data"
    with serving(data, delivery_networks=LOOPBACK, retry_first_seconds="0.1") as served:
        yield served


def withdrawals(receiver: Subscriber) -> list[dict[str, Any]]:
    return [each for delivery in receiver.deliveries for each in json.loads(delivery.body).get("withdrawals", [])]


def test_each_cause_reaches_the_webhook_once_though_the_deliverer_dies(hub: ServedHub) -> None:
    feed, reader = hub.account("au-cert/feed"), hub.account("nz-cert/reader")
    deleted, closed, revoked = (indicator(tlp=Tlp.GREEN) for _ in range(3))
    sealer = Sealer(read_keys(hub.directory / "sealing.key"))
    with opened(hub.urls) as pool, subscriber(pool, sealer, reader.username) as receiver:
        feed.accept("au", deleted, closed, revoked)
        await_that(
            lambda: hub.rows("SELECT delivered FROM subscriptions") == [(3,)], "three objects, and that is known"
        )
        child_named(hub.process.pid, "deliver").kill()
        assert feed.delete(f"collections/au/objects/{deleted['id']}/").status_code == 200
        raised = [TLP_MARKINGS[Tlp.AMBER_STRICT]]
        feed.accept("au", closed | {"modified": version_at(1), "object_marking_refs": raised})
        feed.accept("au", revoked | {"modified": version_at(1), "revoked": True})
        await_that(lambda: len(withdrawals(receiver)) == 3, "three notices")
        await_that(lambda: len(receiver.ids) == 4, "the revoked version")
        feed.accept("au", indicator(tlp=Tlp.GREEN))
        await_that(lambda: len(receiver.ids) == 5, "what comes after")
    told = {each["id"]: (each["version"], each["cause"]) for each in withdrawals(receiver)}
    assert told == {
        deleted["id"]: (version_at(0), "deleted"),
        closed["id"]: (version_at(0), "closed"),
        revoked["id"]: (version_at(0), "revoked"),
    }
    assert len({each["withdrawal"] for each in withdrawals(receiver)}) == 3


def test_a_notice_that_is_not_taken_is_sent_again_under_the_same_id(hub: ServedHub) -> None:
    feed, reader = hub.account("jp-cert/feed"), hub.account("nz-cert/other")
    thing = indicator(tlp=Tlp.GREEN)
    sealer = Sealer(read_keys(hub.directory / "sealing.key"))
    act = says(OK, UNAVAILABLE, UNAVAILABLE, OK)
    with opened(hub.urls) as pool, subscriber(pool, sealer, reader.username, act=act, start=hub_head(pool)) as receiver:
        feed.accept("jp", thing)
        await_that(lambda: len(receiver.ids) == 1, "the object")
        feed.delete(f"collections/jp/objects/{thing['id']}/")
        await_that(lambda: len(withdrawals(receiver)) == 3, "three attempts")
        feed.accept("jp", indicator(tlp=Tlp.GREEN))
        await_that(lambda: len(receiver.ids) == 2, "what comes after")
    posts = [each for each in receiver.deliveries if b"withdrawals" in each.body]
    assert len(posts) == 3
    assert len({each.headers["webhook-id"] for each in posts}) == 1
    assert {each.headers["hub-event"] for each in posts} == {"withdrawal"}


def hub_head(pool: Any) -> int:
    with pool.statement() as database:
        ((tick,),) = database.execute("SELECT tick FROM log_head").fetchall()
    return int(tick)
