"""Agreements to look at, with everything that has happened to them."""

from hub.domain.agreements import AgreementRecord, AgreementVersion
from hub.domain.errors import NotFoundError
from hub.domain.identifiers import AgreementId
from hub.store.agreements.records import find_record, list_records, lock_record
from hub.store.database import Database, Pool


def list_agreements(pool: Pool) -> tuple[AgreementRecord, ...]:
    """Return every agreement with all its versions, in order of id."""
    with pool.snapshot() as database:
        return list_records(database)


def show_agreement(pool: Pool, agreement_id: AgreementId) -> AgreementRecord:
    """Return one agreement; raise NotFoundError."""
    with pool.snapshot() as database:
        return known_record(find_record(database, agreement_id), agreement_id)


def show_version(pool: Pool, agreement_id: AgreementId, number: int) -> AgreementVersion:
    """Return one version; its `canonical` is what a party signs. Raise NotFoundError."""
    return known_version(show_agreement(pool, agreement_id), number)


def locked_record(database: Database, agreement_id: AgreementId) -> AgreementRecord:
    """Lock an agreement and return it; raise NotFoundError."""
    return known_record(lock_record(database, agreement_id), agreement_id)


def known_record(record: AgreementRecord | None, agreement_id: AgreementId) -> AgreementRecord:
    """Return the agreement; raise NotFoundError where there is none."""
    if record is None:
        raise NotFoundError(f"There is no agreement {agreement_id}; hub agreement list names them all.")
    return record


def known_version(record: AgreementRecord, number: int) -> AgreementVersion:
    """Return a version of an agreement; raise NotFoundError where there is none of that number."""
    version = record.version(number)
    if version is None:
        raise NotFoundError(f"{record.id} has no version {number}; its newest is {record.newest.number}.")
    return version
