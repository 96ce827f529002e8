"""Wait until something is so that happens elsewhere."""

import time
from collections.abc import Callable
from typing import Final

from hub.store.database import Pool

_PATIENCE_SECONDS: Final = 60.0


def await_that(condition: Callable[[], bool], what: str) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.01)


def await_waiting(pool: Pool) -> None:
    """Return once some connection to this database waits for a row that another one holds.

    It is the only way to know that a second transaction has come as far as the first lets it.
    """

    def waits() -> bool:
        with pool.statement() as database:
            found = database.execute(
                "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            return found.fetchone() is not None

    await_that(waits, "somebody waits")
