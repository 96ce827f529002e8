"""What a stream process says of itself every few seconds, for the metrics: how many streams it holds, what it sent."""

from collections.abc import Callable
from datetime import datetime
from threading import Event
from typing import Final

import structlog

from hub.domain.clock import tick_of
from hub.domain.errors import HubError
from hub.services.streaming.hall import Hall
from hub.store.database import Database, Pool, StoreError
from hub.store.metrics import leave_streams, report_streams

HELD_SECONDS: Final = 5.0

_log = structlog.get_logger()


class Counting:
    """Reports of one process, which is a number in them. For one thread."""

    def __init__(self, hall: Hall, pool: Pool, clock: Callable[[], datetime]) -> None:
        self._hall = hall
        self._pool = pool
        self._clock = clock
        self._number: int | None = None

    def run(self, stop: Event) -> None:
        """Report until `stop` is set, and then be a process no more."""
        while not stop.wait(HELD_SECONDS):
            self.report()
        self.report(leave_streams)

    def report(self, then: Callable[[Database, int], None] = lambda _database, _number: None) -> None:
        """Add what was counted to what the database holds. Where it does not answer, that is done later."""
        streams, counts = self._hall.counted()
        try:
            with self._pool.transaction() as database:
                self._number = report_streams(
                    database, self._number, streams=streams, counts=counts, now=tick_of(self._clock())
                )
                then(database, self._number)
        except (HubError, StoreError) as error:
            _log.warning("stream.not_counted", reason=str(error))
            self._hall.count_again(counts)
