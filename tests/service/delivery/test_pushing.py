"""What another TAXII server answers to a push, and what the hub makes of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import pytest

from hub.domain.identifiers import AccountId, SubscriptionId, Tick
from hub.domain.subscriptions.subscription import Subscription, TaxiiTarget
from hub.outbound.webhooks.sender import tls_context
from hub.outbound.wire.addresses import networks_of
from hub.outbound.wire.dialling import Dialler
from hub.runtime.wiring import now
from hub.services.delivery.channels.outcomes import Ended, Failed, Taken
from hub.services.delivery.channels.taxii import TaxiiPushes
from hub.services.sealing import Sealer, SealingKey
from hub.services.subscriptions.secrets import Held, seal
from hub.store.subscriptions.rows import Kept
from tests.service.delivery.subscribing import LOOPBACK
from tests.service.webhooks.receivers import receiving, says
from tests.support.subscriptions import untried

NUMBER: Final = SubscriptionId("5d2f5f0e-3a53-4f0e-9d3c-0a4f1e0e9a11")
SEALER: Final = Sealer([SealingKey(bytes(32))])
ROOT: Final = b'{"title":"t","versions":[],"max_content_length":1000}'
COLLECTION: Final = b'{"id":"c","title":"c","can_read":true,"can_write":%b}'


def answer(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)


def refusal(status: bytes, *headers: bytes) -> bytes:
    return b"\r\n".join([b"HTTP/1.1 " + status, b"Content-Length: 0", *headers, b"", b""])


@contextmanager
def pushing_to(port: int) -> Iterator[tuple[TaxiiPushes, Kept]]:
    """Give the channel and a subscription that is pushed to a server on the loopback."""
    target = TaxiiTarget(url=f"http://127.0.0.1:{port}/api/", collection="c", username="hub")
    subscription = Subscription(id=NUMBER, account=AccountId("au-cert/a"), target=target, position=Tick(0))
    kept = untried(subscription, seal([Held(secret="password")], NUMBER, sealer=SEALER))
    dialler = Dialler(networks=networks_of([LOOPBACK]), tls=tls_context())
    try:
        yield TaxiiPushes(dialler, lambda: SEALER, now), kept
    finally:
        dialler.close()


def tried(*answers: bytes) -> tuple[Taken | Failed | Ended, int]:
    """Try a subscription out at a server that answers so; return also how often it was asked."""
    with receiving(says(*answers)) as server, pushing_to(server.port) as (pushes, kept):
        return pushes.try_out(kept), len(server.seen)


def test_a_collection_that_takes_everything_is_looked_at_and_nothing_is_pushed() -> None:
    outcome, asked = tried(answer(ROOT), answer(COLLECTION % b"true"))
    assert isinstance(outcome, Taken)
    assert (outcome.objects, asked) == (0, 2)
    assert "at most 1,000 bytes" in outcome.remarks[0].reason


@pytest.mark.parametrize(
    ("answers", "status", "asked", "words"),
    [
        ((refusal(b"503 Busy", b"Retry-After: 120"),), 503, 120.0, "It is busy"),
        (
            (refusal(b"429 x", b"Date: Sun, 01 Mar 2026 00:00:00 GMT", b"Retry-After: Sun, 01 Mar 2026 00:05:00 GMT"),),
            429,
            300.0,
            "It is busy",
        ),
        ((refusal(b"302 Found", b"Location: http://127.0.0.1/"),), 302, None, "follows no redirection"),
        ((answer(ROOT), refusal(b"403 Forbidden")), 403, None, "does not let them"),
        ((answer(ROOT), answer(COLLECTION % b"false")), None, None, "may not write"),
        ((answer(b"<html>"),), None, None, "is it the address of one?"),
        ((refusal(b"500 Oops"),), 500, None, "a fault of its own"),
    ],
)
def test_what_is_wrong_is_said_and_a_server_is_left_alone_for_as_long_as_it_asks(
    answers: tuple[bytes, ...], status: int | None, asked: float | None, words: str
) -> None:
    outcome, requests = tried(*answers)
    assert isinstance(outcome, Failed)
    assert (outcome.remark.status, outcome.asked) == (status, asked)
    assert words in outcome.remark.reason
    assert requests == len(answers)


def test_a_server_that_is_gone_ends_it() -> None:
    assert isinstance(tried(refusal(b"410 Gone"))[0], Ended)
