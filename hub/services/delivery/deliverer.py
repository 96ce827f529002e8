"""Work through what is due: lease, read, note what is about to be sent, send, move on. Many subscriptions a turn."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import Final

import structlog

from hub.bus.due import Due
from hub.bus.queue import Entry
from hub.domain.clock import tick_of
from hub.domain.errors import HubError, UnavailableError
from hub.domain.identifiers import SubscriptionId
from hub.domain.subscriptions.subscription import Channel
from hub.domain.subscriptions.withdrawals import Addressee
from hub.services.delivery.channels.outcomes import Failed, Outcome, Remark, Sends, Stale
from hub.services.delivery.freshness import Freshness
from hub.services.delivery.lanes import STUCK_SECONDS, Lane
from hub.services.delivery.outbox import Outbox, Portion
from hub.services.delivery.ready import Ready
from hub.services.delivery.settling import Attempt, Counters, Settling, Work
from hub.services.withdrawal.notifying import Notifying
from hub.store.database import Pool
from hub.store.subscriptions.leases import Sending, begin_sending, give_back, lease_subscriptions, renew_leases

RENEW_SECONDS: Final = 3.0
MOST_HELD: Final = 2_000
"""Subscriptions that a process works on at a time; others wait for it, or for another process."""

_AT_ONCE: Final = 128
"""Subscriptions that are read for together."""

_READING_SECONDS: Final = 0.015
"""How long a turn reads: what has just come in does not wait for what has long been waiting."""

_AHEAD: Final = 8
"""Batches for each thread that wait to be sent."""

_WAIT_SECONDS: Final = 0.25
_CLOSE_SECONDS: Final = 10.0

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Offered:
    """Subscriptions that are due, with the entries of the stream that say so, if it was the stream.

    `withdrawn` says that they are to be told of withdrawals.
    """

    subscriptions: Sequence[SubscriptionId]
    entries: Sequence[bytes] = ()
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class _Settled:
    """Works whose attempts were written down, and those of them that go on; None where they could not be written."""

    works: Sequence[Work]
    going_on: Sequence[Work] | None


class Deliverer:
    """Delivers. Its turns are taken by one thread; others offer work, send, and write down what came of it."""

    def __init__(  # noqa: PLR0913 - it is made in one place, by name
        self,
        pool: Pool,
        *,
        outbox: Outbox,
        settling: Settling,
        freshness: Freshness,
        channels: Mapping[Channel, Sends],
        due: Due,
        counters: Counters,
        notifying: Notifying,
        threads: int,
        clock: Callable[[], datetime],
    ) -> None:
        self._pool = pool
        self._outbox = outbox
        self._settling = settling
        self._freshness = freshness
        self._channels = channels
        self._due = due
        self._counters = counters
        self._notifying = notifying
        self._to_tell: set[SubscriptionId] = set()
        self._clock = clock
        self._inbox: SimpleQueue[_Offered | _Settled] = SimpleQueue()
        self._attempts: SimpleQueue[Attempt | None] = SimpleQueue()
        self._works: dict[SubscriptionId, Work] = {}
        self._orphans: dict[SubscriptionId, int] = {}
        self._ready: dict[Lane, Ready] = {}
        self._quick = self._lane("quick", threads, most=threads * 16)
        self._slow = self._lane("slow", threads, most=threads)
        self._are_slow: set[SubscriptionId] = set()
        self._flying = 0
        self._renewed = float("-inf")

    @property
    def is_full(self) -> bool:
        """Whether so much is held that more is to be left to others."""
        return len(self._works) >= MOST_HELD

    def holds(self, subscription: SubscriptionId) -> bool:
        """Whether this process works on a subscription."""
        return subscription in self._works

    def offer(self, subscriptions: Sequence[SubscriptionId]) -> None:
        """Say that subscriptions are due. From any thread."""
        self._inbox.put(_Offered(subscriptions))

    def offer_entries(self, entries: Sequence[Entry[SubscriptionId]]) -> None:
        """Say that subscriptions are due as the stream says; it is told when they are held, here or elsewhere."""
        self._inbox.put(_Offered([work for _, work in entries], [entry for entry, _ in entries]))

    def tell(self, subscriptions: Sequence[SubscriptionId]) -> None:
        """Say that subscriptions are to be told of withdrawals. From any thread."""
        self._inbox.put(_Offered(subscriptions, withdrawn=True))

    def run(self, stop: Event) -> None:
        """Take turns until `stop` is set; then what is being sent is sent to its end, for a while."""
        settler = Thread(target=self._write_down, name="settle", daemon=True)
        settler.start()
        while not stop.is_set():
            self._guarded(self.turn)
        self._guarded(self._finish)
        self._attempts.put(None)
        settler.join(_CLOSE_SECONDS)

    def turn(self) -> None:
        """Deal with what has come in, and send what there is room for."""
        offers, settled = self._gather()
        self._to_tell.update(each for offer in offers if offer.withdrawn for each in offer.subscriptions)
        again = self._go_on_after(settled)
        self._lease(again.union(*(offer.subscriptions for offer in offers)))
        for lane, ready in self._ready.items():
            self._send(lane, ready)
            lane.tend()
        self._renew()
        entries = [entry for offer in offers for entry in offer.entries]
        if entries:
            self._acknowledge(entries)

    def _lane(self, name: str, size: int, *, most: int) -> Lane:
        lane = Lane(name, size=size, most=most)
        self._ready[lane] = Ready()
        return lane

    def _guarded(self, act: Callable[[], None]) -> None:
        """Act; where that fails, let go of everything: it is found again, and nothing is lost but time."""
        try:
            act()
        except HubError as error:
            _log.warning("delivery.interrupted", reason=error.sentence)
            self._let_go()
        except Exception:  # noqa: BLE001 - the outermost loop of a worker
            _log.exception("delivery.failed")
            self._let_go()

    def _let_go(self) -> None:
        self._orphans |= {work.id: work.leased.lease for work in self._works.values()}
        self._works.clear()
        for ready in self._ready.values():
            ready.clear()
        time.sleep(_WAIT_SECONDS)

    def _gather(self) -> tuple[list[_Offered], list[_Settled]]:
        offers: list[_Offered] = []
        settled: list[_Settled] = []
        wait = 0.0 if any(self._room(lane) and ready for lane, ready in self._ready.items()) else _WAIT_SECONDS
        try:
            item = self._inbox.get(timeout=wait) if wait else self._inbox.get_nowait()
            while True:
                match item:
                    case _Offered():
                        offers.append(item)
                    case _Settled():
                        settled.append(item)
                item = self._inbox.get_nowait()
        except Empty:
            return offers, settled

    def _write_down(self) -> None:
        """Settle attempts as they come, many at once, until None comes. On a thread of its own."""
        ended = False
        while not ended:
            found = [self._attempts.get()]
            while len(found) < _AT_ONCE and not self._attempts.empty():
                found.append(self._attempts.get())
            ended = None in found
            attempts = [attempt for attempt in found if attempt is not None]
            if attempts:
                self._inbox.put(self._settled(attempts))

    def _settled(self, attempts: Sequence[Attempt]) -> _Settled:
        works = [attempt.work for attempt in attempts]
        for attempt in attempts:
            slow = attempt.seconds > STUCK_SECONDS or isinstance(attempt.outcome, Failed)
            (self._are_slow.add if slow else self._are_slow.discard)(attempt.work.id)
        try:
            return _Settled(works, self._settling.settle(attempts))
        except HubError as error:
            _log.warning("delivery.not_settled", reason=error.sentence)
        except Exception:  # noqa: BLE001 - the outermost loop of a thread
            _log.exception("delivery.not_settled")
        return _Settled(works, None)

    def _go_on_after(self, settled: Sequence[_Settled]) -> set[SubscriptionId]:
        """Take back what was sent and settled; return what has to be leased anew, for something came meanwhile."""
        again: set[SubscriptionId] = set()
        for each in settled:
            self._flying -= len(each.works)
            if each.going_on is None:
                self._orphans |= {work.id: work.leased.lease for work in each.works}
            again |= self._go_on(each.works, each.going_on or ())
        return again

    def _go_on(self, works: Sequence[Work], going_on: Sequence[Work]) -> set[SubscriptionId]:
        """Keep of these works the ones that go on, unless they were let go meanwhile; return as `_go_on_after`."""
        kept = {id(work) for work in going_on}
        again: set[SubscriptionId] = set()
        for work in works:
            if self._works.get(work.id) is not work:
                continue
            if id(work) in kept:
                self._ready[self._lane_of(work)].add(work)
            else:
                del self._works[work.id]
                if work.again:
                    again.add(work.id)
        return again

    def _lane_of(self, work: Work) -> Lane:
        slow = work.id in self._are_slow or work.leased.kept.subscription.failures > 0
        return self._slow if slow else self._quick

    def _lease(self, offered: set[SubscriptionId]) -> None:
        if self._orphans:
            with self._pool.statement() as database:
                give_back(database, list(self._orphans.items()))
            offered |= self._orphans.keys()
            self._orphans.clear()
        for subscription in offered & self._works.keys():
            self._works[subscription].again = True
        wanted = sorted(offered - self._works.keys())
        if not wanted:
            return
        with self._pool.statement() as database:
            leased = lease_subscriptions(database, wanted, now=tick_of(self._clock()), until=self._settling.lease_end())
        for each in leased:
            work = self._works[each.kept.subscription.id] = Work(leased=each)
            self._ready[self._lane_of(work)].add(work)

    def _room(self, lane: Lane) -> int:
        return max(0, _AHEAD * lane.size - lane.waiting)

    def _send(self, lane: Lane, ready: Ready) -> None:
        """Read for as many as there is room for, and have them sent."""
        count = min(len(ready), self._room(lane), _AT_ONCE)
        if not count:
            return
        works = self._notify(lane, ready.take(count))
        if not works:
            return
        portions = self._outbox.portions([work.leased for work in works], seconds=_READING_SECONDS)
        ready.put_back([work for work in works if work.id not in portions])
        pairs = [(work, portions[work.id]) for work in works if work.id in portions]
        self._counters.readings += len(pairs)
        nothing = [pair for pair in pairs if pair[1].batch is None]
        if nothing:
            self._go_on([work for work, _ in nothing], self._settling.pass_over(nothing))
        batches = [pair for pair in pairs if pair[1].batch is not None]
        held = self._begin(batches)
        self._go_on([work for work, _ in batches if work.id not in held], [])
        for work, portion in batches:
            if work.id in held:
                self._flying += 1
                lane.put(partial(self._attempt, work, portion))

    def _notify(self, lane: Lane, works: Sequence[Work]) -> list[Work]:
        """Have those told of withdrawals that are to be told, and return the others."""
        others: list[Work] = []
        for work in works:
            news = self._news_for(work)
            if news is None:
                others.append(work)
            else:
                self._flying += 1
                lane.put(partial(self._attempt, work, news))
        return others

    def _news_for(self, work: Work) -> Portion | None:
        """Return what a subscription is to be told of withdrawals, after what was on its way already."""
        subscription = work.leased.kept.subscription
        if work.id not in self._to_tell or work.leased.sending is not None:
            return None
        news = self._notifying.next_notices(Addressee(subscription.account, subscription.id))
        if news is None:
            self._to_tell.discard(work.id)
            return None
        return Portion(
            epoch=news.epoch, batch=None, items=(), position=subscription.position, more=True, notification=news
        )

    def _begin(self, batches: Sequence[tuple[Work, Portion]]) -> frozenset[SubscriptionId]:
        until = self._settling.lease_end()
        sending = [
            Sending(subscription=work.id, lease=work.leased.lease, last=portion.batch.last, until=until)
            for work, portion in batches
            if portion.batch is not None
        ]
        if not sending:
            return frozenset()
        with self._pool.statement() as database:
            return begin_sending(database, sending)

    def _attempt(self, work: Work, portion: Portion) -> None:
        """Send a portion, if the policy is still that under which it was read. On a thread of a lane."""
        begun = time.monotonic()
        outcome: Outcome
        try:
            if self._freshness.holds(portion.epoch):
                outcome = self._channels[work.leased.kept.subscription.channel](work.leased.kept, portion)
            else:
                outcome = Stale()
        except UnavailableError:
            outcome = Stale()
        except HubError as error:
            outcome = Failed(remark=Remark(status=None, reason=error.sentence))
        except Exception:  # noqa: BLE001 - the outermost loop of a thread
            _log.exception("delivery.failed", subscription=work.id)
            outcome = Failed(remark=Remark(status=None, reason="The hub has a fault of its own; its operators see it."))
        self._attempts.put(Attempt(work=work, portion=portion, outcome=outcome, seconds=time.monotonic() - begun))

    def _renew(self) -> None:
        now = time.monotonic()
        if self._works and now - self._renewed >= RENEW_SECONDS:
            leases = [(work.id, work.leased.lease) for work in self._works.values()]
            with self._pool.statement() as database:
                renew_leases(database, leases, until=self._settling.lease_end())
            self._renewed = now

    def _acknowledge(self, entries: Sequence[bytes]) -> None:
        try:
            self._due.done(*entries)
        except UnavailableError as error:
            _log.warning("delivery.not_acknowledged", reason=error.sentence)

    def _finish(self) -> None:
        """Settle what is on its way, and give back the rest."""
        deadline = time.monotonic() + _CLOSE_SECONDS
        while self._flying and time.monotonic() < deadline:
            self._go_on_after(self._gather()[1])
        leases = [(work.id, work.leased.lease) for work in self._works.values()]
        if leases:
            with self._pool.statement() as database:
                give_back(database, leases)
        for lane in self._ready:
            lane.close(seconds=0.0)
