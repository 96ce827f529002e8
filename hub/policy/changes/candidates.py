"""Changes that somebody may be about to make, and the world as it would be after each of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import Final, TypeVar, assert_never

from hub.domain.agreements import Agreement, AgreementDocument, AgreementState
from hub.domain.directory import MemberStatus
from hub.domain.errors import NotFoundError, UnprocessableError
from hub.domain.identifiers import AccountId, AgreementId, MemberCode, OrganisationId
from hub.policy.agreements.pairs import pair_document, pair_id
from hub.policy.world import World

Key = TypeVar("Key")
Thing = TypeVar("Thing")


class Standing(Enum):
    """Whether somebody takes part for the time being."""

    ACTIVE = "active"
    SUSPENDED = "suspended"


class Consent(Enum):
    """Whether an organisation lets its amber and stricter content leave its country."""

    GIVEN = "given"
    WITHHELD = "withheld"


@dataclass(frozen=True, slots=True, kw_only=True)
class Adoption:
    """A version of an agreement takes the place of every other one, signed by all its parties.

    It comes into force; where the agreement is suspended it stays so.
    """

    agreement: Agreement


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementTurn:
    """An agreement is suspended, resumed (`ACTIVE`) or ended, whichever of its versions is in force."""

    agreement: AgreementId
    state: AgreementState


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberTurn:
    """A member becomes active, an observer, or suspended."""

    member: MemberCode
    status: MemberStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationTurn:
    """An organisation is disabled or enabled."""

    organisation: OrganisationId
    standing: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountTurn:
    """An account is disabled or enabled."""

    account: AccountId
    standing: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class PairTurn:
    """All sharing between two members, in both directions, is suspended or resumed."""

    one: MemberCode
    other: MemberCode
    standing: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentTurn:
    """An organisation gives or withdraws its consent."""

    organisation: OrganisationId
    consent: Consent


Change = Adoption | AgreementTurn | MemberTurn | OrganisationTurn | AccountTurn | PairTurn | ConsentTurn

_LONG_AGO: Final = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
_TURNS: Final[Mapping[AgreementState, frozenset[AgreementState]]] = {
    AgreementState.SUSPENDED: frozenset({AgreementState.ACTIVE}),
    AgreementState.ACTIVE: frozenset({AgreementState.SUSPENDED}),
    AgreementState.ENDED: frozenset(AgreementState),
}
"""To which state an agreement can be turned, from which."""


def adoption_of(document: AgreementDocument) -> Adoption:
    """Return the coming into force of a document as it is written."""
    return Adoption(
        agreement=Agreement(
            id=document.id,
            version=document.version,
            title=document.title,
            effect=document.effect,
            state=AgreementState.ACTIVE,
            parties=document.parties,
            signed_by=document.parties,
            valid_from=document.valid_from,
            valid_until=document.valid_until,
            clauses=document.clauses,
        )
    )


def changed(world: World, change: Change) -> World:
    """Return the world as it would be; raise NotFoundError where it does not hold what would change."""
    match change:
        case Adoption(agreement=agreement):
            return replace(world, agreements=_adopted(world.agreements, agreement))
        case AgreementTurn(agreement=name, state=state):
            return replace(world, agreements=_turned(world.agreements, name, state))
        case MemberTurn(member=code, status=status):
            return replace(world, members=_with(world.members, code, lambda known: replace(known, status=status)))
        case PairTurn():
            return replace(world, agreements=_paired(world, change))
        case OrganisationTurn() | AccountTurn() | ConsentTurn():
            return _below_members(world, change)
        case _:
            assert_never(change)


def _adopted(agreements: tuple[Agreement, ...], adopted: Agreement) -> tuple[Agreement, ...]:
    """Put a version in place of the others of its agreement; where the agreement is suspended, that one is too."""
    states = {known.state for known in agreements if known.id == adopted.id}
    suspended = AgreementState.SUSPENDED in states and AgreementState.ACTIVE not in states
    concluded = replace(
        adopted,
        state=AgreementState.SUSPENDED if suspended else AgreementState.ACTIVE,
        signed_by=adopted.parties,
    )
    others = (known for known in agreements if known.id != adopted.id)
    return tuple(sorted((*others, concluded), key=lambda known: known.id))


def _turned(agreements: tuple[Agreement, ...], name: AgreementId, state: AgreementState) -> tuple[Agreement, ...]:
    if state not in _TURNS or all(known.id != name for known in agreements):
        raise NotFoundError(
            f"No agreement {name} can be turned to {state}; `hub agreement list` names those there are."
        )
    return tuple(
        replace(known, state=state) if known.id == name and known.state in _TURNS[state] else known
        for known in agreements
    )


def _paired(world: World, change: PairTurn) -> tuple[Agreement, ...]:
    if change.one == change.other:
        raise UnprocessableError(f"A pair is two members, and {change.one} is named twice.")
    for code in (change.one, change.other):
        _with(world.members, code, lambda known: known)
    others = tuple(known for known in world.agreements if known.id != pair_id(change.one, change.other))
    if change.standing is Standing.ACTIVE:
        return others
    return _adopted(others, adoption_of(pair_document(change.one, change.other, at=_LONG_AGO)).agreement)


def _below_members(world: World, change: OrganisationTurn | AccountTurn | ConsentTurn) -> World:
    match change:
        case OrganisationTurn(organisation=name, standing=standing):
            active = standing is Standing.ACTIVE
            return replace(
                world, organisations=_with(world.organisations, name, lambda known: replace(known, active=active))
            )
        case AccountTurn(account=account, standing=standing):
            active = standing is Standing.ACTIVE
            return replace(world, accounts=_with(world.accounts, account, lambda known: replace(known, active=active)))
        case ConsentTurn(organisation=name, consent=consent):
            given = consent is Consent.GIVEN
            return replace(
                world, organisations=_with(world.organisations, name, lambda known: replace(known, cross_border=given))
            )
        case _:
            assert_never(change)


def _with(known: Mapping[Key, Thing], key: Key, change: Callable[[Thing], Thing]) -> dict[Key, Thing]:
    if key not in known:
        raise NotFoundError(f"The hub does not know {key}; check how it is written.")
    return {**known, key: change(known[key])}
