"""The hall: every open stream of this process, who has a place in it, and what each is handed.

INVARIANT: a stream at the front has seen all that was committed up to the head that was told last; whoever joins the
front with an older position reads again first.
"""

import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from queue import Empty, SimpleQueue
from threading import Lock
from typing import Final

from hub.domain.errors import ExhaustedError, UnavailableError
from hub.domain.identifiers import AccountId, Tick
from hub.domain.subscriptions.filters import Filter
from hub.domain.subscriptions.withdrawals import Notice
from hub.services.streaming.streams import Part, Place, Stream

HEARTBEAT: Final = b":\n\n"
"""A comment (WHATWG HTML §9.2.6): it keeps proxies from closing what is quiet, and finds who has gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HallLimits:
    """How many streams may be open, of one account and in all, and for how long one may be quiet."""

    each: int
    all: int
    beat_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """How far a stream has got by a reading, what it is to be sent of that, and whether more waits."""

    position: Tick
    part: Part | None
    more: bool


class Hall:
    """The open streams. One instance is shared by all threads of a process, and by whoever serves the connections."""

    def __init__(self, limits: HallLimits, clock: Callable[[], float] = time.monotonic) -> None:
        self._limits = limits
        self._clock = clock
        self._lock = Lock()
        self._streams: set[Stream] = set()
        self._counts: Counter[AccountId] = Counter()
        self._behind: SimpleQueue[Stream] = SimpleQueue()
        self._noticed: SimpleQueue[tuple[Notice, ...]] = SimpleQueue()
        self._told = Tick(0)
        self._ended = False
        self._tally: Counter[str] = Counter()

    def open(self, stream: Stream) -> None:
        """Let a stream in; raise ExhaustedError or UnavailableError where there is no place left for it."""
        with self._lock:
            if self._counts[stream.account] >= self._limits.each:
                self._tally["refused_account"] += 1
                raise ExhaustedError(
                    f"{stream.account} has {self._limits.each} streams open, which is as many as it may; close one."
                )
            if self._ended or len(self._streams) >= self._limits.all:
                self._tally["refused_full"] += 1
                raise UnavailableError("No further stream can be opened here now; try again shortly.")
            self._counts[stream.account] += 1
            self._tally["opened"] += 1
            self._streams.add(stream)
            stream.filter = _one_of_equals(stream.filter)
            stream.beat_at = self._clock() + self._limits.beat_seconds
            stream.place = Place.FRONT if stream.position >= self._told else Place.BEHIND

    def leave(self, stream: Stream) -> None:
        """Forget a stream whose connection has ended. Safe to repeat."""
        with self._lock:
            stream.closed = True
            stream.waiting = None
            if stream in self._streams:
                self._streams.remove(stream)
                self._counts[stream.account] -= 1
                if not self._counts[stream.account]:
                    del self._counts[stream.account]

    def take(self, stream: Stream) -> bytes | None:
        """Wait for what is to be sent next on a stream and return it; None where it is to be closed.

        Call it again only when that has been sent: whoever is slow is read for no sooner.
        """
        while True:
            with self._lock:
                if stream.closed:
                    return None
                if stream.sending is not None and stream.sending.notices:
                    self._noticed.put(stream.sending.notices)
                part, stream.waiting = stream.waiting, None
                stream.sending = part
                if part is not None:
                    self._tally["notices" if part.notices else "events"] += len(part.notices) or 1
                    self._tally["objects"] += part.objects
                beats, stream.beating = stream.beating, False
                if part is not None or beats:
                    return HEARTBEAT if part is None else part.body
                if stream.place is Place.BEHIND:
                    stream.place = Place.WALKING
                    self._behind.put(stream)
            stream.signal.wait()

    def begin_round(self, head: Tick) -> list[Stream]:
        """Note that everything up to `head` is being told, and return those at the front, who are to be told.

        One that has not taken what it was handed before falls behind instead.
        """
        with self._lock:
            self._told = max(self._told, head)
            front = [stream for stream in self._streams if stream.place is Place.FRONT]
            ready = [stream for stream in front if stream.waiting is None]
            for stream in front:
                if stream.waiting is not None:
                    stream.place = Place.BEHIND
            return ready

    def next_behind(self, *, most: int, patience: float) -> list[Stream]:
        """Wait for streams that have to be read for, and return at most so many; none after `patience` seconds."""
        found: list[Stream] = []
        try:
            found.append(self._behind.get(timeout=patience))
            while len(found) < most:
                found.append(self._behind.get_nowait())
        except Empty:
            pass
        return [stream for stream in found if not stream.closed]

    def hand_out(self, steps: Iterable[tuple[Step, Iterable[Stream]]]) -> None:
        """Move streams on, and let them send what they were read."""
        with self._lock:
            for step, streams in steps:
                place = Place.BEHIND if step.more or step.position < self._told else Place.FRONT
                wakes = step.part is not None or place is Place.BEHIND
                for stream in streams:
                    if stream.closed:
                        continue
                    stream.position, stream.waiting, stream.place = step.position, step.part, place
                    if wakes:
                        stream.signal.set()

    def give_back(self, streams: Iterable[Stream]) -> None:
        """Let streams be read for again from where they are."""
        with self._lock:
            for stream in streams:
                if not stream.closed:
                    stream.place = Place.BEHIND
                    stream.signal.set()

    def retract(self, epoch: int) -> None:
        """Take back what waits and was read under a policy before `epoch`; it is read again."""
        with self._lock:
            for stream in self._streams:
                part = stream.waiting
                if part is None or part.epoch >= epoch:
                    continue
                stream.waiting = None
                if part.after is not None:
                    stream.position, stream.place = part.after, Place.BEHIND
                    stream.signal.set()

    def idle_accounts(self) -> frozenset[AccountId]:
        """Return the accounts that can be told of withdrawals: some stream has all there is, none is just told."""
        with self._lock:
            told = {
                stream.account
                for stream in self._streams
                for part in (stream.waiting, stream.sending)
                if part is not None and part.notices
            }
            return frozenset(stream.account for stream in self._streams if _is_idle(stream)) - told

    def notify(self, parts: Mapping[AccountId, Part]) -> None:
        """Let the streams of accounts that have all there is send notices of withdrawals."""
        with self._lock:
            for stream in self._streams:
                if stream.account in parts and _is_idle(stream):
                    stream.waiting = parts[stream.account]
                    stream.signal.set()

    def counted(self) -> tuple[int, Counter[str]]:
        """Return how many streams are open, and what was counted since the last time."""
        with self._lock:
            tally, self._tally = self._tally, Counter()
            return len(self._streams), tally

    def count_again(self, tally: Counter[str]) -> None:
        """Take back what was counted and could not be kept."""
        with self._lock:
            self._tally.update(tally)

    def noticed(self) -> list[Notice]:
        """Return the notices that were sent since the last time."""
        found: list[Notice] = []
        while not self._noticed.empty():
            found += self._noticed.get()
        return found

    def tokens(self) -> frozenset[int]:
        """Return the tokens with which streams were opened."""
        with self._lock:
            return frozenset(stream.token for stream in self._streams)

    def keep(self, asked: Collection[int], good: Collection[int]) -> None:
        """Close every stream whose token was asked for and is not among the good ones."""
        with self._lock:
            for stream in self._streams:
                if stream.token in asked and stream.token not in good:
                    _close(stream)

    def beat(self) -> None:
        """Let those send a heartbeat whose time it is: as far apart as they were opened, so that it is never all."""
        with self._lock:
            now = self._clock()
            for stream in self._streams:
                if stream.beat_at <= now:
                    stream.beat_at = now + self._limits.beat_seconds
                    stream.beating = True
                    stream.signal.set()

    def end(self) -> None:
        """Close every stream, and let none in any more."""
        with self._lock:
            self._ended = True
            for stream in self._streams:
                _close(stream)


@lru_cache(maxsize=4_096)
def _one_of_equals(chosen: Filter) -> Filter:
    """Return the same filter for equal ones, so that they are quick to tell apart."""
    return chosen


def _is_idle(stream: Stream) -> bool:
    return stream.place is Place.FRONT and stream.waiting is None and not stream.closed


def _close(stream: Stream) -> None:
    stream.closed = True
    stream.waiting = None
    stream.signal.set()
