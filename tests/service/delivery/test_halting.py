"""A push of many envelopes ends where the rights do that it was read under, and where it has lasted for long."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any, Final

import pytest

from hub.domain.handling import Tlp
from hub.domain.identifiers import AccountId, MemberCode, Tick
from hub.domain.subscriptions.subscription import Subscription, TaxiiTarget, WebhookTarget
from hub.outbound.webhooks.deliveries import Item, batch_of
from hub.outbound.webhooks.sender import Sender, tls_context
from hub.outbound.wire.addresses import networks_of
from hub.runtime.keys.sealing import read_keys
from hub.runtime.wiring import now
from hub.services.agreements.pairs import suspend_pair
from hub.services.delivery.channels import passage
from hub.services.delivery.channels.outcomes import Failed, Stale, Taken
from hub.services.delivery.channels.webhooks import Webhooks
from hub.services.delivery.outbox import Portion
from hub.services.delivery.working.freshness import LONGEST_SECONDS
from hub.services.sealing import Sealer
from hub.services.subscriptions.secrets import Held, new_secret, seal
from hub.store.subscriptions.rows import Kept, find_subscription, insert_subscription
from tests.service.delivery.conftest import Post
from tests.service.delivery.peers import COLLECTION, Peer, peer
from tests.service.delivery.subscribing import LOOPBACK
from tests.service.delivery.test_pushing import NUMBER, SEALER, pushing_to
from tests.service.webhooks.receivers import receiving
from tests.support.acts import made
from tests.support.stix import indicator
from tests.support.subscriptions import untried
from tests.support.waiting import await_that

ALWAYS: Final[Callable[[], bool]] = lambda: True  # noqa: E731 - a value of the tests


def portion(*things: dict[str, Any], after: int = 0) -> Portion:
    """Return a portion that holds these objects."""
    items = tuple(
        Item(position=Tick(after + n), payload=json.dumps(thing).encode()) for n, thing in enumerate(things, 1)
    )
    last = Tick(after + 100)
    batch = batch_of(items, after=Tick(after), last=last)
    return Portion(epoch=1, batch=batch, items=items, position=last, more=False)


def for_times(count: int) -> Callable[[], bool]:
    """Return what says yes for so many times."""
    answers = iter([True] * count)
    return lambda: next(answers, False)


def slowly() -> None:
    time.sleep(0.1)


@contextmanager
def subscribed(post: Post, account: str, to: Peer, start: Tick) -> Iterator[Callable[[], Kept]]:
    """Subscribe a peer for an account, and give what tells how the subscription stands."""
    target = TaxiiTarget(url=to.url, collection=COLLECTION, username="hub")
    subscription = Subscription(id=NUMBER, account=AccountId(account), target=target, position=start)
    pool = post.hub.parts.pool
    secrets = seal([Held(secret="password")], NUMBER, sealer=Sealer(read_keys(post.hub.settings.sealing_key_file)))
    with pool.transaction() as database:
        insert_subscription(database, subscription, secrets)

    def kept() -> Kept:
        with pool.statement() as database:
            found = find_subscription(database, NUMBER)
        assert found is not None
        return found

    yield kept


def test_SR_09_no_envelope_of_a_push_begins_once_a_suspension_is_acknowledged(post: Post) -> None:
    feed = post.hub.account("au-cert/feed")
    post.hub.account("nz-cert/reader")
    green = [indicator(tlp=Tlp.GREEN) for _ in range(5)]
    clear = [indicator(tlp=Tlp.CLEAR) for _ in range(2)]
    post.hub.accept(feed, "au", *green, *clear)
    with peer() as server, subscribed(post, "nz-cert/reader", server, Tick(0)) as kept:

        def suspend() -> None:
            if len(server.envelopes) == 2:
                suspend_pair(post.hub.parts.pool, MemberCode("AU"), MemberCode("NZ"), act=made("test"))
                time.sleep(2 * LONGEST_SECONDS)

        server.then = suspend
        with post.delivering():
            await_that(lambda: {each["id"] for each in clear} <= set(server.ids), "what is clear")
            await_that(lambda: kept().delivered > 0, "an end")
        allowed = {each["id"] for each in clear} | set(server.ids[:2])
        assert set(server.ids) == allowed
        assert len(server.ids) == len(allowed)
        assert (kept().delivered, kept().refused, kept().subscription.failures) == (len(allowed), 0, 0)


def test_a_push_is_asked_for_before_each_envelope_and_goes_on_after_those_that_were_answered_for() -> None:
    things = [indicator() for _ in range(4)]
    with peer() as server, pushing_to(server.port) as (pushes, kept):
        assert pushes(kept, portion(*things), for_times(0)) == Stale()
        assert server.ids == []
        assert pushes(kept, portion(*things), for_times(2)) == Stale()
        assert server.ids == [thing["id"] for thing in things[:2]]
        read_anew = portion(things[0], *things[2:])
        assert pushes(kept, read_anew, ALWAYS) == Taken(objects=4)
        assert server.ids == [thing["id"] for thing in things]


def test_what_another_batch_or_server_has_got_is_sent_again() -> None:
    things = [indicator() for _ in range(2)]
    with peer() as server, peer() as other, pushing_to(server.port) as (pushes, kept):
        assert pushes(kept, portion(*things), for_times(1)) == Stale()
        with pushing_to(other.port) as (_, moved):
            assert pushes(moved, portion(*things), for_times(1)) == Stale()
        assert pushes(kept, portion(*things), ALWAYS) == Taken(objects=2)
        assert pushes(kept, portion(*things), for_times(1)) == Stale()
        assert pushes(kept, portion(*things, after=1), ALWAYS) == Taken(objects=2)
        first, second = (thing["id"] for thing in things)
        assert (server.ids, other.ids) == ([first, first, second, first, first, second], [first])


def test_a_webhook_is_posted_nothing_that_may_not_be_sent_any_more() -> None:
    secret = new_secret()
    with receiving() as server, closing(Sender(networks=networks_of([LOOPBACK]), tls=tls_context())) as sender:
        target = WebhookTarget(url=f"http://127.0.0.1:{server.port}/hook")
        subscription = Subscription(id=NUMBER, account=AccountId("au-cert/a"), target=target, position=Tick(0))
        kept = untried(subscription, seal([Held(secret=secret.text)], NUMBER, sealer=SEALER))
        webhooks = Webhooks(sender, lambda: SEALER, now, naming=bytes(32))
        assert webhooks(kept, portion(indicator()), for_times(0)) == Stale()
        assert server.seen == []
        assert webhooks(kept, portion(indicator()), for_times(1)) == Taken(objects=1)
        assert len(server.seen) == 1


def test_halves_of_an_envelope_that_was_too_large_are_asked_for_too() -> None:
    things = [{"type": "x-thing", "id": f"x-thing--{number}"} for number in range(4)]
    with peer() as server, pushing_to(server.port) as (pushes, kept):
        server.refuses = True
        assert pushes(kept, portion(*things), for_times(2)) == Stale()
        assert [len(envelope) for envelope in server.envelopes] == [4, 2]


def test_a_push_that_lasts_is_read_again_and_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passage, "PUSHED_SECONDS", 0.05)
    things = [indicator() for _ in range(3)]
    with peer() as server, pushing_to(server.port) as (pushes, kept):
        server.then = slowly
        outcomes = [pushes(kept, portion(*things), ALWAYS) for _ in range(3)]
        assert outcomes == [Stale(), Stale(), Taken(objects=3)]
        assert server.ids == [thing["id"] for thing in things]


def test_a_server_that_takes_no_envelope_to_its_end_in_time_has_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passage, "PUSHED_SECONDS", 0.05)
    things = [{"type": "x-thing", "id": f"x-thing--{number}"} for number in range(4)]
    with peer() as server, pushing_to(server.port) as (pushes, kept):
        server.then, server.refuses = slowly, True
        for outcome in (pushes(kept, portion(*things), ALWAYS) for _ in range(2)):
            assert isinstance(outcome, Failed)
            assert "has not taken an envelope" in outcome.remark.reason
        assert [len(envelope) for envelope in server.envelopes] == [4, 4]
