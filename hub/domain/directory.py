"""Who takes part: member countries, their organisations, and the accounts of these."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hub.domain.identifiers import AccountId, MemberCode, OrganisationId, StixId


class MemberStatus(StrEnum):
    """Where a member country stands."""

    ACTIVE = "active"
    OBSERVER = "observer"
    SUSPENDED = "suspended"


class OrganisationKind(StrEnum):
    """What an organisation is to its country."""

    CERT = "cert"
    CONSTITUENT = "constituent"
    PARTNER = "partner"
    HUB = "hub"


class Role(StrEnum):
    """What an account may do. An administrator keeps its own organisation's accounts, tokens and keys."""

    PRODUCER = "producer"
    ANALYST = "analyst"
    OPERATOR = "operator"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A member country of the forum, or an observer."""

    code: MemberCode
    name: str
    status: MemberStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """A body that publishes and reads: a national CERT, its constituent, a private partner, or the hub's operators.

    `member` is None only for the kind `hub`. `served_by` names the organisation it is a client of. `cross_border` is
    its own consent that its amber and stricter content may leave its country. `identity` is its STIX identity.
    """

    id: OrganisationId
    member: MemberCode | None
    kind: OrganisationKind
    name: str
    served_by: OrganisationId | None
    cross_border: bool
    active: bool
    identity: StixId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One person or program of an organisation, with one declared purpose."""

    id: AccountId
    organisation: OrganisationId
    roles: frozenset[Role]
    purpose: str
    active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Who is asking: an account whose credentials were verified, with what it belongs to."""

    account: Account
    organisation: Organisation
    member: Member | None


class ContactKind(StrEnum):
    """What a contact is there for: incidents at any hour, the technical side, or agreements."""

    INCIDENTS = "incidents"
    TECHNICAL = "technical"
    AGREEMENTS = "agreements"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """One person or desk. `phone` is in the form of E.164, or None."""

    kind: ContactKind
    name: str
    email: str
    phone: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Introduction:
    """The member that vouched for another, None where the operators did, and the contacts at the other."""

    sponsor: MemberCode | None
    contacts: tuple[Contact, ...]


def _whatever_it_is(_known: object) -> None:
    """Expect nothing in particular."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """A change that somebody asks for: who, as the ledger names them, and when.

    `expects` is called with the thing as it stands, under its lock, before it changes; it raises a HubError where that
    is not what the asker has seen.
    """

    actor: str
    at: datetime
    expects: Callable[[object], None] = _whatever_it_is
