"""The ledger: who did what to which thing, written in the transaction that does it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec

from hub.store.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """Who did what to which thing. `detail` carries pointers, never content."""

    actor: str
    action: str
    subject: str
    detail: Mapping[str, object]


_RECORD: Final = """
    INSERT INTO ledger (actor, action, subject, detail)
    SELECT actor, action, subject, detail
    FROM jsonb_to_recordset(%s::jsonb) AS deeds (actor text, action text, subject text, detail jsonb)
"""


def record(database: Database, *, actor: str, action: str, subject: str, detail: Mapping[str, object]) -> None:
    """Add a row. `action` is a stable dotted word (`account.disable`); `detail` carries pointers, never content."""
    record_each(database, [Deed(actor=actor, action=action, subject=subject, detail=detail)])


def record_each(database: Database, deeds: Sequence[Deed]) -> None:
    """Add a row for each deed, in their order."""
    database.execute(_RECORD, (msgspec.json.encode(deeds).decode(),))


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
