"""Stream clients of a hub under attack: they come back with the id of what they have kept, whatever cut them off."""

import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum, auto
from http import HTTPStatus
from http.client import HTTPException
from itertools import pairwise
from threading import Event, Thread
from typing import Final, NamedTuple

import msgspec

from hub.domain.subscriptions.filters import Filter
from tests.chaos.subscribers import FILTERS
from tests.support.events import EventStream, streaming
from tests.support.serving import Caller

SLOW_SECONDS: Final = 0.3
SMALL_BUFFER: Final = 4_096
LOST_SHARE: Final = 0.1

_PAUSE: Final = 0.1


class Pace(Enum):
    """How a client reads: at once, slowly while the attack lasts, or losing its connection with what it was sent."""

    PROMPT = auto()
    SLOW = auto()
    LOSING = auto()


class Kept(NamedTuple):
    """An event as it was kept: when it came, its id, the objects that it brought, and the one that it withdrew."""

    at: float
    id: str
    names: list[str]
    withdrawn: str | None


@dataclass(slots=True, kw_only=True)
class Follower:
    """A client of the stream, and what it has kept."""

    account: str
    chosen: Filter
    caller: Caller
    port: int
    pace: Pace
    rng: random.Random
    kept: list[Kept] = field(default_factory=list)
    connections: int = 0
    _last_id: str | None = None
    _stream: EventStream | None = None

    def run(self, calm: Event, enough: Event) -> None:
        """Follow until it is enough; once it is calm nobody is slow and nothing is lost any more."""
        while not enough.is_set():
            with suppress(OSError, HTTPException):
                self._follow(calm, enough)
            enough.wait(_PAUSE)

    def interrupt(self) -> None:
        """End the present connection from another thread."""
        if self._stream is not None:
            self._stream.interrupt()

    def arrivals(self) -> Iterator[tuple[float, str]]:
        """Give what was kept of objects, and when it came."""
        for event in list(self.kept):
            for name in event.names:
                yield event.at, name

    def received(self) -> dict[str, int]:
        """Return how often each object came."""
        return Counter(name for _, name in self.arrivals())

    def withdrawn(self) -> list[str]:
        """Return the objects of which withdrawals were told."""
        return [event.withdrawn for event in self.kept if event.withdrawn is not None]

    def check_order(self) -> None:
        """Positions rise from event to event, across all connections."""
        places = [event.id for event in self.kept if event.names]
        assert all(before < after for before, after in pairwise(places)), self.account

    def _follow(self, calm: Event, enough: Event) -> None:
        query = _query_of(self.chosen) | {"from": "beginning"}
        credentials = (self.caller.username, self.caller.token)
        buffer = SMALL_BUFFER if self.pace is Pace.SLOW else None
        with streaming(self.port, credentials, query, last_id=self._last_id, buffer=buffer) as stream:
            if stream.status != HTTPStatus.OK:
                return
            self.connections += 1
            self._stream = stream
            for event in stream.events(patience=float("inf")):
                if self.pace is Pace.LOSING and not calm.is_set() and self.rng.random() < LOST_SHARE:
                    return
                withdrawn = msgspec.json.decode(event.data)["id"] if event.kind == "withdrawal" else None
                self.kept.append(Kept(time.monotonic(), event.id, event.names, withdrawn))
                self._last_id = event.id
                if enough.is_set():
                    return
                if self.pace is Pace.SLOW:
                    calm.wait(SLOW_SECONDS)


@contextmanager
def followers(
    port: int, callers: Sequence[Caller], count: int, *, calm: Event, rng: random.Random
) -> Iterator[list[Follower]]:
    """Open so many streams, accounts and filters in turn; every fourth is slow, and every fourth loses connections."""
    enough = Event()
    made = [
        Follower(
            account=callers[number % len(callers)].username,
            chosen=FILTERS[number % len(FILTERS)],
            caller=callers[number % len(callers)],
            port=port,
            pace={2: Pace.SLOW, 3: Pace.LOSING}.get(number % 4, Pace.PROMPT),
            rng=random.Random(rng.random()),  # noqa: S311 - which connection is lost is no secret
        )
        for number in range(count)
    ]
    threads = [Thread(target=each.run, args=(calm, enough)) for each in made]
    for thread in threads:
        thread.start()
    try:
        yield made
    finally:
        enough.set()
        for follower, thread in zip(made, threads, strict=True):
            while thread.is_alive():
                follower.interrupt()
                thread.join(_PAUSE)


def _query_of(chosen: Filter) -> dict[str, str]:
    """Write a filter of ours as a query."""
    lists = {"types": chosen.types, "origins": chosen.origins, "pattern_types": chosen.pattern_types}
    query = {name: ",".join(sorted(values)) for name, values in lists.items() if values is not None}
    query |= {"tlp_min": chosen.tlp_min.label, "tlp_max": chosen.tlp_max.label}
    return query if chosen.confidence_min is None else query | {"confidence_min": str(chosen.confidence_min)}
