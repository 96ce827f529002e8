"""Readers against content: what a change gives and takes, with how many versions, in one canonical form."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from hub.domain.handling import Classes, Tlp
from hub.domain.identifiers import AccountId, GuardId, MemberCode, OrganisationId
from hub.policy.changes.shifts import Move, Reach
from hub.policy.world import World


class Tally(NamedTuple):
    """How many versions, and how many of them are the latest of their object."""

    versions: int
    latest: int


class Outcome(NamedTuple):
    """What of a guard, or of a class, is gained and lost; None where that is nothing, not even in principle."""

    gained: Tally | None
    lost: Tally | None


class ContentClass(NamedTuple):
    """What people can tell of content: where it comes from, its level, its type, whether an audience narrows it."""

    origin: MemberCode | None
    producer: OrganisationId
    tlp: Tlp
    type: str
    audience: bool


class Readers(NamedTuple):
    """Accounts of one organisation; `number` is how many they are, also where they are not named."""

    member: MemberCode | None
    organisation: OrganisationId
    accounts: tuple[AccountId, ...]
    number: int


class Cell(NamedTuple):
    """What some readers gain and lose of a class. Both can be, where only versions of some ages are open."""

    readers: Readers
    content: ContentClass
    gained: Tally | None
    lost: Tally | None


Counting = Callable[[GuardId, Reach], Outcome]
"""Says how many versions under a guard a reach opens and closes."""


def matrix(moves: Iterable[Move], classes: Classes, world: World, count: Counting) -> tuple[Cell, ...]:
    """Return a cell for all readers of an organisation and each class of which they gain or lose alike."""
    contents = content_classes(classes, world)
    of_blocks: dict[int, Mapping[ContentClass, Outcome]] = {}
    outcomes: dict[AccountId, Mapping[ContentClass, Outcome]] = {}
    for move in moves:
        for block in move.blocks:
            if id(block) not in of_blocks:
                of_blocks[id(block)] = summed((contents[guard], count(guard, reach)) for guard, reach in block.items())
        of_move = _added(of_blocks[id(block)] for block in move.blocks)
        outcomes.update(dict.fromkeys(move.accounts, of_move))
    return tabulate(outcomes, world)


def tabulate(outcomes: Mapping[AccountId, Mapping[ContentClass, Outcome]], world: World) -> tuple[Cell, ...]:
    """Put together the accounts of an organisation for which a class comes out the same; in one order, always."""
    by_organisation: dict[OrganisationId, list[AccountId]] = defaultdict(list)
    for account in sorted(outcomes):
        by_organisation[world.accounts[account].organisation].append(account)
    cells: list[Cell] = []
    for organisation in sorted(by_organisation, key=lambda name: (_member(world, name) or "", name)):
        cells += _cells(world, organisation, {each: outcomes[each] for each in by_organisation[organisation]})
    return tuple(cells)


def _cells(
    world: World, organisation: OrganisationId, outcomes: Mapping[AccountId, Mapping[ContentClass, Outcome]]
) -> Iterable[Cell]:
    """Return the cells of one organisation; where its accounts fare alike in everything, nothing is compared."""
    every = list(outcomes.values())
    if all(each is every[0] for each in every):
        readers = _readers(world, organisation, list(outcomes))
        return [Cell(readers, content, *every[0][content]) for content in sorted(every[0], key=_place)]
    alike: dict[tuple[ContentClass, Outcome], list[AccountId]] = defaultdict(list)
    for account, of_account in outcomes.items():
        for content, outcome in of_account.items():
            alike[content, outcome].append(account)
    cells = (
        Cell(_readers(world, organisation, accounts), content, *outcome)
        for (content, outcome), accounts in alike.items()
    )
    return sorted(cells, key=lambda cell: (*_place(cell.content), cell.readers.accounts))


def _added(parts: Iterable[Mapping[ContentClass, Outcome]]) -> Mapping[ContentClass, Outcome]:
    """Join the sums of several blocks; few classes are in two."""
    sums: dict[ContentClass, Outcome] = {}
    for part in parts:
        both = sums.keys() & part.keys()
        twice = {content: summed([(content, sums[content]), (content, part[content])])[content] for content in both}
        sums.update(part)
        sums.update(twice)
    return sums


def content_classes(classes: Classes, world: World) -> Mapping[GuardId, ContentClass]:
    """Say of what class the versions under each guard are; those of an unknown producer have no origin."""
    of_handlings = {
        number: ContentClass(
            origin=_member(world, handling.producer),
            producer=handling.producer,
            tlp=handling.tlp,
            type=handling.type,
            audience=bool(handling.audiences),
        )
        for number, handling in classes.handlings.items()
    }
    return {number: of_handlings[guard.own] for number, guard in classes.guards.items()}


def summed(parts: Iterable[tuple[ContentClass, Outcome]]) -> Mapping[ContentClass, Outcome]:
    """Add up what comes of the guards of each class."""
    sums: dict[ContentClass, Outcome] = {}
    for content, outcome in parts:
        known = sums.get(content)
        sums[content] = (
            outcome
            if known is None
            else Outcome(gained=_plus(known.gained, outcome.gained), lost=_plus(known.lost, outcome.lost))
        )
    return sums


def matrix_document(cells: Iterable[Cell]) -> list[dict[str, object]]:
    """Write cells as JSON."""
    return [
        {
            "readers": {
                "member": cell.readers.member,
                "organisation": cell.readers.organisation,
                "accounts": list(cell.readers.accounts),
                "number": cell.readers.number,
            },
            "content": {
                "origin": cell.content.origin,
                "producer": cell.content.producer,
                "tlp": cell.content.tlp.label,
                "type": cell.content.type,
                "audience": cell.content.audience,
            },
            "gained": _tally_document(cell.gained),
            "lost": _tally_document(cell.lost),
        }
        for cell in cells
    ]


def canonical(cells: Iterable[Cell]) -> bytes:
    """Write cells as the only bytes that say it: equal bytes, equal matrices."""
    return json.dumps(matrix_document(cells), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _readers(world: World, organisation: OrganisationId, accounts: list[AccountId]) -> Readers:
    return Readers(_member(world, organisation), organisation, tuple(accounts), len(accounts))


def _member(world: World, organisation: OrganisationId) -> MemberCode | None:
    known = world.organisations.get(organisation)
    return None if known is None else known.member


def _plus(one: Tally | None, other: Tally | None) -> Tally | None:
    if one is None or other is None:
        return one or other
    return Tally(one.versions + other.versions, one.latest + other.latest)


def _tally_document(tally: Tally | None) -> dict[str, int] | None:
    return None if tally is None else {"versions": tally.versions, "latest": tally.latest}


def _place(content: ContentClass) -> tuple[str, OrganisationId, Tlp, str, bool]:
    return (content.origin or "", content.producer, content.tlp, content.type, content.audience)
