"""The ledger: who did what to which thing, written in the transaction that does it."""

from collections.abc import Mapping

from psycopg.types.json import Jsonb

from hub.store.database import Database


def record(database: Database, *, actor: str, action: str, subject: str, detail: Mapping[str, object]) -> None:
    """Add a row. `action` is a stable dotted word (`account.disable`); `detail` carries pointers, never content."""
    database.execute(
        "INSERT INTO ledger (actor, action, subject, detail) VALUES (%s, %s, %s, %s)",
        (actor, action, subject, Jsonb(dict(detail))),
    )
