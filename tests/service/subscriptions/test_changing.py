"""Subscriptions rest and go on, from where they are or from elsewhere; what is asked twice is written once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from hub.domain.clock import instant_of, timestamp_of
from hub.domain.errors import ConflictError, NotFoundError, UnprocessableError
from hub.domain.identifiers import MemberCode, OrganisationId, Tick
from hub.domain.subscriptions.filters import Filter
from hub.domain.subscriptions.subscription import SubscriptionState
from hub.runtime.wiring import now
from hub.services.directory.accounts import disable_account
from hub.services.directory.members import suspend_member
from hub.services.directory.organisations import disable_organisation
from hub.services.sealing import Sealer
from hub.services.subscriptions.catalogue import list_subscriptions, show_progress, show_subscription
from hub.services.subscriptions.changing import (
    Change,
    change_subscription,
    pause_subscription,
    remove_subscription,
    replay_subscription,
    resume_subscription,
)
from hub.services.subscriptions.positions import Place
from hub.store.database import Pool
from hub.store.ledger import read_entries
from hub.store.subscriptions.leases import lease_subscriptions
from hub.store.subscriptions.rows import Kept
from hub.store.subscriptions.steps import Trouble, note_trouble
from tests.service.directory.chronicle import change
from tests.service.directory.forum import ACTOR
from tests.service.subscriptions.orders import ANA, NOBODY, webhook
from tests.support.acts import made

LATE = Tick(2**62)


def fail(pool: Pool, kept: Kept, state: SubscriptionState) -> Kept:
    """Let an attempt fail, so that the next is far off."""
    number = kept.subscription.id
    with pool.transaction() as database:
        (leased,) = lease_subscriptions(database, [number], now=Tick(1), until=Tick(2))
        trouble = Trouble(
            subscription=number,
            lease=leased.lease,
            retry_at=LATE,
            state=state,
            status=503,
            reason="The receiver answered 503.",
            excerpt="<h1>no</h1>",
        )
        note_trouble(database, trouble, now=Tick(1))
    return show_subscription(pool, number)


def test_what_is_sent_changes_and_what_was_before_is_written(pool: Pool, sealer: Sealer) -> None:
    number = webhook(pool, sealer).kept.subscription.id
    wanted = Change(filter=Filter(types=frozenset({"indicator"})), batch_objects=5)
    with change(pool) as seen:
        for _ in range(2):
            kept = change_subscription(pool, number, wanted, act=made(ACTOR))
    assert seen.entries == [(ACTOR, "subscription.change", number)]
    assert (kept.subscription.filter, kept.subscription.batch_objects) == (wanted.filter, 5)
    with pool.statement() as database:
        entry = read_entries(database, before=2**62, limit=1)[0]
    assert entry.detail == {"account": ANA, "filter": [{}, {"types": ["indicator"]}], "batch_objects": [100, 5]}


def test_a_size_that_no_batch_has_changes_nothing(pool: Pool, sealer: Sealer) -> None:
    kept = webhook(pool, sealer).kept
    with pytest.raises(UnprocessableError):
        change_subscription(pool, kept.subscription.id, Change(batch_objects=0), act=made(ACTOR))
    assert show_subscription(pool, kept.subscription.id) == kept


def test_it_rests_and_goes_on_from_where_it_is(pool: Pool, sealer: Sealer) -> None:
    before = webhook(pool, sealer).kept
    number = before.subscription.id
    with change(pool) as seen:
        for _ in range(2):
            paused = pause_subscription(pool, number, act=made(ACTOR))
        for _ in range(2):
            resumed = resume_subscription(pool, number, act=made(ACTOR))
    assert (paused.subscription.state, resumed) == (SubscriptionState.PAUSED, before)
    assert [action for _, action, _ in seen.entries] == ["subscription.pause", "subscription.resume"]


def test_what_the_hub_has_stopped_is_not_paused_but_resumed(pool: Pool, sealer: Sealer) -> None:
    kept = fail(pool, webhook(pool, sealer).kept, SubscriptionState.STOPPED)
    with pytest.raises(ConflictError, match="until it is resumed"):
        pause_subscription(pool, kept.subscription.id, act=made(ACTOR))
    resumed = resume_subscription(pool, kept.subscription.id, act=made(ACTOR))
    assert (resumed.subscription.state, resumed.subscription.failures) == (SubscriptionState.ACTIVE, 0)
    assert (resumed.retry_at, resumed.failing_since) == (0, None)


def test_one_that_waits_for_its_next_attempt_is_tried_at_once_when_resumed(pool: Pool, sealer: Sealer) -> None:
    kept = fail(pool, webhook(pool, sealer).kept, SubscriptionState.ACTIVE)
    assert kept.retry_at == LATE
    assert resume_subscription(pool, kept.subscription.id, act=made(ACTOR)).retry_at == 0


def test_it_replays_from_anywhere_and_the_former_position_undoes_that(pool: Pool, sealer: Sealer) -> None:
    before = webhook(pool, sealer).kept
    number = before.subscription.id
    earlier = instant_of(before.subscription.position - 10)
    with pool.statement() as database:
        database.execute("UPDATE log_head SET genesis = genesis - 100")
    with change(pool) as seen:
        replayed = replay_subscription(pool, number, earlier, act=made(ACTOR))
    assert replayed.kept.subscription.position == before.subscription.position - 10
    assert replayed.former == before.subscription.position
    assert seen.entries == [(ACTOR, "subscription.replay", number)]
    undone = replay_subscription(pool, number, instant_of(replayed.former), act=made(ACTOR))
    assert replace(undone.kept, start=before.start) == before
    begun = replay_subscription(pool, number, Place.BEGINNING, act=made(ACTOR))
    assert begun.kept.subscription.position == begun.kept.start == before.subscription.position - 100
    with pool.statement() as database:
        detail = read_entries(database, before=2**62, limit=1)[0].detail
    assert detail["position"] == [timestamp_of(undone.kept.subscription.position), timestamp_of(begun.kept.start)]


@pytest.mark.parametrize("state", [SubscriptionState.FAILING, SubscriptionState.STOPPED])
def test_a_replay_starts_what_fails_or_was_stopped(pool: Pool, sealer: Sealer, state: SubscriptionState) -> None:
    kept = fail(pool, webhook(pool, sealer).kept, state)
    replayed = replay_subscription(pool, kept.subscription.id, Place.BEGINNING, act=made(ACTOR)).kept
    assert (replayed.subscription.state, replayed.retry_at) == (SubscriptionState.ACTIVE, 0)


def test_what_rests_goes_on_resting_when_it_is_replayed(pool: Pool, sealer: Sealer) -> None:
    number = webhook(pool, sealer).kept.subscription.id
    pause_subscription(pool, number, act=made(ACTOR))
    replayed = replay_subscription(pool, number, Place.NOW, act=made(ACTOR)).kept
    assert replayed.subscription.state is SubscriptionState.PAUSED


def test_nothing_is_replayed_from_what_is_yet_to_come(pool: Pool, sealer: Sealer) -> None:
    kept = webhook(pool, sealer).kept
    with pytest.raises(UnprocessableError):
        replay_subscription(pool, kept.subscription.id, now() + timedelta(hours=1), act=made(ACTOR))
    assert show_subscription(pool, kept.subscription.id) == kept


def test_a_worker_loses_its_lease_with_every_change(pool: Pool, sealer: Sealer) -> None:
    number = webhook(pool, sealer).kept.subscription.id
    changes = (
        lambda: change_subscription(pool, number, Change(batch_objects=9), act=made(ACTOR)),
        lambda: replay_subscription(pool, number, Place.BEGINNING, act=made(ACTOR)),
        lambda: pause_subscription(pool, number, act=made(ACTOR)),
    )
    for make in changes:
        with pool.statement() as database:
            database.execute("UPDATE subscriptions SET leased_until = 9, sending = 7, lease = 3")
        make()
        with pool.statement() as database:
            row = database.execute("SELECT leased_until, sending, lease FROM subscriptions").fetchone()
        assert row == (0, None, 4)


def test_it_is_removed_with_all_that_belongs_to_it(pool: Pool, sealer: Sealer) -> None:
    kept = fail(pool, webhook(pool, sealer).kept, SubscriptionState.FAILING)
    number = kept.subscription.id
    with change(pool) as seen:
        remove_subscription(pool, number, act=made(ACTOR))
    assert seen.entries == [(ACTOR, "subscription.remove", number)]
    assert list_subscriptions(pool) == ()
    with pytest.raises(NotFoundError):
        remove_subscription(pool, number, act=made(ACTOR))
    with pool.statement() as database:
        assert database.execute("SELECT count(*) FROM subscription_errors").fetchone() == (0,)


def test_what_is_not_there_is_not_changed(pool: Pool) -> None:
    with change(pool) as seen:
        for make in (pause_subscription, resume_subscription, remove_subscription):
            with pytest.raises(NotFoundError):
                make(pool, NOBODY, act=made(ACTOR))
    assert seen.entries == []


def test_progress_tells_what_went_wrong_lately(pool: Pool, sealer: Sealer) -> None:
    kept = fail(pool, webhook(pool, sealer).kept, SubscriptionState.FAILING)
    progress = show_progress(pool, kept.subscription.id)
    assert (progress.kept, progress.shut) == (kept, None)
    assert [(error.status, error.reason) for error in progress.errors] == [(503, "The receiver answered 503.")]


def test_progress_tells_why_nothing_is_sent_to_whom_the_hub_is_shut(pool: Pool, sealer: Sealer) -> None:
    number = webhook(pool, sealer).kept.subscription.id
    suspend_member(pool, MemberCode("AU"), act=made(ACTOR))
    assert show_progress(pool, number).shut == "member AU is suspended"
    disable_organisation(pool, OrganisationId("au-cert"), act=made(ACTOR))
    assert show_progress(pool, number).shut == "organisation au-cert is disabled"
    disable_account(pool, ANA, act=made(ACTOR))
    assert show_progress(pool, number).shut == "account au-cert/ana is disabled"
