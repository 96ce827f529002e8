"""What subscribers are sent, whatever becomes of receivers, rights and servers."""

import socket
import threading
from itertools import pairwise
from typing import Any

import pytest

from hub.bus.due import Due
from hub.domain.handling import Tlp
from hub.domain.identifiers import AccountId, MemberCode
from hub.domain.pages import Channel
from hub.domain.subscriptions.filters import Filter
from hub.domain.subscriptions.subscription import SubscriptionState
from hub.services.agreements.pairs import suspend_pair
from hub.services.delivery.deliverer import FAR
from hub.services.directory.accounts import disable_account, enable_account
from hub.store.subscriptions.errors import last_errors
from tests.service.delivery.conftest import Post
from tests.service.webhooks.receivers import OK, Arrived, says
from tests.support.acts import made
from tests.support.stix import address, indicator
from tests.support.waiting import await_that

NOBODY_LISTENS = "redis://127.0.0.1:1/0"


def test_what_nobody_expected_when_the_due_are_taken_delays_deliveries_and_does_not_end_them(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    take, failed = Due.take, threading.Event()

    def fails_once(due: Due, *args: Any, **options: Any) -> Any:
        if not failed.is_set():
            failed.set()
            raise RuntimeError
        return take(due, *args, **options)

    monkeypatch.setattr(Due, "take", fails_once)
    feed = post.hub.account("au-cert/feed")
    with post.subscriber("au-cert/feed") as one, post.delivering():
        assert failed.wait(60.0)
        post.hub.accept(feed, "au", thing := indicator(tlp=Tlp.GREEN))
        await_that(lambda: one.ids == [thing["id"]], "the object")


def test_batches_are_cut_to_size_and_come_in_order(post: Post) -> None:
    feed = post.hub.account("au-cert/feed")
    things = [indicator(tlp=Tlp.GREEN) for _ in range(25)]
    with post.subscriber("au-cert/feed", batch_objects=10) as one, post.delivering():
        post.hub.accept(feed, "au", *things)
        await_that(lambda: len(one.ids) == 25, "all objects")
        assert sorted(one.ids) == sorted(thing["id"] for thing in things)
        places = [
            (each.headers["x-taxii-date-added-first"], each.headers["x-taxii-date-added-last"])
            for each in one.deliveries
        ]
        assert len(places) == 3
        assert all(before[1] < after[0] for before, after in pairwise(places))


def test_who_has_much_before_them_is_left_to_another_thread_and_gets_all_of_it_once_and_in_order(post: Post) -> None:
    feed = post.hub.account("au-cert/feed")
    things = [indicator(tlp=Tlp.GREEN) for _ in range(FAR + 4)]
    for thing in things:
        post.hub.accept(feed, "au", thing)
    with post.subscriber("au-cert/feed", batch_objects=1) as far, post.subscriber("au-cert/feed") as near:
        with post.delivering():
            await_that(lambda: len(far.ids) == len(things), "all objects")
            await_that(lambda: len(near.ids) == len(things), "all objects")
            post.hub.accept(feed, "au", last := indicator(tlp=Tlp.GREEN))
            await_that(lambda: far.ids[-1] == near.ids[-1] == last["id"], "what comes then")
        assert far.ids == [thing["id"] for thing in (*things, last)]
        assert len({each.headers["webhook-id"] for each in far.deliveries}) == len(far.deliveries) == len(things) + 1


def test_a_filter_is_obeyed_and_a_revocation_passes_its_conditions_on_content(post: Post) -> None:
    feed = post.hub.account("au-cert/feed")
    thing = indicator(tlp=Tlp.GREEN, confidence=80)
    chosen = Filter(types=frozenset({"indicator"}), confidence_min=50, tlp_max=Tlp.GREEN)
    with post.subscriber("au-cert/feed", chosen) as one, post.delivering():
        post.hub.accept(
            feed,
            "au",
            thing,
            indicator(tlp=Tlp.GREEN, confidence=10),
            indicator(tlp=Tlp.AMBER, confidence=80),
            address(tlp=Tlp.GREEN),
        )
        await_that(lambda: len(one.ids) == 1, "the one object")
        post.hub.accept(feed, "au", {**thing, "modified": "2026-03-01T00:00:00.000Z", "revoked": True, "confidence": 1})
        await_that(lambda: [each.get("revoked", False) for each in one.objects] == [False, True], "the revocation")
        assert set(one.ids) == {thing["id"]}


def test_SR_07_red_is_sent_to_nobody_not_even_to_whom_it_names(post: Post) -> None:
    feed = post.hub.account("au-cert/feed")
    with post.subscriber("au-cert/feed") as one, post.delivering():
        post.hub.accept(feed, "au", indicator(tlp=Tlp.RED))
        post.hub.accept(feed, "au", last := indicator(tlp=Tlp.GREEN))
        await_that(lambda: last["id"] in one.ids, "the last object")
        assert one.ids == [last["id"]]


def test_a_delivery_that_fails_is_repeated_under_its_id_until_it_is_taken(post: Post) -> None:
    feed = post.hub.account("au-cert/feed")
    busy = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 4\r\n\r\nbusy"
    with post.subscriber("au-cert/feed", act=says(busy, busy, OK)) as one, post.delivering():
        post.hub.accept(feed, "au", thing := indicator(tlp=Tlp.GREEN))
        await_that(lambda: post.kept(one).delivered == 1, "a success")
        assert len({each.headers["webhook-id"] for each in one.deliveries}) == 1
        assert len({each.body for each in one.deliveries}) == 1
        assert one.ids == [thing["id"]]
        with post.hub.parts.pool.statement() as database:
            errors = last_errors(database, one.id)
    assert [(error.status, error.excerpt) for error in errors] == [(503, "busy"), (503, "busy")]
    assert post.kept(one).subscription.failures == 0


def test_a_receiver_that_is_gone_ends_its_subscription(post: Post) -> None:
    feed = post.hub.account("au-cert/feed")
    with (
        post.subscriber("au-cert/feed", act=says(b"HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n")) as one,
        post.delivering(),
    ):
        post.hub.accept(feed, "au", indicator(tlp=Tlp.GREEN))
        await_that(lambda: post.kept(one).subscription.state is SubscriptionState.STOPPED, "the end")
        assert len(one.deliveries) == 1


def test_SR_01_a_disabled_account_is_sent_nothing_and_all_of_it_once_it_is_enabled(post: Post) -> None:
    feed = post.hub.account("au-cert/feed")
    reader = post.hub.account("nz-cert/reader")
    with post.subscriber("nz-cert/reader") as one, post.subscriber("au-cert/feed") as other, post.delivering():
        disable_account(post.hub.parts.pool, AccountId("nz-cert/reader"), act=made("test"))
        post.hub.accept(feed, "au", thing := indicator(tlp=Tlp.GREEN))
        await_that(lambda: other.ids == [thing["id"]], "the other's object")
        await_that(lambda: post.kept(one).subscription.position >= post.kept(other).subscription.position, "a look")
        assert one.deliveries == []
        enable_account(post.hub.parts.pool, reader.account.id, act=made("test"))
        await_that(lambda: one.ids == [thing["id"]], "the object, now that it may be read")


def test_SR_09_nothing_crosses_between_members_once_their_suspension_is_acknowledged(post: Post) -> None:
    feed = post.hub.account("au-cert/feed")
    post.hub.account("nz-cert/reader")
    with post.subscriber("nz-cert/reader") as one, post.delivering():
        post.hub.accept(feed, "au", first := indicator(tlp=Tlp.GREEN))
        await_that(lambda: one.ids == [first["id"]], "the first object")
        suspend_pair(post.hub.parts.pool, MemberCode("AU"), MemberCode("NZ"), act=made("test"))
        post.hub.accept(feed, "au", indicator(tlp=Tlp.GREEN), clear := indicator(tlp=Tlp.CLEAR))
        await_that(lambda: clear["id"] in one.ids, "what is clear")
        assert one.ids == [first["id"], clear["id"]]


def test_a_receiver_that_hangs_holds_up_nobody_else(post: Post) -> None:
    feed = post.hub.account("au-cert/feed")
    release = threading.Event()

    def hang(stream: socket.socket, _: Arrived) -> None:
        release.wait(60)
        stream.sendall(OK)

    hanging = [post.subscriber("au-cert/feed", act=hang) for _ in range(post.hub.settings.deliver_threads + 4)]
    entered = [each.__enter__() for each in hanging]
    try:
        with post.subscriber("au-cert/feed") as one, post.delivering():
            post.hub.accept(feed, "au", thing := indicator(tlp=Tlp.GREEN))
            await_that(lambda: one.ids == [thing["id"]], "the object")
            await_that(lambda: all(each.receiver.seen for each in entered), "all others asked")
            post.hub.accept(feed, "au", indicator(tlp=Tlp.GREEN))
            await_that(lambda: len(one.ids) == 2, "the second object")
            release.set()
            await_that(lambda: all(len(each.ids) == 2 for each in entered), "what waited")
    finally:
        for each in hanging:
            each.__exit__(None, None, None)


def test_without_redis_the_sweep_delivers(post: Post) -> None:
    feed = post.hub.account("au-cert/feed")
    with post.subscriber("au-cert/feed") as one, post.delivering(redis=NOBODY_LISTENS):
        post.hub.accept(feed, "au", first := indicator(tlp=Tlp.GREEN))
        await_that(lambda: one.ids == [first["id"]], "an object")


def test_two_deliverers_share_the_work_and_send_everything_once(post: Post) -> None:
    feed = post.hub.account("au-cert/feed")
    with post.subscriber("au-cert/feed") as one, post.subscriber("au-cert/feed") as other:
        with post.delivering(), post.delivering():
            sent = []
            for _ in range(20):
                post.hub.accept(feed, "au", thing := indicator(tlp=Tlp.GREEN))
                sent.append(thing["id"])
            await_that(lambda: len(one.ids) == len(other.ids) == 20, "all objects")
        for each in (one, other):
            assert [thing["id"] for thing in each.objects] == sent
            assert len({arrived.headers["webhook-id"] for arrived in each.deliveries}) == len(each.deliveries)


def test_what_is_sent_is_noted_as_given(post: Post) -> None:
    feed = post.hub.account("au-cert/feed")
    with post.subscriber("au-cert/feed") as one, post.delivering():
        post.hub.accept(feed, "au", indicator(tlp=Tlp.GREEN))
        await_that(lambda: len(one.ids) == 1, "the object")
        with post.hub.parts.pool.statement() as database:
            rows = database.execute("SELECT account, channel FROM readings").fetchall()
    assert rows == [("au-cert/feed", Channel.WEBHOOK)]
