"""The subscriptions that this process holds by leases: taken, renewed, given back, and let go."""

import time
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from hub.domain.clock import tick_of
from hub.domain.identifiers import SubscriptionId, Tick
from hub.domain.subscriptions.subscription import Channel
from hub.services.delivery.outbox import Portion
from hub.services.delivery.working.work import Work
from hub.store.database import Pool
from hub.store.subscriptions.leases import Leased, Underway, give_back, lease_subscriptions, renew_leases
from hub.store.subscriptions.steps import Sending, begin_sending
from hub.store.withdrawals.sent import presume_sent

MOST_HELD: Final = 2_000
"""Subscriptions that a process works on at a time; others wait for it, or for another process."""

LEASE: Final = timedelta(seconds=10)
"""How long a lease goes on by itself; it is renewed while its holder lives."""

RENEW_SECONDS: Final = 3.0


class Holding:
    """Knows what is held. One thread changes it; any may ask."""

    def __init__(self, pool: Pool, clock: Callable[[], datetime]) -> None:
        self._pool = pool
        self._clock = clock
        self._works: dict[SubscriptionId, Work] = {}
        self._orphans: dict[SubscriptionId, int] = {}
        self._renewed = float("-inf")

    @property
    def is_full(self) -> bool:
        """Whether so much is held that more is to be left to others."""
        return len(self._works) >= MOST_HELD

    def __contains__(self, subscription: object) -> bool:
        """Return whether a subscription is held."""
        return subscription in self._works

    def holds(self, work: Work) -> bool:
        """Whether a work is still the one that is held, and was not let go meanwhile."""
        return self._works.get(work.id) is work

    def take(self, offered: Collection[SubscriptionId]) -> list[Work]:
        """Lease those that are free, and what was let go; those that are held already are looked at again."""
        wanted = set(offered) | self._give_orphans_back()
        for subscription in wanted & self._works.keys():
            self._works[subscription].again = True
        wanted -= self._works.keys()
        if not wanted:
            return []
        with self._pool.statement() as database:
            leased = lease_subscriptions(
                database, sorted(wanted), now=tick_of(self._clock()), until=lease_end(self._clock())
            )
        for each in leased:
            self._take_over(each)
        works = [Work(leased=each) for each in leased]
        self._works |= {work.id: work for work in works}
        return works

    def adopt(self, work: Work) -> None:
        """Hold a work whose lease another held before."""
        self._works[work.id] = work

    def begin(self, batches: Sequence[tuple[Work, Portion]]) -> frozenset[SubscriptionId]:
        """Note durably what is about to be sent, before a byte of it leaves; return whose lease still holds."""
        if not batches:
            return frozenset()
        until = lease_end(self._clock())
        sending = [
            Sending(
                subscription=work.id,
                lease=work.leased.lease,
                last=portion.position if portion.batch is None else portion.batch.last,
                until=until,
                underway=_underway(work, portion),
            )
            for work, portion in batches
        ]
        with self._pool.statement() as database:
            return begin_sending(database, sending)

    def end(self, work: Work) -> None:
        """Hold a work no more, whose lease was given back by what was written last, or was lost."""
        self._works.pop(work.id, None)

    def abandon(self, works: Iterable[Work]) -> None:
        """Remember to give leases back of which it is not known what became."""
        self._orphans |= {work.id: work.leased.lease for work in works}

    def let_go(self) -> None:
        """Hold nothing any more: all of it is found again, and nothing is lost but time."""
        self.abandon(self._works.values())
        self._works.clear()

    def renew(self) -> None:
        """Renew the leases where it is time."""
        now = time.monotonic()
        if self._works and now - self._renewed >= RENEW_SECONDS:
            leases = [(work.id, work.leased.lease) for work in self._works.values()]
            with self._pool.statement() as database:
                renew_leases(database, leases, until=lease_end(self._clock()))
            self._renewed = now

    def give_all_back(self) -> None:
        """End every lease."""
        leases = [(work.id, work.leased.lease) for work in self._works.values()]
        if leases:
            with self._pool.statement() as database:
                give_back(database, leases)

    def _give_orphans_back(self) -> set[SubscriptionId]:
        orphans = self._orphans
        if orphans:
            with self._pool.statement() as database:
                give_back(database, list(orphans.items()))
            self._orphans = {}
        return set(orphans)

    def _take_over(self, leased: Leased) -> None:
        """Count as sent what was on its way when its sender was lost: the receiver may have it."""
        if leased.underway is None:
            return
        subscription = leased.kept.subscription
        with self._pool.transaction() as database:
            presume_sent(database, subscription.account, subscription.id, leased.underway, now=tick_of(self._clock()))


def _underway(work: Work, portion: Portion) -> Underway | None:
    """Write what is kept of a batch while it is on its way. Only webhooks are told what of it is withdrawn later."""
    return portion.underway() if work.leased.kept.subscription.channel is Channel.WEBHOOK else None


def lease_end(now: datetime) -> Tick:
    """Return until when a lease goes on that is taken or renewed now."""
    return tick_of(now + LEASE)
