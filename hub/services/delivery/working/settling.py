"""What attempts leave behind: the position, the next attempt, and what the owner may read of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, assert_never

import structlog

from hub.domain.clock import tick_of
from hub.domain.identifiers import Tick
from hub.domain.subscriptions.subscription import Channel, SubscriptionState
from hub.outbound.webhooks.backoff import Backoff
from hub.services.delivery.channels.outcomes import Ended, Failed, Outcome, Remark, Stale, Taken
from hub.services.delivery.outbox import Portion
from hub.services.delivery.working.holding import lease_end
from hub.services.delivery.working.work import Attempt, Work
from hub.services.withdrawal.documents import Notification
from hub.store.database import Pool
from hub.store.subscriptions.steps import (
    Complaint,
    Step,
    Trouble,
    keep_complaint,
    note_trouble,
    take_steps,
    wait_for_no_disk,
)
from hub.store.withdrawals.notices import forget_failures, receive_notices
from hub.store.withdrawals.sent import Sent, confirm

_MICROSECOND: Final = timedelta(microseconds=1)
_UNTIL_NOW: Final = Tick(0)

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Persistence:
    """How often it is tried again, and after what time of failures in a row a subscription is called failing."""

    backoff: Backoff = field(default_factory=Backoff)
    failing_after: timedelta = timedelta(minutes=15)


@dataclass(slots=True, kw_only=True)
class _Results:
    """What is to be written of some attempts, in one transaction."""

    sent: list[Sent] = field(default_factory=list)
    told: list[tuple[Work, Notification]] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
    complaints: list[Complaint] = field(default_factory=list)


class Settling:
    """Writes what attempts have come to. For several threads: those of the near deliverer, and those of the far one."""

    def __init__(
        self,
        pool: Pool,
        persistence: Persistence,
        clock: Callable[[], datetime],
        draw: Callable[[], float],
    ) -> None:
        self._pool = pool
        self._persistence = persistence
        self._clock = clock
        self._draw = draw

    def settle(self, attempts: Sequence[Attempt]) -> list[Work]:
        """Write what came of the attempts and return the works that go on."""
        going_on: list[Work] = []
        results = _Results()
        for attempt in attempts:
            if _reached(attempt.outcome):
                self._reach(attempt, results)
            if self._judge(attempt, results):
                going_on.append(attempt.work)
        self._write(results)
        return going_on

    def pass_over(self, portions: Sequence[tuple[Work, Portion]]) -> list[Work]:
        """Move on where nothing was wanted and return the works that go on."""
        going_on: list[Work] = []
        results = _Results()
        for work, portion in portions:
            ends = work.ends_with(portion)
            results.steps.append(self._step(work, portion, Taken(objects=0), ends=ends))
            work.moved(portion.position)
            going_on += [] if ends else [work]
        self._write(results)
        return going_on

    def _reach(self, attempt: Attempt, results: _Results) -> None:
        """Have it kept that a webhook was sent something, so that it is told where that is withdrawn."""
        subscription = attempt.work.leased.kept.subscription
        if subscription.channel is Channel.WEBHOOK and attempt.portion.noted:
            results.sent.append(attempt.portion.sent(subscription.account, subscription.id))

    def _judge(self, attempt: Attempt, results: _Results) -> bool:
        """Have written what came of an attempt; return whether its work goes on."""
        work, portion = attempt.work, attempt.portion
        match attempt.outcome:
            case Taken() as taken:
                ends = work.ends_with(portion)
                results.steps.append(self._step(work, portion, taken, ends=ends))
                results.complaints += [_complaint(work, remark) for remark in taken.remarks]
                if portion.notification is not None:
                    results.told.append((work, portion.notification))
                work.moved(portion.position)
                work.recovered = True
                return not ends
            case Failed() | Ended() as trouble:
                results.troubles.append(self._trouble(work, trouble))
                return False
            case Stale():
                work.interrupted(portion.position if portion.batch is None else portion.batch.last)
                return True
            case other:
                assert_never(other)

    def _step(self, work: Work, portion: Portion, taken: Taken, *, ends: bool) -> Step:
        return Step(
            subscription=work.id,
            lease=work.leased.lease,
            position=portion.position,
            objects=taken.objects,
            refused=taken.refused,
            until=_UNTIL_NOW if ends else lease_end(self._clock()),
        )

    def _trouble(self, work: Work, outcome: Failed | Ended) -> Trouble:
        now = self._clock()
        asked = outcome.asked if isinstance(outcome, Failed) else None
        pause = self._persistence.backoff.pause(work.failures + 1, asked=asked, drawn=self._draw())
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
        since = work.failing_since
        patience = self._persistence.failing_after // _MICROSECOND
        failing = since is not None and tick_of(now) - since >= patience
        return SubscriptionState.FAILING if failing else SubscriptionState.ACTIVE

    def _write(self, results: _Results) -> None:
        if results == _Results():
            return
        now = tick_of(self._clock())
        with self._pool.statement() as database, database.pipeline(), database.transaction():
            wait_for_no_disk(database)
            if results.sent:
                confirm(database, results.sent, now=now)
            if results.told:
                receive_notices(database, [each.id for _, news in results.told for each in news.notices], now=now)
                forget_failures(database, [(work.id, work.leased.lease) for work, _ in results.told])
            if results.steps:
                take_steps(database, results.steps, now=now)
            for trouble in results.troubles:
                note_trouble(database, trouble, now=now)
            for complaint in results.complaints:
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
