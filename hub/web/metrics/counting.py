"""Requests by how they were answered: counted in each process, and added up in the database for all of them."""

import time
from collections import Counter
from collections.abc import Callable
from threading import Lock
from typing import Final

import structlog
from flask import Response

from hub.domain.errors import UnavailableError
from hub.store.database import Pool, StoreError
from hub.store.metrics import add_requests

HELD_SECONDS: Final = 5.0
"""How long counts stay in a process while requests come."""

_log = structlog.get_logger()


class Counting:
    """The counts of this process. One instance is shared by its threads."""

    def __init__(self, pool: Pool, clock: Callable[[], float] = time.monotonic) -> None:
        self._pool = pool
        self._clock = clock
        self._lock = Lock()
        self._counts: Counter[str] = Counter()
        self._added = clock()

    def count(self, response: Response) -> Response:
        """Count a response, and hand it on; now and then, add up."""
        with self._lock:
            self._counts[f"{response.status_code // 100}xx"] += 1
            due = self._clock() - self._added >= HELD_SECONDS
        if due:
            self.add_up()
        return response

    def add_up(self) -> None:
        """Add what was counted to what the database holds. Where it does not answer, that is done later."""
        with self._lock:
            counts, self._counts = self._counts, Counter()
            self._added = self._clock()
        if not counts:
            return
        try:
            with self._pool.statement() as database:
                add_requests(database, counts)
        except (UnavailableError, StoreError) as error:
            _log.warning("metrics.not_counted", reason=str(error))
            with self._lock:
                self._counts += counts
