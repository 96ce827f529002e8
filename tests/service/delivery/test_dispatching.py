"""Who is found due by news of the log: whoever may be given something under its guards, whichever collection has it."""

import gc
from weakref import ReferenceType, ref

import pytest

from hub.bus.connections import connect
from hub.bus.due import Due
from hub.bus.heads import Listener, joined
from hub.domain.handling import Tlp
from hub.domain.identifiers import OrganisationId, SubscriptionId
from hub.domain.subscriptions.filters import Filter
from hub.domain.subscriptions.subscription import Channel
from hub.runtime.wiring import now
from hub.runtime.workers.delivering import make_deliverer
from hub.services.delivery import dispatcher as dispatching
from hub.services.delivery.dispatcher import Dispatcher
from hub.services.delivery.narrowing import Narrowing, Wish, wish_of
from hub.services.subscriptions.changing import Change, change_subscription
from tests.service.delivery.conftest import Post
from tests.support.acts import made
from tests.support.stix import indicator
from tests.support.waiting import await_that

PATIENCE_MS = 60_000
CHANGES = 5


def two_collections(post: Post) -> Filter:
    named = frozenset(post.hub.collection(alias).id for alias in ("au", "nz"))
    return Filter(collections=named, tlp_max=Tlp.GREEN)


class Watch:
    """A dispatcher that takes a round when it is told to, and never sweeps after the first."""

    def __init__(self, post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
        parts, redis, narrowing = post.hub.parts, connect(post.urls.redis), Narrowing()
        self.due = Due(redis)
        self.listener = Listener(redis)
        self.dispatcher = Dispatcher(
            parts.pool,
            clearances=parts.clearances,
            narrowing=narrowing,
            listener=self.listener,
            due=self.due,
            deliverer=make_deliverer(post.hub.settings, parts, narrowing, self.due, {}),
            clock=now,
        )
        self.listener.hear(wait_ms=1)
        self.dispatcher.round(None)
        self.found(wait_ms=1)
        monkeypatch.setattr(dispatching, "SWEEP_SECONDS", float("inf"))

    def round(self) -> list[SubscriptionId]:
        """Hear what was announced last, and return who is due by that."""
        self.dispatcher.round(joined(self.listener.hear(wait_ms=PATIENCE_MS)))
        return self.found(wait_ms=1)

    def found(self, *, wait_ms: int) -> list[SubscriptionId]:
        """Return who is due."""
        entries = self.due.take("test", wait_ms=wait_ms, most=10)
        if entries:
            self.due.done(*(entry for entry, _ in entries))
        return [subscription for _, subscription in entries]


def test_a_subscription_over_two_collections_is_due_when_either_gets_something(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    feeds = {alias: post.hub.account(f"{alias}-cert/feed") for alias in ("au", "nz")}
    post.hub.account("jp-cert/reader")
    with post.subscriber("jp-cert/reader", two_collections(post)) as one:
        watch = Watch(post, monkeypatch)
        for alias, feed in feeds.items():
            post.hub.accept(feed, alias, indicator(tlp=Tlp.GREEN))
            assert watch.round() == [one.id]
            post.hub.accept(feed, alias, indicator(tlp=Tlp.AMBER))
            assert watch.round() == []


def test_a_wish_is_read_once_as_long_as_somebody_has_it_and_forgotten_when_nobody_does(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed = post.hub.account("au-cert/feed")
    read: list[ReferenceType[frozenset[str]]] = []

    def reads(chosen: Filter, channel: Channel, organisation: OrganisationId) -> Wish:
        if chosen.labels is not None:
            read.append(ref(chosen.labels))
        return wish_of(chosen, channel, organisation)

    monkeypatch.setattr(dispatching, "wish_of", reads)
    monkeypatch.setattr(dispatching, "RELOAD_SECONDS", 0.0)
    with post.subscriber("au-cert/feed") as one:
        watch = Watch(post, monkeypatch)
        for number in range(CHANGES):
            change = Change(filter=Filter(labels=frozenset({f"label-{number}"})))
            change_subscription(post.hub.parts.pool, one.id, change, act=made("test"))
            watch.dispatcher.round(None)
            watch.dispatcher.round(None)
        assert len(read) == CHANGES
        post.hub.accept(feed, "au", indicator(tlp=Tlp.GREEN))
        assert watch.round() == [one.id]
        gc.collect()
        assert [each() is not None for each in read] == [False] * (CHANGES - 1) + [True]


def test_it_is_sent_what_is_in_them_and_nothing_else_and_the_log_of_readings_does_not_grow(post: Post) -> None:
    feeds = {alias: post.hub.account(f"{alias}-cert/feed") for alias in ("au", "jp", "nz")}
    post.hub.account("sg-cert/reader")
    wanted: list[str] = []
    given: list[str] = []
    rows: list[int] = []
    with (
        post.subscriber("sg-cert/reader", two_collections(post)) as one,
        post.subscriber("sg-cert/reader") as all_of_it,
        post.delivering(),
    ):
        for _ in range(3):
            for alias, feed in feeds.items():
                post.hub.accept(feed, alias, thing := indicator(tlp=Tlp.GREEN))
                given.append(thing["id"])
                wanted.extend([] if alias == "jp" else [thing["id"]])
                await_that(lambda: all_of_it.ids == given, "the object")
            await_that(lambda: one.ids == wanted, "what both collections got")
            with post.hub.parts.pool.statement() as database:
                ((count,),) = database.execute("SELECT count(*) FROM readings").fetchall()
            rows.append(count)
    assert rows[1] == rows[2]
