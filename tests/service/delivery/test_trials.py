"""A subscription is tested: its receiver gets a signed test without objects, and its owner reads what came of that."""

import json
from contextlib import ExitStack
from datetime import timedelta
from threading import Event, Thread
from typing import Final

import pytest
from structlog.testing import capture_logs

from hub.domain.errors import ExhaustedError
from hub.domain.handling import Tlp
from hub.domain.identifiers import AccountId
from hub.domain.subscriptions.subscription import SubscriptionState
from hub.domain.subscriptions.trials import Finding
from hub.runtime.keys.sealing import read_keys
from hub.runtime.wiring import now
from hub.runtime.workers.delivering import channels_of
from hub.services.directory.accounts import disable_account
from hub.services.trials.asking import PAUSE, ask_trial, show_trial
from hub.services.trials.working import Trying
from hub.store.database import Pool
from tests.service.delivery.conftest import Post
from tests.service.delivery.subscribing import Subscriber
from tests.service.webhooks.receivers import Act, says
from tests.support.acts import made
from tests.support.stix import indicator
from tests.support.waiting import await_that

PAGE: Final = b"HTTP/1.1 200 OK\r\nContent-Length: 19\r\n\r\n<h1>Log in</h1>\x1b[2J"
ANSWERS: Final[dict[str, tuple[bytes, str]]] = {
    "moved": (b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n", "follows no redirection"),
    "stranger": (b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n", "let it check the signature"),
    "nowhere": (b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "Nothing is at this path"),
    "ill": (b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 4\r\n\r\noops", "a fault of its own"),
    "gone": (b"HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n", "wants nothing any more"),
    "noise": (b"what is HTTP?\r\n\r\n", "is not an answer in HTTP/1.1"),
}


def found(post: Post, one: Subscriber) -> Finding:
    """Wait for what comes of the test of a subscription."""
    pool = post.hub.parts.pool
    await_that(lambda: show_trial(pool, one.id).finding is not None, "a finding")
    finding = show_trial(pool, one.id).finding
    assert finding is not None
    return finding


def test_a_test_reveals_nothing_is_signed_and_leaves_the_position(post: Post) -> None:
    feed = post.hub.account("au-cert/feed")
    post.hub.accept(feed, "au", indicator(tlp=Tlp.GREEN))
    with (
        post.subscriber("au-cert/feed", act=says(PAGE), state=SubscriptionState.PAUSED) as one,
        post.delivering(),
    ):
        before = post.kept(one)
        ask_trial(post.hub.parts.pool, one.id, act=made("test"))
        finding = found(post, one)
        assert (finding.good, finding.status, finding.excerpt) == (True, 200, "<h1>Log in</h1> [2J")
        (sent,) = one.deliveries
        assert (sent.headers["hub-event"], sent.headers["hub-subscription"]) == ("test", one.id)
        assert list(json.loads(sent.body)) == ["test"]
        assert post.kept(one) == before
        with pytest.raises(ExhaustedError):
            ask_trial(post.hub.parts.pool, one.id, act=made("test"))
        ask_trial(post.hub.parts.pool, one.id, act=made("test", at=post.hub.clock() + PAUSE + timedelta(seconds=1)))
        await_that(lambda: len(one.deliveries) == 2, "another test")
        assert len({each.headers["webhook-id"] for each in one.deliveries}) == 2


def test_what_is_wrong_is_told_with_what_to_do_and_held_against_nobody(post: Post) -> None:
    with ExitStack() as stack:
        subscribers: dict[str, Subscriber] = {}
        for name, (answer, _) in ANSWERS.items():
            post.hub.account(f"au-cert/{name}")
            act: Act = says(answer)
            subscribers[name] = stack.enter_context(post.subscriber(f"au-cert/{name}", act=act))
        post.hub.account("au-cert/shut")
        shut = stack.enter_context(post.subscriber("au-cert/shut"))
        disable_account(post.hub.parts.pool, AccountId("au-cert/shut"), act=made("test"))
        for each in (*subscribers.values(), shut):
            ask_trial(post.hub.parts.pool, each.id, act=made("test"))
        stack.enter_context(post.delivering())
        for name, (_, words) in ANSWERS.items():
            finding = found(post, subscribers[name])
            assert (finding.good, words in finding.reason) == (False, True), finding
            kept = post.kept(subscribers[name])
            assert (kept.subscription.state, kept.subscription.failures) == (SubscriptionState.ACTIVE, 0)
        assert "account au-cert/shut is disabled" in found(post, shut).reason
        assert shut.deliveries == []


def test_where_the_sealing_key_is_missing_deliveries_wait_and_go_on_when_it_is_back(post: Post) -> None:
    feed, path = post.hub.account("au-cert/feed"), post.hub.settings.sealing_key_file
    with post.subscriber("au-cert/feed") as one:
        (key,) = read_keys(path)
        aside = path.rename(path.with_suffix(".aside"))
        post.hub.accept(feed, "au", indicator(tlp=Tlp.GREEN))
        with post.delivering():
            ask_trial(post.hub.parts.pool, one.id, act=made("test"))
            finding = found(post, one)
            assert not finding.good
            assert f"were sealed with key {key.id.hex()}" in finding.reason
            await_that(lambda: post.kept(one).subscription.failures > 0, "an attempt in vain")
            assert (one.deliveries, path.exists()) == ([], False)
            aside.rename(path)
            await_that(lambda: bool(one.deliveries), "a delivery")


def take_no_changes(pool: Pool, *, setting: str) -> None:
    """Have the one connection of a pool take no changes, or take them again."""
    with pool.statement() as database:
        database.execute("SELECT set_config('default_transaction_read_only', %s, false)", (setting,))


def test_a_server_that_takes_no_changes_for_a_moment_delays_tests_and_ends_no_worker(post: Post) -> None:
    post.hub.account("au-cert/feed")
    stop, pool = Event(), Pool(post.urls.database, size=1)
    pool.open()
    trying = Trying(pool, channels_of(post.hub.settings, pool, bytes(32)), now)
    worker = Thread(target=trying.run, args=(stop,))
    with post.subscriber("au-cert/feed") as one:
        ask_trial(post.hub.parts.pool, one.id, act=made("test"))
        take_no_changes(pool, setting="on")
        with capture_logs() as logged:
            worker.start()
            await_that(lambda: bool(logged) or not worker.is_alive(), "what the worker meets")
        take_no_changes(pool, setting="off")
        try:
            assert [each["event"] for each in logged] == ["trial.failed"]
            assert found(post, one).good
        finally:
            stop.set()
            worker.join()
            pool.close()


def test_an_account_has_few_tests_waiting_and_one_that_waits_is_not_asked_for_twice(post: Post) -> None:
    post.hub.account("au-cert/feed")
    pool = post.hub.parts.pool
    with ExitStack() as stack:
        first, second, third = (stack.enter_context(post.subscriber("au-cert/feed")) for _ in range(3))
        for each in (first, second):
            assert ask_trial(pool, each.id, act=made("test")) == ask_trial(pool, each.id, act=made("test"))
        with pytest.raises(ExhaustedError):
            ask_trial(pool, third.id, act=made("test"))
