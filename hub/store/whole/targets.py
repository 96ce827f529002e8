"""The database that a dump is restored into."""

from hub.store.database import Database, Pool


def is_empty(database: Database) -> bool:
    """Tell whether nobody has made anything in this database; what extensions brought does not count."""
    ((found,),) = database.execute(
        "SELECT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'"
        " AND NOT EXISTS (SELECT FROM pg_depend d"
        " WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'))"
    ).fetchall()
    return not found


def tidy(pool: Pool) -> None:
    """Gather the statistics and visibility that a dump does not hold, so that the first questions are answered fast."""
    with pool.statement() as database:
        database.execute("VACUUM (ANALYZE)")
