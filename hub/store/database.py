"""The connection pool to PostgreSQL, and the two kinds of transaction the hub uses."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Final, Self

from psycopg import Connection, Error, OperationalError
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.errors import LockNotAvailable, QueryCanceled
from psycopg.rows import TupleRow
from psycopg_pool import ConnectionPool, PoolTimeout

from hub.domain.errors import UnavailableError

Database = Connection[TupleRow]
"""A connection inside a transaction."""

_MILLISECOND: Final = timedelta(milliseconds=1)


@contextmanager
def last_exchange(database: Database) -> Iterator[None]:
    """Send the statements of the block and, behind them, the commit that ends the transaction: one exchange for all."""
    with database.pipeline():
        yield
        database.commit()


class StoreError(Exception):
    """A statement failed for a reason of the hub's own; tells its kind and never what it held, for logs are read."""

    def __init__(self, error: Error) -> None:
        super().__init__(f"{type(error).__name__} {error.sqlstate} {error.diag.constraint_name or ''}".rstrip())


_LINK: Final[Mapping[str, Any]] = {
    "connect_timeout": 10,
    "tcp_user_timeout": 30_000,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
}
"""How libpq finds that the host of a server has fallen silent; what a URL says of it itself holds."""

_LOCK_MS: Final = 30_000
"""For so long a statement waits for what another transaction holds. Who holds the log longer has hung, and would have
every thread of every web process wait. What the URL or the server says of it holds."""

_BOUND_LOCKS: Final = "SELECT set_config('lock_timeout', %s, false) WHERE current_setting('lock_timeout') = '0'"

_RECONNECT_SECONDS: Final = 3.0
"""After so long an attempt to connect is given up, and whoever asks next makes another: the pool doubles its pauses,
and would stay away about as long again as the server was."""


class Pool:
    """Connections of one process; open it before use and close it at the end."""

    def __init__(
        self, url: str, *, size: int = 8, parameters: Mapping[str, str] | None = None, patience: float = 10.0
    ) -> None:
        """Make a pool of at most `size` connections, each with these run-time parameters of PostgreSQL.

        Whoever finds no connection within `patience` seconds is told that the database does not answer.
        """
        self._parameters = dict(parameters or {})
        self._pool: ConnectionPool[Any] = ConnectionPool(
            make_conninfo(**{**_LINK, **conninfo_to_dict(url)}),
            min_size=1,
            max_size=size,
            open=False,
            configure=self._configure,
            kwargs={"autocommit": True, "prepare_threshold": 2},
            timeout=patience,
            reconnect_timeout=_RECONNECT_SECONDS,
        )

    @classmethod
    def reading(cls, url: str, *, size: int, at_most: timedelta, patience: float = 10.0) -> Self:
        """Make a pool for what readers ask: a statement that takes longer than `at_most` is given up.

        None occupies more than one process of the server; for a page, starting others takes longer than they save.
        """
        bounds = {"statement_timeout": str(max(1, at_most // _MILLISECOND)), "max_parallel_workers_per_gather": "0"}
        return cls(url, size=size, parameters=bounds, patience=patience)

    def open(self) -> None:
        """Connect; raise UnavailableError where the server does not answer."""
        try:
            self._pool.open(wait=True, timeout=10)
        except PoolTimeout as error:
            raise UnavailableError(
                "PostgreSQL does not answer; is it running, and is HUB_DATABASE_URL right?"
            ) from error

    def open_later(self) -> None:
        """Connect meanwhile; until the server answers, nobody finds a connection."""
        self._pool.open(wait=False)

    def close(self) -> None:
        """Close every connection."""
        self._pool.close()

    @contextmanager
    def transaction(self) -> Iterator[Database]:
        """Hold a read-write transaction: committed where the block ends, undone where it raises."""
        with self._connection() as connection:
            connection.autocommit = False
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[Database]:
        """Hold a read-only transaction in which every statement sees one and the same state."""
        with self.transaction() as connection:
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield connection

    @contextmanager
    def statement(self) -> Iterator[Database]:
        """Hold a connection for single statements, each a transaction of its own."""
        with self._connection() as connection:
            connection.autocommit = True
            yield connection

    def _configure(self, connection: Connection[Any]) -> None:
        connection.execute(_BOUND_LOCKS, (str(_LOCK_MS),))
        for name, value in self._parameters.items():
            connection.execute("SELECT set_config(%s, %s, false)", (name, value))

    @contextmanager
    def _connection(self) -> Iterator[Database]:
        try:
            with self._pool.connection() as connection:
                yield connection
        except QueryCanceled as error:
            raise UnavailableError(
                "That takes longer than this server may work on one question; ask for less, or try again later."
            ) from error
        except LockNotAvailable as error:
            raise UnavailableError("Somebody else holds what that changes, for too long; try again shortly.") from error
        except (OperationalError, PoolTimeout) as error:
            raise UnavailableError("The database does not answer; try again shortly.") from error
        except Error as error:
            raise StoreError(error).with_traceback(error.__traceback__) from None
