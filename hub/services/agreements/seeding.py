"""The agreements that a hub without any begins with; from then on the database is the truth."""

from collections.abc import Iterable

from hub.domain.agreements import AgreementDocument, AgreementRecord
from hub.domain.directory import Act
from hub.domain.identifiers import AgreementId
from hub.policy.agreements import life
from hub.policy.agreements.canonical import canonical_bytes, drafted
from hub.services.policy_change import policy_change
from hub.store.agreements.records import list_records
from hub.store.agreements.writing import has_any, insert_agreement, write_record
from hub.store.database import Database
from hub.store.ledger import record as note
from hub.store.log.head import lock_head


def seed_agreements(database: Database, documents: Iterable[AgreementDocument], *, act: Act) -> tuple[AgreementId, ...]:
    """Take the documents over where the hub has no agreement and never had one; return those it has otherwise.

    What nobody has to sign is active then, and the rest is a draft for operators to propose. On any other hub nothing
    is changed: returned are the ids of the documents that the hub has not in just this form.
    """
    lock_head(database)
    if not has_any(database):
        for document in documents:
            _seed(database, document, act=act)
        return ()
    kept = {version.canonical for record in list_records(database) for version in record.versions}
    return tuple(document.id for document in documents if canonical_bytes(document) not in kept)


def _seed(database: Database, document: AgreementDocument, *, act: Act) -> None:
    record = AgreementRecord(id=document.id, versions=(drafted(document, at=act.at),))
    if not document.parties:
        proposed = life.proposed(record, document.version, by=act.actor, at=act.at)
        record = life.activated(proposed, document.version, at=act.at)
    detail = {"version": document.version, "state": record.newest.state, "digest": record.newest.digest}
    with policy_change(database, act):
        insert_agreement(database, record.id)
        write_record(database, None, record)
        note(database, actor=act.actor, action="agreement.seed", subject=record.id, detail=detail)
