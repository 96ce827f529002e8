"""What explanations answer with, and how an answer is written as JSON."""

from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from hub.domain.agreements import Obligations
from hub.domain.clock import tick_of, timestamp_of
from hub.domain.handling import Tlp
from hub.domain.identifiers import AccountId, AgreementId, MemberCode, OrganisationId, StixId, Tick
from hub.domain.pages import Channel
from hub.policy.tracing import ClauseReached, Passed

Json = Any
"""What `json.dumps` takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer of the rules: allowed or not, by which rule, why in a stable word (`reason`) and in words (`why`).

    `agreement`, `agreement_version`, `title` and `clause` are set where SR-09 or SR-10 decides, and `obligations` where
    a clause grants: what the reader owes for it.
    """

    allowed: bool
    rule: str
    reason: str
    why: str
    miss: str | None
    agreement: AgreementId | None
    agreement_version: int | None
    title: str | None
    clause: str | None
    obligations: Obligations | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One of the three handlings that must all be allowed (`own`, `newest`, `producers`), and the way to its answer.

    `newest` is that of the newest version in the same collection, `producers` of the producer's newest anywhere.
    """

    part: str
    tlp: Tlp
    added: datetime
    answer: Answer
    passed: tuple[Passed, ...]
    clauses: tuple[ClauseReached, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionExplained:
    """A version, without its content, and why an account may or may not read it. `decided_by` names the part."""

    version: datetime | None
    added: datetime
    producer: OrganisationId
    type: str
    collection: str
    allowed: bool
    decided_by: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectExplained:
    """Every version of an object, in order of position; none where the hub does not hold it."""

    object_id: StixId
    account: AccountId
    at: datetime
    versions: tuple[VersionExplained, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What all accounts of an organisation get that declare a purpose, or the one account that an audience names."""

    purpose: str
    account: AccountId | None
    answer: Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationVerdicts:
    """Who of an organisation may read a version. One without active accounts has no verdicts."""

    organisation: OrganisationId
    name: str
    member: MemberCode | None
    kind: str
    verdicts: tuple[Verdict, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Readership:
    """Who may read a version of one's own: every organisation, in order of id."""

    version: datetime | None
    added: datetime
    collection: str
    organisations: tuple[OrganisationVerdicts, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A version that an account was given, at some time between `first_at` and `last_at`, at this position of its."""

    account: AccountId
    organisation: OrganisationId
    channel: Channel
    version: datetime | None
    collection: str
    position: Tick
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Readers:
    """Who may read an object of one's own organisation now, and who has been given it, also where it is deleted."""

    object_id: StixId
    at: datetime
    can_read: tuple[Readership, ...]
    has_read: tuple[Receipt, ...]


def as_json(value: object) -> Json:
    """Write an answer as JSON: levels by their label, instants as TAXII timestamps, ages in seconds, None for any."""
    if is_dataclass(value):
        return {field.name: as_json(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple | frozenset):
        written = [as_json(each) for each in value]
        return sorted(written) if isinstance(value, frozenset) else written
    return _plain(value)


def _plain(value: object) -> Json:
    match value:
        case Tlp():
            return value.label
        case Enum():
            return value.value
        case datetime():
            return timestamp_of(tick_of(value))
        case timedelta():
            return None if value == timedelta.max else int(value.total_seconds())
        case _:
            return value
