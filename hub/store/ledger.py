"""The ledger: who did what to which thing, written in the transaction that does it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from psycopg.types.json import Jsonb

from hub.store.database import Database


def record(database: Database, *, actor: str, action: str, subject: str, detail: Mapping[str, object]) -> None:
    """Add a row. `action` is a stable dotted word (`account.disable`); `detail` carries pointers, never content."""
    database.execute(
        "INSERT INTO ledger (actor, action, subject, detail) VALUES (%s, %s, %s, %s)",
        (actor, action, subject, Jsonb(dict(detail))),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A row: who did what to which thing. Numbers grow with time, and some are left out."""

    number: int
    at: datetime
    actor: str
    action: str
    subject: str
    detail: Mapping[str, object]


def read_entries(
    database: Database, *, before: int, limit: int, actor: str | None = None, subject: str | None = None
) -> tuple[Entry, ...]:
    """Return the newest rows with a smaller number, newest first; `actor` and `subject` choose among them."""
    rows = database.execute(
        "SELECT id, at, actor, action, subject, detail FROM ledger WHERE id < %(before)s"
        " AND (%(actor)s::text IS NULL OR actor = %(actor)s) AND (%(subject)s::text IS NULL OR subject = %(subject)s)"
        " ORDER BY id DESC LIMIT %(limit)s",
        {"before": before, "actor": actor, "subject": subject, "limit": limit},
    ).fetchall()
    return tuple(
        Entry(number=number, at=at, actor=who, action=action, subject=thing, detail=detail)
        for number, at, who, action, thing, detail in rows
    )
