"""Agreements written: a row each version, signature and approval that is awaited."""

from hub.domain.agreements import AgreementRecord, AgreementVersion, Awaiting, Signature
from hub.domain.identifiers import AgreementId
from hub.store.database import Database


def insert_agreement(database: Database, agreement_id: AgreementId) -> None:
    """Take the id of an agreement, or lock the agreement that has it; whoever comes second waits for the first."""
    database.execute(
        "INSERT INTO agreements (id) VALUES (%s) ON CONFLICT (id) DO UPDATE SET id = excluded.id", (agreement_id,)
    )


def write_record(database: Database, before: AgreementRecord | None, after: AgreementRecord) -> None:
    """Write the versions, signatures and awaited approval in which `after` differs from `before`."""
    for version in after.versions:
        known = None if before is None else before.version(version.number)
        if version != known:
            _write_version(database, version)
            for signature in version.signatures[len(known.signatures) if known else 0 :]:
                _insert_signature(database, version, signature)
    if after.awaiting != (before and before.awaiting):
        _write_awaiting(database, after.id, after.awaiting)


def delete_draft(database: Database, agreement_id: AgreementId, number: int) -> None:
    """Remove a draft, and the agreement where nothing is left of it."""
    database.execute(
        "DELETE FROM agreement_versions WHERE agreement = %s AND version = %s AND state = 'draft'",
        (agreement_id, number),
    )
    database.execute(
        "DELETE FROM agreements WHERE id = %s AND NOT EXISTS (SELECT FROM agreement_versions WHERE agreement = id)",
        (agreement_id,),
    )


def has_any(database: Database) -> bool:
    """Whether there is, or ever was, an agreement."""
    row = database.execute(
        "SELECT EXISTS (SELECT FROM agreements) OR EXISTS (SELECT FROM ledger WHERE action LIKE 'agreement.%')"
    ).fetchone()
    return row is not None and bool(row[0])


def _write_version(database: Database, version: AgreementVersion) -> None:
    """Write a version; its document may change only while it is a draft."""
    database.execute(
        "INSERT INTO agreement_versions AS known (agreement, version, document, digest, state, drafted, proposed,"
        " proposed_by, activated, ended) VALUES (%s, %s, %s, decode(%s, 'hex'), %s, %s, %s, %s, %s, %s)"
        " ON CONFLICT (agreement, version) DO UPDATE SET"
        " document = CASE WHEN known.state = 'draft' THEN excluded.document ELSE known.document END,"
        " digest = CASE WHEN known.state = 'draft' THEN excluded.digest ELSE known.digest END,"
        " state = excluded.state, drafted = excluded.drafted, proposed = excluded.proposed,"
        " proposed_by = excluded.proposed_by, activated = excluded.activated, ended = excluded.ended",
        (
            version.document.id,
            version.number,
            version.canonical,
            version.digest,
            version.state,
            version.drafted,
            version.proposed,
            version.proposed_by,
            version.activated,
            version.ended,
        ),
    )


def _insert_signature(database: Database, version: AgreementVersion, signature: Signature) -> None:
    database.execute(
        "INSERT INTO agreement_signatures (agreement, version, member, key, signature, actor, signed)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s)",
        (
            version.document.id,
            version.number,
            signature.member,
            signature.key,
            signature.value,
            signature.actor,
            signature.at,
        ),
    )


def _write_awaiting(database: Database, agreement_id: AgreementId, awaiting: Awaiting | None) -> None:
    database.execute("DELETE FROM agreement_approvals WHERE agreement = %s", (agreement_id,))
    if awaiting is not None:
        database.execute(
            "INSERT INTO agreement_approvals (agreement, transition, version, asked_by, asked, producers, member)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s)",
            (
                agreement_id,
                awaiting.transition,
                awaiting.version,
                awaiting.asked_by,
                awaiting.asked_at,
                list(awaiting.producers),
                awaiting.member,
            ),
        )
