"""Work through what is due: lease, read, note what is about to be sent, send, move on. Many subscriptions a turn."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import Final

import structlog

from hub.bus.due import Due
from hub.bus.queue import Entry
from hub.domain.errors import HubError, UnavailableError
from hub.domain.identifiers import SubscriptionId
from hub.domain.subscriptions.subscription import Channel
from hub.domain.subscriptions.withdrawals import Addressee
from hub.services.delivery.channels.outcomes import Sends
from hub.services.delivery.outbox import Outbox, Portion
from hub.services.delivery.working.freshness import Freshness
from hub.services.delivery.working.holding import Holding
from hub.services.delivery.working.lanes import Lane
from hub.services.delivery.working.ready import Ready
from hub.services.delivery.working.sending import Sending
from hub.services.delivery.working.settling import Settling
from hub.services.delivery.working.work import Work
from hub.services.delivery.working.writing import Settled, Writing
from hub.services.withdrawal.notifying import Notifying
from hub.store.database import Pool

_AT_ONCE: Final = 128
"""Subscriptions that are read for together."""

_READING_SECONDS: Final = 0.015
"""How long a turn reads: what has just come in does not wait for what has long been waiting."""

FAR: Final = 16
"""Who has been read for so often without an end has much before him, and is left to another thread."""

_GIVE_WAY_SECONDS: Final = 0.05
"""How long a turn is put off at most while others have something to do at once."""

_PAUSE_SECONDS: Final = 0.002
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


class Deliverer:
    """Delivers. Its turns are taken by one thread; others offer work, send, and write down what came of it.

    `far` is another, to which those are left that have much before them, and which gives way to this one: whoever is
    near the head of the log waits for nobody's past.
    """

    def __init__(  # noqa: PLR0913 - it is made in one place, by name
        self,
        pool: Pool,
        *,
        outbox: Outbox,
        settling: Settling,
        freshness: Freshness,
        channels: Mapping[Channel, Sends],
        due: Due,
        notifying: Notifying,
        threads: int,
        clock: Callable[[], datetime],
        far: "Deliverer | None" = None,
    ) -> None:
        self._outbox = outbox
        self._settling = settling
        self._due = due
        self._notifying = notifying
        self._far = far
        self._inbox: SimpleQueue[_Offered | Settled | Work] = SimpleQueue()
        self._holding = Holding(pool, clock)
        self._writing = Writing(settling, self._inbox.put)
        self._sending = Sending(channels, freshness, threads=threads, ended=self._writing.put)
        self._ready = {lane: Ready() for lane in self._sending.lanes}
        self._to_tell: set[SubscriptionId] = set()
        self._flying = 0

    @property
    def is_busy(self) -> bool:
        """Whether there is something to be read or sent at once."""
        lanes = self._sending.lanes
        return not self._inbox.empty() or any(self._ready[lane] or lane.waiting for lane in lanes)

    @property
    def is_full(self) -> bool:
        """Whether so much is held that more is to be left to others."""
        return self._holding.is_full

    def holds(self, subscription: SubscriptionId) -> bool:
        """Whether this process works on a subscription."""
        return subscription in self._holding or (self._far is not None and self._far.holds(subscription))

    def adopt(self, work: Work) -> None:
        """Go on with what another deliverer of this process has held. From any thread."""
        self._inbox.put(work)

    def offer(self, subscriptions: Sequence[SubscriptionId]) -> None:
        """Say that subscriptions are due. From any thread."""
        self._inbox.put(_Offered(subscriptions))

    def offer_entries(self, entries: Sequence[Entry[SubscriptionId]]) -> None:
        """Say that subscriptions are due as the stream says; it is told when they are held, here or elsewhere."""
        self._inbox.put(_Offered([work for _, work in entries], [entry for entry, _ in entries]))

    def tell(self, subscriptions: Sequence[SubscriptionId]) -> None:
        """Say that subscriptions are to be told of withdrawals. From any thread."""
        self._inbox.put(_Offered(subscriptions, withdrawn=True))

    def run(self, stop: Event, *, before: "Deliverer | None" = None) -> None:
        """Take turns until `stop` is set; then what is being sent is sent to its end, for a while.

        Turns give way to those of `before`, though not for ever.
        """
        if self._far is not None:
            Thread(target=self._far.run, args=(stop,), kwargs={"before": self}, name="far", daemon=True).start()
        self._writing.start()
        while not stop.is_set():
            if before is not None:
                _give_way(before)
            self._guarded(self.turn)
        self._guarded(self._finish)
        self._writing.close(seconds=_CLOSE_SECONDS)

    def turn(self) -> None:
        """Deal with what has come in, and send what there is room for."""
        offers, settled = self._gather()
        if self._far is not None:
            self._pass_on(offers, self._far)
        self._to_tell.update(each for offer in offers if offer.withdrawn for each in offer.subscriptions)
        again = self._go_on_after(settled)
        for work in self._holding.take(again.union(*(offer.subscriptions for offer in offers))):
            self._make_ready(work)
        for lane, ready in self._ready.items():
            self._send(lane, ready)
        self._sending.tend()
        self._holding.renew()
        entries = [entry for offer in offers for entry in offer.entries]
        if entries:
            self._acknowledge(entries)

    @staticmethod
    def _pass_on(offers: Iterable[_Offered], far: "Deliverer") -> None:
        for offer in offers:
            theirs = [each for each in offer.subscriptions if far.holds(each)]
            if theirs:
                (far.tell if offer.withdrawn else far.offer)(theirs)

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
        self._holding.let_go()
        for ready in self._ready.values():
            ready.clear()
        time.sleep(_WAIT_SECONDS)

    def _gather(self) -> tuple[list[_Offered], list[Settled]]:
        offers: list[_Offered] = []
        settled: list[Settled] = []
        wait = 0.0 if any(ready and self._sending.room(lane) for lane, ready in self._ready.items()) else _WAIT_SECONDS
        try:
            item = self._inbox.get(timeout=wait) if wait else self._inbox.get_nowait()
            while True:
                match item:
                    case _Offered():
                        offers.append(item)
                    case Settled():
                        settled.append(item)
                    case Work():
                        self._holding.adopt(item)
                        self._make_ready(item)
                item = self._inbox.get_nowait()
        except Empty:
            return offers, settled

    def _make_ready(self, work: Work) -> None:
        self._ready[self._sending.lane_of(work)].add(work)

    def _go_on_after(self, settled: Iterable[Settled]) -> set[SubscriptionId]:
        """Take back what was sent and settled; return what has to be leased anew, for something came meanwhile."""
        again: set[SubscriptionId] = set()
        for each in settled:
            self._flying -= len(each.works)
            if each.going_on is None:
                self._holding.abandon(each.works)
            again |= self._go_on(each.works, each.going_on or ())
        return again

    def _go_on(self, works: Iterable[Work], going_on: Iterable[Work]) -> set[SubscriptionId]:
        """Keep of these works the ones that go on, unless they were let go meanwhile; return as `_go_on_after`."""
        kept = {id(work) for work in going_on}
        again: set[SubscriptionId] = set()
        for work in works:
            if not self._holding.holds(work):
                continue
            if id(work) not in kept:
                self._holding.end(work)
                if work.again:
                    again.add(work.id)
            elif not self._leave_far(work):
                self._make_ready(work)
        return again

    def _leave_far(self, work: Work) -> bool:
        """Leave a work to the other deliverer if it has much before it; return whether that is so."""
        if self._far is None or work.readings < FAR or self._far.is_full:
            return False
        self._holding.end(work)
        self._far.adopt(work)
        return True

    def _send(self, lane: Lane, ready: Ready) -> None:
        """Read for as many as there is room for, and have them sent."""
        count = min(len(ready), self._sending.room(lane), _AT_ONCE)
        if not count:
            return
        works = self._notify(lane, ready.take(count))
        if not works:
            return
        for work in works:
            work.again = False
            work.readings += 1
        portions = self._outbox.portions([work.leased for work in works], seconds=_READING_SECONDS)
        ready.put_back([work for work in works if work.id not in portions])
        pairs = [(work, portions[work.id]) for work in works if work.id in portions]
        self._pass_over([pair for pair in pairs if pair[1].batch is None])
        batches = [pair for pair in pairs if pair[1].batch is not None]
        held = self._holding.begin(batches)
        self._go_on([work for work, _ in batches if work.id not in held], ())
        for work, portion in batches:
            if work.id in held:
                self._fly(lane, work, portion)

    def _fly(self, lane: Lane, work: Work, portion: Portion) -> None:
        self._flying += 1
        self._sending.send(lane, work, portion)

    def _pass_over(self, nothing: Sequence[tuple[Work, Portion]]) -> None:
        if nothing:
            self._go_on([work for work, _ in nothing], self._settling.pass_over(nothing))

    def _notify(self, lane: Lane, works: Sequence[Work]) -> list[Work]:
        """Have those told of withdrawals that are to be told, and return the others."""
        others: list[Work] = []
        for work in works:
            news = self._news_for(work)
            if news is None:
                others.append(work)
            else:
                self._fly(lane, work, news)
        return others

    def _news_for(self, work: Work) -> Portion | None:
        """Return what a subscription is to be told of withdrawals, after what was on its way already."""
        if work.id not in self._to_tell or work.leased.sending is not None:
            return None
        news = self._notifying.next_notices(Addressee(work.leased.kept.subscription.account, work.id))
        if news is None:
            self._to_tell.discard(work.id)
            return None
        return Portion(
            epoch=news.epoch, batch=None, items=(), position=work.leased.position, more=True, notification=news
        )

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
        self._holding.give_all_back()
        self._sending.close()


def _give_way(before: Deliverer) -> None:
    deadline = time.monotonic() + _GIVE_WAY_SECONDS
    while before.is_busy and time.monotonic() < deadline:
        time.sleep(_PAUSE_SECONDS)
