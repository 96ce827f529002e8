"""Agreements to look at, with everything that has happened to them."""

from hub.domain.agreements import AgreementRecord, AgreementVersion
from hub.domain.identifiers import AgreementId
from hub.store.database import Pool


def list_agreements(pool: Pool) -> tuple[AgreementRecord, ...]:
    """Return every agreement with all its versions, in order of id."""
    raise NotImplementedError


def show_agreement(pool: Pool, agreement_id: AgreementId) -> AgreementRecord:
    """Return one agreement; raise NotFoundError."""
    raise NotImplementedError


def show_version(pool: Pool, agreement_id: AgreementId, number: int) -> AgreementVersion:
    """Return one version; its `canonical` is what a party signs. Raise NotFoundError."""
    raise NotImplementedError
