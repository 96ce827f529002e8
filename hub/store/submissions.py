"""Submissions and the outcomes of their objects: what a TAXII status resource is made from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from hub.domain.identifiers import AccountId, CollectionId, OrganisationId, SubmissionId, Tick
from hub.domain.submissions import Outcome, Submission
from hub.store.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The facts of a POST that never change."""

    id: SubmissionId
    collection: CollectionId
    organisation: OrganisationId
    account: AccountId
    received: Tick
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How many parts of a submission are committed, and the positions of the objects that have their outcomes."""

    parts: int
    positions: frozenset[int]


_COMPLETE: Final = """
    WITH added AS (
        INSERT INTO submissions (id, collection, organisation, account, received, total, completed)
        SELECT id, collection, organisation, account, received, total, %(now)s
        FROM jsonb_to_recordset(%(receipts)s::jsonb) AS receipts
             (id uuid, collection text, organisation text, account text, received bigint, total integer)
    )
    INSERT INTO outcomes (submission, part, document)
    SELECT id, 0, document FROM unnest(%(ids)s::uuid[], %(documents)b::bytea[]) AS outcomes (id, document)
"""


def add_complete(database: Database, filed: Sequence[tuple[Receipt, Sequence[Outcome]]], *, now: Tick) -> None:
    """Keep submissions of which every object has its outcome."""
    receipts = [receipt for receipt, _ in filed]
    database.execute(
        _COMPLETE,
        {
            "now": now,
            "receipts": msgspec.json.encode(receipts).decode(),
            "ids": [receipt.id for receipt in receipts],
            "documents": [msgspec.json.encode(outcomes) for _, outcomes in filed],
        },
    )


def add_pending(database: Database, receipt: Receipt, listing: Sequence[Outcome], body: bytes) -> None:
    """Keep a submission whole, to be processed later. `listing` names what it holds."""
    database.execute(
        "INSERT INTO submissions (id, collection, organisation, account, received, total, listing, body)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
        (
            receipt.id,
            receipt.collection,
            receipt.organisation,
            receipt.account,
            receipt.received,
            receipt.total,
            msgspec.json.encode(listing),
            body,
        ),
    )


def add_outcomes(database: Database, submission: SubmissionId, part: int, outcomes: Sequence[Outcome]) -> None:
    """Keep the outcomes of one part of a submission; parts are numbered from 0, each is written once."""
    database.execute(
        "INSERT INTO outcomes (submission, part, document) VALUES (%s, %s, %s)",
        (submission, part, msgspec.json.encode(outcomes)),
    )


def complete(database: Database, submission: SubmissionId, *, now: Tick) -> None:
    """Close a submission: its body is no longer needed."""
    database.execute(
        "UPDATE submissions SET completed = %s, listing = NULL, body = NULL WHERE id = %s", (now, submission)
    )


def find_submission(
    database: Database, submission: SubmissionId, organisation: OrganisationId, *, completed_after: Tick
) -> Submission | None:
    """Return a submission of the organisation, None where there is none or it ended before the given instant."""
    found = database.execute(
        "SELECT collection, received, total, listing FROM submissions"
        " WHERE id = %s AND organisation = %s AND (completed IS NULL OR completed > %s)",
        (submission, organisation, completed_after),
    ).fetchone()
    if found is None:
        return None
    collection, received, total, listing = found
    outcomes = _outcomes(database, submission)
    done = {outcome.position for outcome in outcomes}
    listed = () if listing is None else msgspec.json.decode(listing, type=tuple[Outcome, ...])
    return Submission(
        id=submission,
        collection=CollectionId(collection),
        organisation=organisation,
        received=Tick(received),
        total=total,
        outcomes=tuple(sorted(outcomes, key=lambda outcome: outcome.position)),
        pending=tuple(entry for entry in listed if entry.position not in done),
    )


def list_receipts(
    database: Database, *, organisation: OrganisationId | None, before: tuple[Tick, str] | None, limit: int
) -> tuple[tuple[Receipt, Tick | None], ...]:
    """Return receipts with the instant at which each was complete, newest first: all, or those of one organisation.

    `before` is when the last one of the page before was received, and its id.
    """
    received, name = before or (None, None)
    rows = database.execute(
        "SELECT id::text, collection, organisation, account, received, total, completed FROM submissions"
        " WHERE (%(organisation)s::text IS NULL OR organisation = %(organisation)s)"
        " AND (%(received)s::bigint IS NULL OR (received, id) < (%(received)s, %(name)s::uuid))"
        " ORDER BY received DESC, id DESC LIMIT %(limit)s",
        {"organisation": organisation, "received": received, "name": name, "limit": limit},
    ).fetchall()
    return tuple((_receipt_of(row), None if row[6] is None else Tick(row[6])) for row in rows)


def find_receipt(database: Database, submission: SubmissionId) -> tuple[Receipt, Tick | None] | None:
    """Return a receipt with the instant at which it was complete; None where there is none."""
    row = database.execute(
        "SELECT id::text, collection, organisation, account, received, total, completed FROM submissions"
        " WHERE id = %s::uuid",
        (submission,),
    ).fetchone()
    return None if row is None else (_receipt_of(row), None if row[6] is None else Tick(row[6]))


def load_pending(database: Database, submission: SubmissionId) -> tuple[Receipt, bytes] | None:
    """Return the receipt and body of a submission that is still to be processed."""
    found = database.execute(
        "SELECT collection, organisation, account, received, total, body FROM submissions"
        " WHERE id = %s AND completed IS NULL",
        (submission,),
    ).fetchone()
    if found is None:
        return None
    collection, organisation, account, received, total, body = found
    receipt = Receipt(
        id=submission,
        collection=CollectionId(collection),
        organisation=OrganisationId(organisation),
        account=AccountId(account),
        received=Tick(received),
        total=total,
    )
    return receipt, body


def load_progress(database: Database, submission: SubmissionId) -> Progress:
    """Return what of a submission has been processed."""
    ((parts,),) = database.execute("SELECT count(*) FROM outcomes WHERE submission = %s", (submission,)).fetchall()
    done = frozenset(outcome.position for outcome in _outcomes(database, submission))
    return Progress(parts=parts, positions=done)


def count_refused(database: Database, submission: SubmissionId) -> int:
    """Return how many objects of a submission were refused."""
    return sum(outcome.code is not None for outcome in _outcomes(database, submission))


def pending_submissions(database: Database) -> list[SubmissionId]:
    """Return what is still to be processed, oldest first."""
    rows = database.execute("SELECT id::text FROM submissions WHERE completed IS NULL ORDER BY received")
    return [SubmissionId(name) for (name,) in rows]


def claim(database: Database, submission: SubmissionId) -> bool:
    """Take a submission for this connection alone, until it is released or the connection ends; False if taken."""
    ((taken,),) = database.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", (submission,)).fetchall()
    return bool(taken)


def release(database: Database, submission: SubmissionId) -> None:
    """Give back a submission that this connection has claimed."""
    database.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", (submission,))


def expire(database: Database, *, completed_before: Tick) -> int:
    """Remove submissions that ended before the given instant and return how many."""
    return database.execute("DELETE FROM submissions WHERE completed < %s", (completed_before,)).rowcount


def _receipt_of(row: Sequence[Any]) -> Receipt:
    submission, collection, organisation, account, received, total, _ = row
    return Receipt(
        id=SubmissionId(submission),
        collection=CollectionId(collection),
        organisation=OrganisationId(organisation),
        account=AccountId(account),
        received=Tick(received),
        total=total,
    )


def _outcomes(database: Database, submission: SubmissionId) -> list[Outcome]:
    rows = database.execute("SELECT document FROM outcomes WHERE submission = %s ORDER BY part", (submission,))
    decode = msgspec.json.Decoder(list[Outcome]).decode
    return [outcome for (document,) in rows for outcome in decode(document)]
