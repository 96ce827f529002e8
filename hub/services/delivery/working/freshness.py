"""Whether the policy is still that of a batch, asked right before each request with something of it."""

import time
from collections.abc import Callable
from threading import Lock
from typing import Final

from hub.store.database import Pool
from hub.store.epoch import current_epoch

HOLDS_SECONDS: Final = 0.01
"""How long an answer serves all threads."""

LONGEST_SECONDS: Final = 0.05
"""How long it serves while one of them asks anew. A change may be overlooked for so long after it was acknowledged."""


class Freshness:
    """Knows the policy epoch of this moment. For any number of threads."""

    def __init__(self, pool: Pool, clock: Callable[[], float] = time.monotonic) -> None:
        self._pool = pool
        self._clock = clock
        self._lock = Lock()
        self._asked = float("-inf")
        self._epoch = -1

    def holds(self, epoch: int) -> bool:
        """Whether the policy is still that of an epoch; raise UnavailableError where the database does not answer."""
        age = self._clock() - self._asked
        if age > HOLDS_SECONDS and self._lock.acquire(blocking=age > LONGEST_SECONDS):
            try:
                self._ask()
            finally:
                self._lock.release()
        return self._epoch == epoch

    def _ask(self) -> None:
        begun = self._clock()
        if begun - self._asked > HOLDS_SECONDS:
            with self._pool.statement() as database:
                self._epoch = current_epoch(database)
            self._asked = begun
