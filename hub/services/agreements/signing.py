"""Take in the signatures of the parties."""

from hub.domain.agreements import AgreementRecord, DetachedSignature
from hub.domain.directory import Act
from hub.domain.identifiers import AgreementId
from hub.store.database import Pool


def sign(
    pool: Pool, agreement_id: AgreementId, number: int, signature: DetachedSignature, *, act: Act
) -> AgreementRecord:
    """Verify a signature over a version's canonical bytes and keep it for the party whose national CERT gave it.

    The last signature makes the version active. A party that has signed is not asked again: nothing changes.
    Raise NotFoundError for an unknown agreement, version or key, ForbiddenError (`KEY_REVOKED`, `NOT_A_PARTY`,
    `NOT_THE_CERT`), UnprocessableError (`BAD_SIGNATURE`), ConflictError for a version that is not proposed.
    """
    raise NotImplementedError
