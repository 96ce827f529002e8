"""Write versions of agreements, before anybody is asked to sign them."""

from dataclasses import replace

from hub.domain.agreements import AgreementDocument, AgreementRecord, AgreementState, AgreementVersion
from hub.domain.directory import Act
from hub.domain.errors import ConflictError, UnprocessableError
from hub.domain.identifiers import AgreementId
from hub.policy.agreements import life
from hub.policy.agreements.canonical import drafted
from hub.policy.agreements.pairs import is_of_pair
from hub.services.agreements.catalogue import known_version, locked_record
from hub.services.agreements.transitions.changing import write
from hub.store.agreements.records import lock_record
from hub.store.agreements.writing import delete_draft, insert_agreement, write_record
from hub.store.database import Database, Pool
from hub.store.ledger import record as note


def draft(pool: Pool, document: AgreementDocument, *, act: Act) -> AgreementRecord:
    """Keep a document as a draft: a new agreement (version 1), the next version of one, or its draft written anew.

    `act.expects` is given the AgreementRecord as it stands, and is not called where the agreement is new. The same
    document again changes nothing. Raise ConflictError where the version is not the next, the effect another, or the
    agreement has ended; UnprocessableError for an id that the hub keeps for itself.
    """
    if is_of_pair(document.id):
        raise UnprocessableError(f"{document.id} is the hub's own, for a pair of members; choose another id.")
    with pool.transaction() as database:
        insert_agreement(database, document.id)
        known = lock_record(database, document.id)
        version = drafted(document, at=act.at)
        if known is None:
            _require_number(document, 1)
            return _written(database, None, AgreementRecord(id=document.id, versions=(version,)), act=act)
        act.expects(known)
        there = known.version(document.version)
        if there is not None and there.digest == version.digest:
            return known
        _require_next(known, document)
        kept = tuple(other for other in known.versions if other.number != document.version)
        return _written(database, known, replace(known, versions=(*kept, version)), act=act)


def discard(pool: Pool, agreement_id: AgreementId, number: int, *, act: Act) -> AgreementRecord | None:
    """Drop a draft as if it had never been, or end a proposal that is not active yet.

    Return the agreement, or None where nothing is left of it. Raise NotFoundError, ConflictError for an active version.
    """
    with pool.transaction() as database:
        known = locked_record(database, agreement_id)
        act.expects(known)
        version = known_version(known, number)
        match version.state:
            case AgreementState.DRAFT:
                return _removed(database, known, version, act=act)
            case AgreementState.PROPOSED:
                after = life.declined(known, frozenset({number}), at=act.at)
                awaiting = known.awaiting if known.awaiting and known.awaiting.version != number else None
                return write(
                    database,
                    known,
                    replace(after, awaiting=awaiting),
                    act=act,
                    action="agreement.discard",
                    detail={"version": number},
                )
            case AgreementState.ENDED:
                return known
            case _:
                raise ConflictError(
                    f"Version {number} of {agreement_id} is {version.state}; hub agreement end ends the agreement."
                )


def _written(database: Database, known: AgreementRecord | None, after: AgreementRecord, *, act: Act) -> AgreementRecord:
    """Write a draft. No rule looks at one, so the policy stays as it is."""
    write_record(database, known, after)
    detail = {"version": after.newest.number, "digest": after.newest.digest}
    note(database, actor=act.actor, action="agreement.draft", subject=after.id, detail=detail)
    return after


def _removed(
    database: Database, known: AgreementRecord, version: AgreementVersion, *, act: Act
) -> AgreementRecord | None:
    delete_draft(database, known.id, version.number)
    detail = {"version": version.number, "digest": version.digest}
    note(database, actor=act.actor, action="agreement.discard", subject=known.id, detail=detail)
    left = tuple(other for other in known.versions if other.number != version.number)
    return replace(known, versions=left) if left else None


def _require_next(known: AgreementRecord, document: AgreementDocument) -> None:
    if life.is_over(known):
        raise ConflictError(f"{known.id} has ended; give a new agreement an id of its own.")
    newest = known.newest
    _require_number(document, newest.number if newest.state is AgreementState.DRAFT else newest.number + 1)
    if any(version.document.effect is not document.effect for version in known.versions if version.proposed):
        raise ConflictError(f"{known.id} is a {newest.document.effect}; what has another effect is another agreement.")


def _require_number(document: AgreementDocument, number: int) -> None:
    if document.version != number:
        raise ConflictError(
            f"The next version of {document.id} is {number}, and this is version {document.version}; write"
            f" version = {number}."
        )
