"""Agreements for tests: put in force in one line, or signed with real keys as CERTs sign."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hub.domain.agreements import (
    Agreement,
    AgreementDocument,
    AgreementRecord,
    AgreementState,
    AgreementVersion,
    DetachedSignature,
    Signature,
)
from hub.domain.identifiers import AgreementId, KeyId, MemberCode, OrganisationId
from hub.policy.agreements.canonical import canonical_bytes, digest_of
from hub.services.agreements.catalogue import show_version
from hub.services.agreements.drafting import draft
from hub.services.agreements.signing import sign
from hub.services.agreements.standing import propose
from hub.services.directory.keys import add_key
from hub.services.policy_change import policy_change
from hub.store.agreements.writing import insert_agreement, write_record
from hub.store.database import Database, Pool
from tests.support.acts import made

ACTOR = "tests:agreements"
_NO_SIGNATURE = bytes(64)


@dataclass(frozen=True, slots=True)
class Signer:
    """An organisation with a key pair of its own, the public half of which the hub knows."""

    organisation: OrganisationId
    key: KeyId
    private: Ed25519PrivateKey = field(repr=False)

    def sign(self, pool: Pool, agreement_id: str, number: int = 1, *, at: datetime | None = None) -> AgreementRecord:
        """Sign a version as it stands in the hub."""
        version = show_version(pool, AgreementId(agreement_id), number)
        signature = DetachedSignature(key=self.key, value=self.private.sign(version.canonical))
        return sign(pool, AgreementId(agreement_id), number, signature, act=made(f"{self.organisation}/signer", at=at))


def signer(pool: Pool, organisation: str) -> Signer:
    """Register a new key for an organisation."""
    private = Ed25519PrivateKey.generate()
    key = add_key(pool, OrganisationId(organisation), private.public_key().public_bytes_raw(), act=made(ACTOR))
    return Signer(OrganisationId(organisation), key.id, private)


def conclude(pool: Pool, document: AgreementDocument, *signers: Signer, at: datetime | None = None) -> AgreementRecord:
    """Draft, propose and sign a version, as operators and CERTs do; return what has become of the agreement."""
    draft(pool, document, act=made(ACTOR, at=at))
    record = propose(pool, document.id, document.version, act=made(ACTOR, at=at))
    for each in signers:
        record = each.sign(pool, document.id, document.version, at=at)
    return record


def put_in_force(pool: Pool, *agreements: Agreement, at: datetime | None = None) -> None:
    """Make these, as the rules see them, the agreements that there are, past every step that leads there."""
    with pool.transaction() as database, policy_change(database, made(ACTOR, at=at)):
        replace_agreements(database, agreements)


def replace_agreements(database: Database, agreements: Iterable[Agreement]) -> None:
    """Write these in the place of all there are. Call it in a change of policy."""
    for table in ("agreement_approvals", "agreement_signatures", "agreement_versions", "agreements"):
        database.execute(f"DELETE FROM {table}")  # noqa: S608 - four names of ours
    for agreement in agreements:
        insert_agreement(database, agreement.id)
        record = AgreementRecord(id=agreement.id, versions=(_version(database, agreement),))
        write_record(database, None, record)


def document_behind(agreement: Agreement) -> AgreementDocument:
    """Return the document that the rules would see so."""
    return AgreementDocument(
        id=agreement.id,
        version=agreement.version,
        title=agreement.title,
        effect=agreement.effect,
        parties=agreement.parties,
        valid_from=agreement.valid_from,
        valid_until=agreement.valid_until,
        clauses=agreement.clauses,
    )


def _version(database: Database, agreement: Agreement) -> AgreementVersion:
    document = document_behind(agreement)
    canonical = canonical_bytes(document)
    begun, state = agreement.valid_from, agreement.state
    was_proposed = state is not AgreementState.DRAFT
    return AgreementVersion(
        document=document,
        canonical=canonical,
        digest=digest_of(canonical),
        state=state,
        drafted=begun,
        proposed=begun if was_proposed else None,
        proposed_by=ACTOR if was_proposed else None,
        activated=begun if state not in (AgreementState.DRAFT, AgreementState.PROPOSED) else None,
        ended=begun if state is AgreementState.ENDED else None,
        signatures=tuple(
            Signature(member=member, key=_key_of(database, member), value=_NO_SIGNATURE, actor=ACTOR, at=begun)
            for member in sorted(agreement.signed_by)
        ),
    )


def _key_of(database: Database, member: MemberCode) -> KeyId:
    """Return the name of a key of the member's CERT that nobody holds the private half of."""
    public = sha256(member.encode()).digest()
    name = KeyId(f"SHA256:{member}")
    database.execute(
        "INSERT INTO keys (id, organisation, public_key, added)"
        " SELECT %s, id, %s, now() FROM organisations WHERE member = %s AND kind = 'cert' ORDER BY id LIMIT 1"
        " ON CONFLICT DO NOTHING",
        (name, public, member),
    )
    return name
