"""Take in the signatures of the parties."""

from hub.domain.agreements import AgreementRecord, AgreementState, AgreementVersion, DetachedSignature, Key, Signature
from hub.domain.directory import Act, OrganisationKind
from hub.domain.errors import ConflictError, ForbiddenError, NotFoundError, UnprocessableError
from hub.domain.identifiers import AgreementId, KeyId, MemberCode
from hub.policy.agreements import life
from hub.policy.agreements.signatures import verifies
from hub.services.agreements.catalogue import known_version, locked_record
from hub.services.agreements.standing import advance
from hub.services.agreements.transitions.changing import write
from hub.store.database import Database, Pool
from hub.store.directory.keys import lock_key
from hub.store.directory.organisations import lock_organisation


def sign(
    pool: Pool, agreement_id: AgreementId, number: int, signature: DetachedSignature, *, act: Act
) -> AgreementRecord:
    """Verify a signature over a version's canonical bytes and keep it for the party whose national CERT gave it.

    The last signature makes the version active. A party that has signed is not asked again: nothing changes.
    Raise NotFoundError for an unknown agreement, version or key, ForbiddenError (`KEY_REVOKED`, `NOT_A_PARTY`,
    `NOT_THE_CERT`), UnprocessableError (`BAD_SIGNATURE`), ConflictError for a version that is not proposed.
    """
    with pool.transaction() as database:
        key = _usable_key(database, signature.key)
        member = _member_of(database, key)
        known = locked_record(database, agreement_id)
        act.expects(known)
        version = known_version(known, number)
        _require_party(version, member)
        _require_valid(version, signature, key)
        if member in version.signed_by:
            return known
        if version.state is not AgreementState.PROPOSED:
            raise ConflictError(
                f"Version {number} of {agreement_id} is {version.state}; signatures are taken while it is proposed."
            )
        given = Signature(member=member, key=signature.key, value=signature.value, actor=act.actor, at=act.at)
        after = life.signed(known, number, given)
        detail = {"version": number, "member": member, "key": signature.key, "digest": version.digest}
        after = write(database, known, after, act=act, action="agreement.sign", detail=detail)
        return advance(database, after, number, act=act)


def _usable_key(database: Database, key_id: KeyId) -> Key:
    """Return a key that may sign, and let nobody revoke it until we are done."""
    key = lock_key(database, key_id)
    if key is None:
        raise NotFoundError(f"There is no key {key_id}; register it with hub key add.")
    if key.revoked is not None:
        raise ForbiddenError(f"The key {key.id} was revoked and signs nothing any more.", code="KEY_REVOKED")
    return key


def _member_of(database: Database, key: Key) -> MemberCode:
    """Return the member that the key's organisation signs for, and keep the organisation as it is until we are done."""
    owner = lock_organisation(database, key.organisation)
    if owner is None or owner.member is None or owner.kind is not OrganisationKind.CERT or not owner.active:
        raise ForbiddenError(
            f"{key.organisation} is not the active national CERT of a member, and only that signs for a party.",
            code="NOT_THE_CERT",
        )
    return owner.member


def _require_party(version: AgreementVersion, member: MemberCode) -> None:
    if member not in version.document.parties:
        raise ForbiddenError(
            f"{member} is not a party to version {version.number} of {version.document.id}.", code="NOT_A_PARTY"
        )


def _require_valid(version: AgreementVersion, signature: DetachedSignature, key: Key) -> None:
    if not verifies(key.public_key, signature.value, version.canonical):
        raise UnprocessableError(
            f"This is not a signature by {signature.key} over version {version.number} of {version.document.id};"
            f" sign the document whose SHA-256 is {version.digest}.",
            code="BAD_SIGNATURE",
        )
