"""Wait until somebody waits: the only way to know that a second transaction has come as far as the first lets it."""

from time import monotonic, sleep

from hub.store.database import Pool

_PATIENCE_SECONDS = 20


def await_waiting(pool: Pool) -> None:
    """Return once some connection to this database waits for a row that another one holds."""
    end = monotonic() + _PATIENCE_SECONDS
    while monotonic() < end:
        with pool.statement() as database:
            waiting = database.execute(
                "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            ).fetchone()
        if waiting:
            return
        sleep(0.01)
    raise AssertionError("nobody waited")
