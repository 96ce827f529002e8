"""One moment of a whole database, held while it is dumped."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from hub.domain.errors import ConfigurationError
from hub.store.database import Database, Pool
from hub.store.whole.patience import unbounded


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What a dump of the moment `snapshot` is of, which `database` sees; `bytes` is what it takes on its disk."""

    snapshot: str
    schema: str
    bytes: int
    database: Database


@contextmanager
def moment_held(pool: Pool) -> Iterator[Moment]:
    """Hold a moment for as long as the block runs; raise ConfigurationError where the database holds no hub."""
    with pool.snapshot() as database:
        unbounded(database)
        schema = _schema_of(database)
        if schema is None:
            raise ConfigurationError("There is nothing to back up: the database holds no hub yet.")
        ((snapshot, size),) = database.execute(
            "SELECT pg_export_snapshot(), pg_database_size(current_database())"
        ).fetchall()
        yield Moment(snapshot=snapshot, schema=schema, bytes=size, database=database)


def _schema_of(database: Database) -> str | None:
    """Return the last migration that the database has run."""
    ((there,),) = database.execute("SELECT to_regclass('alembic_version') IS NOT NULL").fetchall()
    row = database.execute("SELECT version_num FROM alembic_version").fetchone() if there else None
    return None if row is None else str(row[0])
