"""Vectors files: a world and cases with the decision that each must get, read from JSON."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, TypeVar

import msgspec

from hub.domain.agreements import Agreement, AgreementState, Clause, Effect, Reach
from hub.domain.directory import Account, Member, MemberStatus, Organisation, OrganisationKind, Role
from hub.domain.documents import TlpLabel
from hub.domain.errors import ConfigurationError
from hub.domain.handling import Audience, Handling, Tlp
from hub.domain.identifiers import AccountId, AgreementId, MemberCode, OrganisationId
from hub.policy.world import World

_Instant = Annotated[datetime, msgspec.Meta(tz=True)]
_Form = TypeVar("_Form")


class _Member(msgspec.Struct, frozen=True):
    status: MemberStatus


class _Organisation(msgspec.Struct, frozen=True):
    member: MemberCode | None
    kind: OrganisationKind
    served_by: OrganisationId | None
    cross_border: bool
    active: bool


class _Account(msgspec.Struct, frozen=True):
    organisation: OrganisationId
    roles: frozenset[Role]
    purpose: str
    active: bool


class _Clause(msgspec.Struct, frozen=True, rename={"origins": "from", "destinations": "to"}):
    number: str
    origins: frozenset[str]
    destinations: frozenset[str]
    tlp_max: TlpLabel
    types: frozenset[str]
    purposes: frozenset[str]
    reach: Reach
    recipients: frozenset[OrganisationId]
    max_age_days: int | None


class _Agreement(msgspec.Struct, frozen=True):
    id: AgreementId
    version: int
    effect: Effect
    state: AgreementState
    parties: frozenset[MemberCode]
    signed_by: frozenset[MemberCode]
    valid_from: _Instant
    valid_until: _Instant | None
    clauses: tuple[_Clause, ...]


class _World(msgspec.Struct, frozen=True):
    members: dict[MemberCode, _Member]
    organisations: dict[OrganisationId, _Organisation]
    accounts: dict[AccountId, _Account]
    agreements: tuple[_Agreement, ...]


class _Audience(msgspec.Struct, frozen=True):
    members: frozenset[MemberCode]
    organisations: frozenset[OrganisationId]
    accounts: frozenset[AccountId]


class _Object(msgspec.Struct, frozen=True):
    producer: OrganisationId
    type: str
    tlp: TlpLabel
    audience: _Audience | tuple[_Audience, ...] | None
    unknown_marking: bool
    date_added: _Instant


class Expected(msgspec.Struct, frozen=True, omit_defaults=True):
    """The decision that a case must get; what is None here is left open."""

    allowed: bool
    rule: str
    reason: str
    agreement: str | None = None
    clause: str | None = None
    miss: str | None = None


class _Case(msgspec.Struct, frozen=True):
    id: str
    account: AccountId
    object: _Object
    at: _Instant
    expect: Expected


class _File(msgspec.Struct, frozen=True):
    world: object
    cases: tuple[dict[str, object], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Vector:
    """One case: who asks for what and when, and what the answer must be."""

    id: str
    account: AccountId
    handling: Handling
    added: datetime
    at: datetime
    expected: Expected


def read_vectors(content: bytes, *, source: str) -> tuple[World, tuple[Vector, ...]]:
    """Read a vectors file; raise ConfigurationError naming the source, the case and the key that is wrong."""
    try:
        file = msgspec.json.decode(content, type=_File)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{source}: {error}") from error
    world = _world_of(_read(file.world, _World, source=f"{source}: world"))
    cases = (_read(case, _Case, source=f"{source}: {_title(case, index)}") for index, case in enumerate(file.cases))
    return world, tuple(map(_vector_of, cases))


def _title(case: Mapping[str, object], index: int) -> str:
    name = case.get("id")
    return f"case {name}" if isinstance(name, str) else f"case number {index + 1}"


def _read(content: object, form: type[_Form], *, source: str) -> _Form:
    try:
        return msgspec.convert(content, form)
    except msgspec.ValidationError as error:
        raise ConfigurationError(f"{source}: {error}") from error


def _vector_of(case: _Case) -> Vector:
    match case.object.audience:
        case None:
            audiences: tuple[_Audience, ...] = ()
        case _Audience() as one:
            audiences = (one,)
        case several:
            audiences = several
    handling = Handling(
        producer=case.object.producer,
        type=case.object.type,
        tlp=Tlp.parse(case.object.tlp),
        audiences=frozenset(map(_audience_of, audiences)),
        unknown_marking=case.object.unknown_marking,
    )
    return Vector(
        id=case.id,
        account=case.account,
        handling=handling,
        added=case.object.date_added,
        at=case.at,
        expected=case.expect,
    )


def _audience_of(record: _Audience) -> Audience:
    return Audience(members=record.members, organisations=record.organisations, accounts=record.accounts)


def _world_of(record: _World) -> World:
    return World(
        members={code: Member(code=code, name=code, status=member.status) for code, member in record.members.items()},
        organisations={id_: _organisation_of(id_, found) for id_, found in record.organisations.items()},
        accounts={id_: _account_of(id_, found) for id_, found in record.accounts.items()},
        agreements=tuple(map(_agreement_of, record.agreements)),
    )


def _organisation_of(organisation: OrganisationId, record: _Organisation) -> Organisation:
    return Organisation(
        id=organisation,
        member=record.member,
        kind=record.kind,
        name=organisation,
        served_by=record.served_by,
        cross_border=record.cross_border,
        active=record.active,
        identity=None,
    )


def _account_of(account: AccountId, record: _Account) -> Account:
    return Account(
        id=account,
        organisation=record.organisation,
        roles=record.roles,
        purpose=record.purpose,
        active=record.active,
    )


def _agreement_of(record: _Agreement) -> Agreement:
    return Agreement(
        id=record.id,
        version=record.version,
        title=record.id,
        effect=record.effect,
        state=record.state,
        parties=record.parties,
        signed_by=record.signed_by,
        valid_from=record.valid_from,
        valid_until=record.valid_until,
        clauses=tuple(map(_clause_of, record.clauses)),
    )


def _clause_of(record: _Clause) -> Clause:
    return Clause(
        number=record.number,
        origins=record.origins,
        destinations=record.destinations,
        tlp_max=Tlp.parse(record.tlp_max),
        types=record.types,
        purposes=record.purposes,
        reach=record.reach,
        recipients=record.recipients,
        max_age_days=record.max_age_days,
    )
