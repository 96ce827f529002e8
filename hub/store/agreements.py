"""The sharing agreements in the database, each the document that people wrote."""

from collections.abc import Iterable
from typing import Final

from psycopg.types.json import Jsonb

from hub.domain.agreements import Agreement
from hub.policy.agreements.documents import agreement_document, agreement_of
from hub.store.database import Database
from hub.store.epoch import advance_epoch
from hub.store.ledger import record

ACTOR: Final = "hub:files"
"""Who the ledger names."""


def load_agreements(database: Database) -> tuple[Agreement, ...]:
    """Return every agreement, in force or not, in order of id."""
    rows = database.execute('SELECT id, document FROM agreements ORDER BY id COLLATE "C"').fetchall()
    return tuple(agreement_of(document, source=f"agreement {agreement_id}") for agreement_id, document in rows)


def replace_agreements(database: Database, agreements: Iterable[Agreement]) -> None:
    """Make these the agreements that there are. Where they are already, nothing changes and the epoch stays."""
    wanted = sorted(agreements, key=lambda agreement: agreement.id)
    removed = database.execute(
        "DELETE FROM agreements WHERE id <> ALL(%s) RETURNING id",
        ([agreement.id for agreement in wanted],),
    ).fetchall()
    for (agreement_id,) in removed:
        record(database, actor=ACTOR, action="agreement.remove", subject=agreement_id, detail={})
    written = [agreement for agreement in wanted if _write(database, agreement)]
    for agreement in written:
        detail = {"version": agreement.version, "state": agreement.state}
        record(database, actor=ACTOR, action="agreement.write", subject=agreement.id, detail=detail)
    if removed or written:
        advance_epoch(database)


def _write(database: Database, agreement: Agreement) -> bool:
    """Return whether something changed."""
    written = database.execute(
        "INSERT INTO agreements AS known (id, document) VALUES (%s, %s)"
        " ON CONFLICT (id) DO UPDATE SET document = excluded.document WHERE known.document <> excluded.document",
        (agreement.id, Jsonb(agreement_document(agreement))),
    )
    return written.rowcount == 1
