"""What an attempt leaves behind: the position, the next attempt, and what the owner may read of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, assert_never

import structlog

from hub.domain.clock import tick_of
from hub.domain.identifiers import SubscriptionId, Tick
from hub.domain.subscriptions.subscription import Channel, SubscriptionState
from hub.outbound.webhooks.backoff import Backoff
from hub.services.delivery.channels.outcomes import Ended, Failed, Outcome, Remark, Stale, Taken
from hub.services.delivery.outbox import Portion
from hub.store.database import Database, Pool
from hub.store.subscriptions.leases import Complaint, Leased, Step, Trouble, keep_complaint, note_trouble, take_steps
from hub.store.withdrawals.notices import forget_failures, receive_notices
from hub.store.withdrawals.sent import confirm

LEASE: Final = timedelta(seconds=10)
"""How long a lease goes on by itself; it is renewed while its holder lives."""

_MICROSECOND: Final = timedelta(microseconds=1)
_UNTIL_NOW: Final = Tick(0)

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Persistence:
    """How often it is tried again, and after what time of failures in a row a subscription is called failing."""

    backoff: Backoff = field(default_factory=Backoff)
    failing_after: timedelta = timedelta(minutes=15)


@dataclass(slots=True, eq=False, kw_only=True)
class Work:
    """A subscription that this process holds. `again` says that something has arrived since it was read last."""

    leased: Leased
    again: bool = False

    @property
    def id(self) -> SubscriptionId:
        """The subscription."""
        return self.leased.kept.subscription.id

    def done_with(self, portion: Portion) -> bool:
        """Whether nothing is known to wait after a portion; it is taken as looked for, so `again` is over."""
        again, self.again = self.again, False
        return not (portion.more or again)

    def moved(self, position: Tick) -> None:
        """Go on from a position."""
        kept = self.leased.kept
        self.leased = replace(
            self.leased, kept=replace(kept, subscription=replace(kept.subscription, position=position)), sending=None
        )

    def interrupted(self, last: Tick) -> None:
        """Go on with a batch that was about to be sent."""
        self.leased = replace(self.leased, sending=last)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What came of sending a portion of some work, and how many seconds it took."""

    work: Work
    portion: Portion
    outcome: Outcome
    seconds: float


@dataclass(slots=True, kw_only=True)
class Counters:
    """What this process has done since it began."""

    deliveries: int = 0
    objects: int = 0
    refused: int = 0
    failures: int = 0
    stale: int = 0
    readings: int = 0


class Settling:
    """Writes what attempts have come to. Used by one thread."""

    def __init__(
        self,
        pool: Pool,
        persistence: Persistence,
        counters: Counters,
        clock: Callable[[], datetime],
        draw: Callable[[], float],
    ) -> None:
        self._pool = pool
        self._persistence = persistence
        self._counters = counters
        self._clock = clock
        self._draw = draw

    def settle(self, attempts: Sequence[Attempt]) -> list[Work]:
        """Write what came of the attempts and return the works that go on."""
        self._confirm(attempts)
        going_on: list[Work] = []
        steps: list[Step] = []
        troubles: list[Trouble] = []
        complaints: list[Complaint] = []
        for attempt in attempts:
            work = attempt.work
            match attempt.outcome:
                case Taken() as taken:
                    done = work.done_with(attempt.portion)
                    steps.append(self._step(attempt, taken, done))
                    complaints += [_complaint(work, remark) for remark in taken.remarks]
                    work.moved(attempt.portion.position)
                    going_on += [] if done else [work]
                case Failed() | Ended() as trouble:
                    troubles.append(self._trouble(work, trouble))
                case Stale():
                    self._counters.stale += 1
                    work.interrupted(_batch_end(attempt.portion))
                    going_on.append(work)
                case other:
                    assert_never(other)
        self._write(steps, troubles, complaints)
        return going_on

    def pass_over(self, portions: Sequence[tuple[Work, Portion]]) -> list[Work]:
        """Move on where nothing was wanted and return the works that go on."""
        going_on: list[Work] = []
        steps: list[Step] = []
        for work, portion in portions:
            done = work.done_with(portion)
            steps.append(
                Step(
                    subscription=work.id,
                    lease=work.leased.lease,
                    position=portion.position,
                    objects=0,
                    until=_UNTIL_NOW if done else self.lease_end(),
                )
            )
            work.moved(portion.position)
            going_on += [] if done else [work]
        self._write(steps, [], [])
        return going_on

    def _confirm(self, attempts: Sequence[Attempt]) -> None:
        """Keep what webhooks were sent, so that they are told where it is withdrawn, and what they were told."""
        sent = [
            attempt.portion.sent(subscription.account, subscription.id)
            for attempt in attempts
            for subscription in (attempt.work.leased.kept.subscription,)
            if subscription.channel is Channel.WEBHOOK and attempt.portion.noted and _reached(attempt.outcome)
        ]
        if sent:
            with self._pool.transaction() as database:
                confirm(database, sent, now=tick_of(self._clock()))
        told = [attempt for attempt in attempts if isinstance(attempt.outcome, Taken) and attempt.portion.notification]
        if told:
            self._received(told)

    def _received(self, told: Sequence[Attempt]) -> None:
        """Keep that subscribers have been told of withdrawals."""
        news = [attempt.portion.notification for attempt in told]
        notices = [notice.id for each in news if each is not None for notice in each.notices]
        with self._pool.transaction() as database:
            receive_notices(database, notices, now=tick_of(self._clock()))
            forget_failures(database, [(attempt.work.id, attempt.work.leased.lease) for attempt in told])

    def lease_end(self) -> Tick:
        """Return until when a lease goes on that is taken or renewed now."""
        return tick_of(self._clock() + LEASE)

    def _step(self, attempt: Attempt, taken: Taken, done: bool) -> Step:  # noqa: FBT001 - a fact among others
        self._counters.deliveries += 1
        self._counters.objects += taken.objects
        self._counters.refused += taken.refused
        return Step(
            subscription=attempt.work.id,
            lease=attempt.work.leased.lease,
            position=attempt.portion.position,
            objects=taken.objects,
            refused=taken.refused,
            until=_UNTIL_NOW if done else self.lease_end(),
        )

    def _trouble(self, work: Work, outcome: Failed | Ended) -> Trouble:
        self._counters.failures += 1
        now = self._clock()
        kept = work.leased.kept
        asked = outcome.asked if isinstance(outcome, Failed) else None
        pause = self._persistence.backoff.pause(kept.subscription.failures + 1, asked=asked, drawn=self._draw())
        state = SubscriptionState.STOPPED if isinstance(outcome, Ended) else self._state(work, now)
        _log.info("delivery.failed", subscription=work.id, status=outcome.remark.status, state=state, pause=pause)
        return Trouble(
            subscription=work.id,
            lease=work.leased.lease,
            retry_at=tick_of(now + timedelta(seconds=pause)),
            state=state,
            status=outcome.remark.status,
            reason=outcome.remark.reason,
            excerpt=outcome.remark.excerpt,
        )

    def _state(self, work: Work, now: datetime) -> SubscriptionState:
        since = work.leased.kept.failing_since
        patience = self._persistence.failing_after // _MICROSECOND
        failing = since is not None and tick_of(now) - since >= patience
        return SubscriptionState.FAILING if failing else work.leased.kept.subscription.state

    def _write(self, steps: Sequence[Step], troubles: Sequence[Trouble], complaints: Sequence[Complaint]) -> None:
        now = tick_of(self._clock())
        if steps:
            with self._pool.statement() as database:
                take_steps(database, steps, now=now)
        if troubles or complaints:
            with self._pool.transaction() as database:
                _write_remarks(database, troubles, complaints, now=now)


def _write_remarks(
    database: Database, troubles: Sequence[Trouble], complaints: Sequence[Complaint], *, now: Tick
) -> None:
    for trouble in troubles:
        note_trouble(database, trouble, now=now)
    for complaint in complaints:
        keep_complaint(database, complaint, now=now)


def _complaint(work: Work, remark: Remark) -> Complaint:
    return Complaint(subscription=work.id, status=remark.status, reason=remark.reason, excerpt=remark.excerpt)


def _reached(outcome: Outcome) -> bool:
    """Whether the receiver has the batch, or may have it."""
    match outcome:
        case Taken() | Ended():
            return True
        case Failed(reached=reached):
            return reached
        case Stale():
            return False
        case other:
            assert_never(other)


def _batch_end(portion: Portion) -> Tick:
    return portion.position if portion.batch is None else portion.batch.last
