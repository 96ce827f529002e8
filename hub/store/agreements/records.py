"""Agreements read with all their versions, signatures and what awaits approval."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from hub.domain.agreements import (
    AgreementRecord,
    AgreementState,
    AgreementVersion,
    Awaiting,
    Signature,
    Transition,
)
from hub.domain.identifiers import AgreementId, KeyId, MemberCode
from hub.policy.agreements.canonical import document_in
from hub.store.database import Database

_Signatures = Mapping[tuple[str, int], list[Signature]]


def list_records(database: Database) -> tuple[AgreementRecord, ...]:
    """Return every agreement in order of id. Call it in a snapshot or under a lock: it is three statements."""
    return _records(
        database.execute(
            "SELECT agreement, version, document, encode(digest, 'hex'), state, drafted, proposed, proposed_by,"
            ' activated, ended FROM agreement_versions ORDER BY agreement COLLATE "C", version'
        ).fetchall(),
        database.execute(
            "SELECT agreement, version, member, key, signature, actor, signed FROM agreement_signatures"
            " ORDER BY signed, member"
        ).fetchall(),
        database.execute(
            "SELECT agreement, transition, version, asked_by, asked, producers, member FROM agreement_approvals"
        ).fetchall(),
    )


def find_record(database: Database, agreement_id: AgreementId) -> AgreementRecord | None:
    """Return one agreement; None where there is none, or nothing of it. Three statements, as `list_records`."""
    found = _records(
        database.execute(
            "SELECT agreement, version, document, encode(digest, 'hex'), state, drafted, proposed, proposed_by,"
            " activated, ended FROM agreement_versions WHERE agreement = %s ORDER BY version",
            (agreement_id,),
        ).fetchall(),
        database.execute(
            "SELECT agreement, version, member, key, signature, actor, signed FROM agreement_signatures"
            " WHERE agreement = %s ORDER BY signed, member",
            (agreement_id,),
        ).fetchall(),
        database.execute(
            "SELECT agreement, transition, version, asked_by, asked, producers, member FROM agreement_approvals"
            " WHERE agreement = %s",
            (agreement_id,),
        ).fetchall(),
    )
    return found[0] if found else None


def lock_record(database: Database, agreement_id: AgreementId) -> AgreementRecord | None:
    """Return one agreement, and let nobody else change it before this transaction ends."""
    database.execute("SELECT id FROM agreements WHERE id = %s FOR NO KEY UPDATE", (agreement_id,))
    return find_record(database, agreement_id)


def _records(
    versions: Sequence[Sequence[Any]], signatures: Sequence[Sequence[Any]], approvals: Sequence[Sequence[Any]]
) -> tuple[AgreementRecord, ...]:
    signed: dict[tuple[str, int], list[Signature]] = defaultdict(list)
    for agreement, number, *rest in signatures:
        signed[agreement, number].append(_signature_of(rest))
    awaiting = {agreement: _awaiting_of(rest) for agreement, *rest in approvals}
    by_agreement: dict[str, list[AgreementVersion]] = defaultdict(list)
    for row in versions:
        by_agreement[row[0]].append(_version_of(row, signed))
    return tuple(
        AgreementRecord(id=AgreementId(agreement), versions=tuple(found), awaiting=awaiting.get(agreement))
        for agreement, found in by_agreement.items()
    )


def _version_of(row: Sequence[Any], signed: _Signatures) -> AgreementVersion:
    agreement, number, canonical, digest, state, drafted, proposed, proposed_by, activated, ended = row
    return AgreementVersion(
        document=document_in(bytes(canonical), source=f"agreement {agreement} version {number}"),
        canonical=bytes(canonical),
        digest=digest,
        state=AgreementState(state),
        drafted=drafted,
        proposed=proposed,
        proposed_by=proposed_by,
        activated=activated,
        ended=ended,
        signatures=tuple(signed.get((agreement, number), ())),
    )


def _signature_of(row: Sequence[Any]) -> Signature:
    member, key, value, actor, at = row
    return Signature(member=MemberCode(member), key=KeyId(key), value=bytes(value), actor=actor, at=at)


def _awaiting_of(row: Sequence[Any]) -> Awaiting:
    transition, version, asked_by, asked, producers, member = row
    return Awaiting(
        transition=Transition(transition),
        version=version,
        asked_by=asked_by,
        asked_at=asked,
        producers=tuple(producers),
        member=None if member is None else MemberCode(member),
    )
