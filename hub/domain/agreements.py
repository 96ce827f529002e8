"""Sharing agreements between members: documents whose clauses the reading rules execute."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from hub.domain.handling import Tlp
from hub.domain.identifiers import AgreementId, KeyId, MemberCode, OrganisationId

ANY = "*"
"""In `origins`, `destinations`, `types` and `purposes`: every one."""


class Effect(StrEnum):
    """Whether an agreement opens or closes."""

    PERMIT = "permit"
    EXCLUDE = "exclude"


class AgreementState(StrEnum):
    """Where a version of an agreement stands in its life."""

    DRAFT = "draft"
    PROPOSED = "proposed"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    ENDED = "ended"


class PermittedActions(StrEnum):
    """What a receiver may do upon what it learns, narrowest first (FIRST IEP 2.0, PERMITTED ACTIONS)."""

    NONE = "none"
    CONTACT_FOR_INSTRUCTION = "contact-for-instruction"
    INTERNALLY_VISIBLE_ACTIONS = "internally-visible-actions"
    EXTERNALLY_VISIBLE_INDIRECT_ACTIONS = "externally-visible-indirect-actions"
    EXTERNALLY_VISIBLE_DIRECT_ACTIONS = "externally-visible-direct-actions"


class Requirement(StrEnum):
    """How a policy statement binds (FIRST IEP 2.0)."""

    MUST = "must"
    MAY = "may"
    MUST_NOT = "must-not"


class Reach(StrEnum):
    """How far amber goes at the receiving member: to its CERT alone, or on to those its CERT serves."""

    CERT = "cert"
    CONSTITUENTS = "constituents"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One numbered grant (or exclusion) of an agreement; `origins` and `destinations` are its `from` and `to`."""

    number: str
    origins: frozenset[str]
    destinations: frozenset[str]
    tlp_max: Tlp
    types: frozenset[str] = frozenset({ANY})
    purposes: frozenset[str] = frozenset({ANY})
    reach: Reach = Reach.CERT
    recipients: frozenset[OrganisationId] = field(default_factory=frozenset)
    max_age_days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """One version of an agreement as the rules see it. `signed_by` are the parties that have signed this very version.

    It holds from the instant it comes into force, to where it ends or another version takes its place.
    """

    id: AgreementId
    version: int
    title: str
    effect: Effect
    state: AgreementState
    parties: frozenset[MemberCode]
    signed_by: frozenset[MemberCode]
    valid_from: datetime
    valid_until: datetime | None
    clauses: tuple[Clause, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Obligations:
    """What a receiver owes for what it reads under an agreement; None where the agreement says nothing of it.

    The hub shows them and does not enforce them. All but `retention_days` and `onward_sharing` are statements of
    FIRST IEP 2.0; `onward_sharing` says whether it may be passed on as far as its TLP goes.
    """

    retention_days: int | None = None
    permitted_actions: PermittedActions | None = None
    affected_party_notifications: Requirement | None = None
    attribution: Requirement | None = None
    unmodified_resale: Requirement | None = None
    encrypt_in_transit: Requirement | None = None
    onward_sharing: Requirement | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementText:
    """What people need to know of an agreement, and no rule looks at; empty where nothing is said."""

    legal_basis: str = ""
    contact: str = ""
    review_date: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementDocument:
    """What the parties sign: one version of an agreement, without anything that happens to it afterwards."""

    id: AgreementId
    version: int
    title: str
    effect: Effect
    parties: frozenset[MemberCode]
    valid_from: datetime
    valid_until: datetime | None
    clauses: tuple[Clause, ...]
    obligations: Obligations = field(default_factory=Obligations)
    text: AgreementText = field(default_factory=AgreementText)


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """An Ed25519 public key (32 bytes) that signs for an organisation until it is revoked."""

    id: KeyId
    organisation: OrganisationId
    public_key: bytes
    added: datetime
    revoked: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DetachedSignature:
    """What a signer hands in: which key, and the 64 bytes of Ed25519 over the canonical document."""

    key: KeyId
    value: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """A verified signature: for which party, by which key, handed in by whom and when."""

    member: MemberCode
    key: KeyId
    value: bytes
    actor: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementVersion:
    """A document with what has happened to it. `canonical` are the bytes that are signed, `digest` their SHA-256 (hex).

    An instant is None where that has not happened. A version that another has replaced stays `active`; it is
    `hub.policy.agreements.succession` that knows from when to when each holds.
    """

    document: AgreementDocument
    canonical: bytes
    digest: str
    state: AgreementState
    drafted: datetime
    proposed: datetime | None = None
    proposed_by: str | None = None
    activated: datetime | None = None
    ended: datetime | None = None
    signatures: tuple[Signature, ...] = ()

    @property
    def number(self) -> int:
        """Its version number."""
        return self.document.version

    @property
    def signed_by(self) -> frozenset[MemberCode]:
        """The parties that have signed it."""
        return frozenset(signature.member for signature in self.signatures)

    @property
    def unsigned(self) -> frozenset[MemberCode]:
        """The parties whose signatures it waits for."""
        return self.document.parties - self.signed_by


class Transition(StrEnum):
    """What operators and parties can do to an agreement that other people may have to approve."""

    ACTIVATE = "activate"
    SUSPEND = "suspend"
    RESUME = "resume"
    END = "end"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True, kw_only=True)
class Awaiting:
    """A transition that waits for a second operator, because it opens content of `producers` who have not signed it.

    `version` is the version that it would activate, or the newest that it would touch; `member` is who withdraws.
    """

    transition: Transition
    version: int
    asked_by: str
    asked_at: datetime
    producers: tuple[OrganisationId, ...]
    member: MemberCode | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementRecord:
    """An agreement with all its versions, in order of number, and the transition that awaits approval."""

    id: AgreementId
    versions: tuple[AgreementVersion, ...]
    awaiting: Awaiting | None = None

    @property
    def newest(self) -> AgreementVersion:
        """The version with the highest number."""
        return self.versions[-1]

    def version(self, number: int) -> AgreementVersion | None:
        """Return the version of a number."""
        return next((version for version in self.versions if version.number == number), None)
