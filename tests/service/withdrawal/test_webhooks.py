"""`hub serve` tells a webhook of what it was sent and may not have any more, signed as everything is."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
import requests

from hub.domain.handling import Tlp
from hub.outbound.webhooks.signature import Signers, parse_secret, signed_headers
from hub.runtime.keys.sealing import read_keys
from hub.runtime.wiring import now, opened
from hub.services.sealing import Sealer
from tests.service.delivery.subscribing import LOOPBACK, Subscriber, subscriber
from tests.service.webhooks.receivers import OK, says
from tests.support.processes import child_named
from tests.support.serving import ROOT, Caller, ServedHub, free_port, serving
from tests.support.stix import TLP_MARKINGS, indicator, version_at
from tests.support.waiting import await_that

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


def test_the_receiver_of_the_page_on_subscriptions_deals_with_everything_once(hub: ServedHub, tmp_path: Path) -> None:
    feed, reader = hub.account("sg-cert/feed"), hub.account("nz-cert/receiver")
    port = free_port()
    url = f"http://127.0.0.1:{port}/"
    hook = {"channel": "webhook", "url": url, "filter": {"origins": ["SG"]}}
    given = reader.call_api("POST", "subscriptions", hook).json()
    with receiver_of_the_page(hub, reader, given["secret"], port, tmp_path) as printed:
        feed.accept("sg", thing := indicator(tlp=Tlp.GREEN))
        await_that(lambda: printed() == [f"use {thing['id']} {version_at(0)}"], "the object")
        feed.delete(f"collections/sg/objects/{thing['id']}/")
        await_that(lambda: printed()[1:] == [f"remove {thing['id']} {version_at(0)} deleted"], "the withdrawal")
        noticed = partial(reader.call_api, "GET", "me/notices")
        await_that(lambda: any(each["acknowledged"] for each in noticed().json()["items"]), "an acknowledgement")
        number = given["subscription"]["id"]
        assert reader.call_api("POST", f"subscriptions/{number}/replay", {"from": "beginning"}).status_code == 200
        reader.call_api("POST", f"subscriptions/{number}/test")
        tested = partial(reader.call_api, "GET", f"subscriptions/{number}/test")
        await_that(lambda: tested().json()["state"] == "passed", "the test")
        signers = Signers(secrets=(parse_secret(given["secret"]),))
        for kept in (tmp_path / "inbox").iterdir():
            body = kept.read_bytes()
            again = signed_headers(signers, name=kept.stem, body=body, at=now())
            assert requests.post(url, data=body, headers=again, timeout=9).status_code == HTTPStatus.NO_CONTENT
            forged = requests.post(url, data=body + b" ", headers=again, timeout=9)
            assert forged.status_code == HTTPStatus.FORBIDDEN
        assert len(printed()) == 2


@contextmanager
def receiver_of_the_page(
    hub: ServedHub, caller: Caller, secret: str, port: int, folder: Path
) -> Iterator[Callable[[], list[str]]]:
    """Run the receiver that docs/subscriptions.md shows; give what it has printed so far."""
    page = (ROOT / "docs" / "subscriptions.md").read_text()
    (script,) = (text for text in re.findall(r"```python\n(.*?)```", page, flags=re.DOTALL) if "class Receiver" in text)
    environment = {"HUB": hub.root, "ACCOUNT": caller.username, "TOKEN": caller.token, "SECRET": secret}
    output = folder / "printed"
    with output.open("w") as file:
        process = subprocess.Popen(
            [sys.executable, "-c", script], cwd=folder, env=environment | {"PORT": str(port)}, stdout=file, stderr=file
        )
    try:
        yield lambda: [line for line in output.read_text().splitlines() if line.startswith(("use", "remove"))]
    finally:
        process.kill()
        process.wait()


def hub_head(pool: Any) -> int:
    with pool.statement() as database:
        ((tick,),) = database.execute("SELECT tick FROM log_head").fetchall()
    return int(tick)
