"""Write versions of agreements, before anybody is asked to sign them."""

from hub.domain.agreements import AgreementDocument, AgreementRecord
from hub.domain.directory import Act
from hub.domain.identifiers import AgreementId
from hub.store.database import Pool


def draft(pool: Pool, document: AgreementDocument, *, act: Act) -> AgreementRecord:
    """Keep a document as a draft: a new agreement (version 1), the next version of one, or its draft written anew.

    `act.expects` is given the AgreementRecord as it stands, and nothing where the agreement is new. The same document
    again changes nothing. Raise ConflictError where the version is not the next, or the agreement has ended.
    """
    raise NotImplementedError


def discard(pool: Pool, agreement_id: AgreementId, number: int, *, act: Act) -> AgreementRecord | None:
    """Drop a draft as if it had never been, or end a proposal that is not active yet.

    Return the agreement, or None where nothing is left of it. Raise NotFoundError, ConflictError for an active version.
    """
    raise NotImplementedError
