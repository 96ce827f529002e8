"""How long after a suspension was acknowledged an open stream still brings what it closed, under a load of commits."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPException
from threading import Event, Thread
from typing import Final

from hub.domain.identifiers import MemberCode
from hub.policy.agreements.pairs import pair_id
from hub.services.agreements.pairs import resume_pair, suspend_pair
from hub.services.agreements.standing import approve
from hub.store.database import Pool
from tests.support.acts import made
from tests.support.events import EventStream, streaming

PAIR: Final = (MemberCode("AU"), MemberCode("SG"))
_SUSPENDED_SECONDS: Final = 0.3
_LATE_SECONDS: Final = 0.2
"""A stream that still brings what was closed so long after the acknowledgement does not close it."""

_PATIENCE_SECONDS: Final = 30.0
_POLL: Final = 0.005


@dataclass(slots=True)
class Ear:
    """Whoever reads a stream at once, and the instant of the last event."""

    stream: EventStream
    last: float = 0.0

    def listen(self) -> None:
        """Read until the stream is ended."""
        with suppress(OSError, HTTPException, AttributeError):  # as http.client takes it when its socket is shut
            for event in self.stream.events(patience=float("inf")):
                if event.kind == "envelope":
                    self.last = time.monotonic()


def suspensions(
    pool: Pool, port: int, credentials: Sequence[tuple[str, str]], publish: Callable[[], object], rounds: int
) -> list[float]:
    """Suspend and resume a pair of members while one publishes and the other listens; ms to the last event.

    Raise where a stream goes on.
    """
    delays: list[float] = []
    with ExitStack() as stack:
        ears = [Ear(stack.enter_context(streaming(port, each))) for each in credentials]
        for ear in ears:
            thread = Thread(target=ear.listen)
            thread.start()
            stack.callback(thread.join)
            stack.callback(ear.stream.interrupt)
        stack.enter_context(_publishing(publish))
        for _ in range(rounds):
            _await_all(ears, since=time.monotonic())
            suspend_pair(pool, *PAIR, act=made("bench"))
            acknowledged = time.monotonic()
            time.sleep(_SUSPENDED_SECONDS)
            delays += [_delay(ear, acknowledged) * 1_000 for ear in ears]
            resume_pair(pool, *PAIR, act=made("bench"))
            approve(pool, pair_id(*PAIR), act=made("another"))
    return delays


def _delay(ear: Ear, acknowledged: float) -> float:
    """Return the seconds from the acknowledgement to the last event, at least 0."""
    delay = max(0.0, ear.last - acknowledged)
    if delay > _LATE_SECONDS:
        raise RuntimeError(f"a stream brought an event {delay:.3f} s after the suspension was acknowledged")
    return delay


def _await_all(ears: Sequence[Ear], *, since: float) -> None:
    deadline = since + _PATIENCE_SECONDS
    while any(ear.last < since for ear in ears):
        assert time.monotonic() < deadline, "a stream brings nothing"
        time.sleep(_POLL)


@contextmanager
def _publishing(publish: Callable[[], object]) -> Iterator[None]:
    """Publish one object after the other for as long as the block runs."""
    enough = Event()

    def work() -> None:
        while not enough.wait(_POLL):
            publish()

    thread = Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        enough.set()
        thread.join()
