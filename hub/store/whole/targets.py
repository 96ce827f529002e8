"""The database that a dump is restored into."""

from collections.abc import Iterator
from contextlib import contextmanager

from hub.store.database import Database, Pool
from hub.store.migrate import MIGRATION_LOCK
from hub.store.whole.patience import unbounded


@contextmanager
def migrations_waiting(pool: Pool) -> Iterator[Database]:
    """Have everybody wait who would migrate this database or restore into it, until `pool` is closed.

    The connection may idle for as long as that takes. Nothing is sent on it at the end, where it may be gone.
    """
    with pool.statement() as database:
        unbounded(database)
        database.execute("SELECT pg_advisory_lock(%s)", (MIGRATION_LOCK,))
        yield database


def is_empty(database: Database) -> bool:
    """Tell whether nobody has made a table, view, sequence, type or function in this database.

    Schemas that hold none of these, and what extensions brought, do not count; nor does what comes with another thing,
    such as the type of a table's rows.
    """
    ((found,),) = database.execute(
        "SELECT EXISTS (SELECT FROM ("
        "SELECT 'pg_class'::regclass AS kind, oid, relnamespace AS home FROM pg_class"
        " UNION ALL SELECT 'pg_type'::regclass, oid, typnamespace FROM pg_type"
        " UNION ALL SELECT 'pg_proc'::regclass, oid, pronamespace FROM pg_proc"
        ") AS thing JOIN pg_namespace n ON n.oid = thing.home"
        " WHERE n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'"
        " AND NOT EXISTS (SELECT FROM pg_depend d"
        " WHERE d.classid = thing.kind AND d.objid = thing.oid AND d.deptype IN ('e', 'i')))"
    ).fetchall()
    return not found


def tidy(pool: Pool) -> None:
    """Gather the statistics and visibility that a dump does not hold, so that the first questions are answered fast."""
    with pool.statement() as database:
        unbounded(database)
        database.execute("VACUUM (ANALYZE)")
