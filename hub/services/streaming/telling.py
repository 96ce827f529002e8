"""Tell streams what is new: by one round for all that have everything, by walks for those that have not."""

import time
from collections.abc import Callable, Collection, Sequence
from queue import Empty, SimpleQueue
from threading import Event
from typing import Final

import structlog

from hub.bus.heads import Listener
from hub.domain.errors import HubError, UnavailableError
from hub.outbound.webhooks.deliveries import Batch
from hub.services.streaming.hall import Hall, Step
from hub.services.streaming.noticing import Noticing
from hub.services.streaming.reading import Shared, State, StreamReading
from hub.services.streaming.streams import Part, Stream
from hub.store.database import StoreError

POLL_SECONDS: Final = 1.0
"""The log and the policy are looked at this often even where nobody announces anything."""

WALKED_AT_ONCE: Final = 64
_HEAR_MS: Final = 1_000

Write = Callable[[Batch], bytes]
"""Writes a batch as what is sent of it."""

_log = structlog.get_logger()


class Telling:
    """Reads for streams and hands out what was read. One instance is shared by the threads that do so."""

    def __init__(self, hall: Hall, reading: StreamReading, write: Write) -> None:
        self._hall = hall
        self._reading = reading
        self._write = write

    def tell(self, streams: Sequence[Stream], *, beside: Collection[int] = ()) -> None:
        """Read on for streams and hand out what there is.

        INVARIANT: whether their tokens are good (and those of `beside`), and whether the policy is still that of the
        reading, is asked after reading and before handing out: a stream is sent nothing that was read after an
        acknowledged change which forbids it.
        """
        shared = self._reading.portions(streams)
        asked = frozenset({stream.token for stream in streams}.union(beside))
        epoch, good = self._reading.good_tokens(asked)
        self._hall.keep(asked, good)
        holding = [each for each in shared if each.portion.epoch == epoch]
        self._reading.confirm(holding)
        self._hall.hand_out(self._steps(holding))
        self._hall.give_back(stream for each in shared if each.portion.epoch != epoch for stream in each.streams)

    def _steps(self, shared: Sequence[Shared]) -> list[tuple[Step, Sequence[Stream]]]:
        """Write each batch once, however many it is for."""
        parts: dict[int, Part] = {}
        steps: list[tuple[Step, Sequence[Stream]]] = []
        for portion, streams in shared:
            batch = portion.batch
            if batch is not None and id(batch) not in parts:
                parts[id(batch)] = Part(
                    body=self._write(batch), epoch=portion.epoch, after=batch.after, objects=batch.objects
                )
            part = None if batch is None else parts[id(batch)]
            steps.append((Step(position=portion.position, part=part, more=portion.more), streams))
        return steps


class Teller:
    """The one thread that tells those at the front, and sends heartbeats."""

    def __init__(  # noqa: PLR0913 - it is made in one place
        self,
        hall: Hall,
        reading: StreamReading,
        telling: Telling,
        noticing: Noticing,
        *,
        beat_seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._hall = hall
        self._reading = reading
        self._telling = telling
        self._noticing = noticing
        self._beat_seconds = beat_seconds
        self._clock = clock
        self._news: SimpleQueue[None] = SimpleQueue()
        self._told: State | None = None
        self._check_at = clock() + beat_seconds

    def wake(self) -> None:
        """Say that something may be new, from any thread."""
        self._news.put(None)

    def run(self, stop: Event) -> None:
        """Work until `stop` is set. Where the database does not answer, what is new is told when it does again."""
        pause = min(POLL_SECONDS, self._beat_seconds)
        while not stop.is_set():
            self._await_news(pause)
            try:
                self.step()
                self._noticing.step()
            except (HubError, StoreError) as error:
                _log.warning("stream.not_told", reason=str(error))
                stop.wait(pause)
            self._hall.beat()

    def step(self) -> None:
        """Tell what is new, and see whether everybody may stay."""
        state = self._reading.state()
        if state != self._told:
            self._hall.retract(state.epoch)
            self._telling.tell(self._hall.begin_round(state.head), beside=self._hall.tokens())
            self._told = state
            self._check_at = self._clock() + self._beat_seconds
        elif self._clock() >= self._check_at:
            asked = self._hall.tokens()
            self._hall.keep(asked, self._reading.good_tokens(asked)[1])
            self._check_at = self._clock() + self._beat_seconds

    def _await_news(self, patience: float) -> None:
        try:
            self._news.get(timeout=patience)
            while True:
                self._news.get_nowait()
        except Empty:
            return


def walk(hall: Hall, telling: Telling, stop: Event) -> None:
    """Read for streams that are behind until `stop` is set; several threads may."""
    while not stop.is_set():
        streams = hall.next_behind(most=WALKED_AT_ONCE, patience=POLL_SECONDS)
        if not streams:
            continue
        try:
            telling.tell(streams)
        except (HubError, StoreError) as error:
            _log.warning("stream.not_read", reason=str(error))
            stop.wait(POLL_SECONDS)
            hall.give_back(streams)


def listen(listener: Listener, teller: Teller, stop: Event) -> None:
    """Wake the teller at every announcement until `stop` is set; without Redis it looks by itself."""
    while not stop.is_set():
        try:
            if listener.hear(wait_ms=_HEAR_MS):
                teller.wake()
        except UnavailableError:
            stop.wait(POLL_SECONDS)
