"""What the second implementation is asked, and what it answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from hub.domain.agreements import Agreement
from hub.domain.directory import Account, Member, Organisation
from hub.domain.handling import Handling
from hub.domain.identifiers import AccountId, MemberCode, OrganisationId


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Who takes part, and every version of every agreement."""

    members: Mapping[MemberCode, Member]
    organisations: Mapping[OrganisationId, Organisation]
    accounts: Mapping[AccountId, Account]
    agreements: tuple[Agreement, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the document says of one question; SR-09 and SR-10 cite an agreement, SR-11 the miss."""

    allowed: bool
    rule: str
    reason: str
    agreement: str | None = None
    version: int | None = None
    clause: str | None = None
    miss: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One reader and one object version, with what the directory says of both."""

    account: Account
    organisation: Organisation
    member: Member | None
    producer: Organisation | None
    handling: Handling
    date_added: datetime
    at: datetime
    named_as_account: bool
    named_as_organisation: bool
