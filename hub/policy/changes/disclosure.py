"""Who may ask what a change would do, and what of the answer is theirs to know."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from hub.domain.directory import MemberStatus, Organisation, OrganisationKind, Principal, Role
from hub.domain.errors import ForbiddenError
from hub.domain.handling import Classes
from hub.domain.identifiers import MemberCode
from hub.policy.changes.alike import Likeness
from hub.policy.changes.candidates import Adoption, AgreementTurn, Change
from hub.policy.changes.matrix import Cell
from hub.policy.changes.possible import classes_of, types_named
from hub.policy.changes.shifts import named_accounts
from hub.policy.changes.sights import Contents, Sight, Viewpoint
from hub.policy.permissions import Permission, may
from hub.policy.visibility import ALWAYS
from hub.policy.world import World

_ASKING: Final = frozenset({Role.ADMINISTRATOR, Role.ANALYST})
_REFUSAL: Final = (
    "What a change would do is told to operators and auditors, and to administrators and analysts of a national CERT"
    " where its member is a party of the agreement that changes."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """From where somebody asks: the hub's own desk (None), or the CERT of one party."""

    member: MemberCode | None


def seat_of(asker: Principal | None, change: Change, world: World) -> Seat:
    """Say from where somebody asks; None is who runs the hub's own commands. Raise ForbiddenError for others."""
    if asker is None or may(asker, Permission.SIMULATE):
        return Seat(member=None)
    member = asker.member
    if member is None or not _speaks_for_member(asker) or member.code not in _parties(change, world):
        raise ForbiddenError(_REFUSAL)
    return Seat(member=member.code)


def open_classes(world: World, classes: Classes, asker: Principal, *, at: datetime) -> Classes:
    """Return the classes that an asker may know to exist: of what it may read, however old that is."""
    likeness = Likeness((world,), named_accounts(classes))
    contents = Contents.of(classes, likeness)
    sight = Sight.of(Viewpoint.of(world, at, likeness), asker.account.id)
    guards = {
        number: guard
        for number, guard in classes.guards.items()
        if all(sight.age(contents.by_number[part]) == ALWAYS for part in guard)
    }
    parts = {part for guard in guards.values() for part in guard}
    return Classes(handlings={number: classes.handlings[number] for number in parts}, guards=guards)


def possible_classes(worlds: Iterable[World], member: MemberCode) -> Classes:
    """Return a class for each level and type that clauses name, of every CERT and of a member's organisations.

    They exist whether or not there is content, so they tell nothing of it. Looked at are the clauses of the member's
    own agreements and of those without parties. Numbers are below zero; the type `*` stands for all that is not named.
    """
    known = tuple(worlds)
    producers = {each.id: each for world in known for each in world.organisations.values()}
    agreements = [each for world in known for each in world.agreements if not each.parties or member in each.parties]
    return classes_of((each for each in producers.values() if _offers(each, member)), types_named(agreements))


def told_to(seat: Seat, cells: Iterable[Cell]) -> tuple[Cell, ...]:
    """Keep what concerns a member's own content or its own readers, and name no accounts of others."""
    if seat.member is None:
        return tuple(cells)
    return tuple(
        cell if cell.readers.member == seat.member else cell._replace(readers=cell.readers._replace(accounts=()))
        for cell in cells
        if seat.member in (cell.readers.member, cell.content.origin)
    )


def _speaks_for_member(asker: Principal) -> bool:
    """Whether somebody stands in an active CERT of a member that is not suspended, in a role that may ask."""
    organisation, member = asker.organisation, asker.member
    return (
        organisation.kind is OrganisationKind.CERT
        and asker.account.active
        and organisation.active
        and asker.account.organisation == organisation.id
        and member is not None
        and member.code == organisation.member
        and member.status is not MemberStatus.SUSPENDED
        and bool(asker.account.roles & _ASKING)
    )


def _parties(change: Change, world: World) -> frozenset[MemberCode]:
    match change:
        case Adoption(agreement=agreement):
            return agreement.parties
        case AgreementTurn(agreement=name):
            of_versions = [known.parties for known in world.agreements if known.id == name]
            return frozenset[MemberCode].intersection(*of_versions) if of_versions else frozenset()
        case _:
            return frozenset()


def _offers(producer: Organisation, member: MemberCode) -> bool:
    return producer.member == member or producer.kind is OrganisationKind.CERT
