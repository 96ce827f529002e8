"""What a change of the world gives to readers and takes from them, guard by guard."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.domain.handling import Classes, Guard
from hub.domain.identifiers import AccountId, GuardId, HandlingId
from hub.policy.changes.alike import Likeness, ReaderKind
from hub.policy.changes.sights import Content, Contents, Sight, Viewpoint
from hub.policy.world import World

Ages = tuple[timedelta | None, timedelta | None, timedelta | None]
"""How old the three parts of a guard may at most be; None where a part is not read at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A world at an instant."""

    world: World
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How old what is under a guard might be to be read, before and after."""

    before: Ages
    after: Ages

    @property
    def gained(self) -> bool:
        """Whether some version may be read that could not be."""
        return _further(self.after, self.before)

    @property
    def lost(self) -> bool:
        """Whether some version may be read no more."""
        return _further(self.before, self.after)


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """How far some accounts, all of them the same, reach into each guard for which that changes."""

    accounts: tuple[AccountId, ...]
    reaches: Mapping[GuardId, Reach]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """What some accounts gain and lose, all of them the same.

    A guard is gained where any version under it becomes readable that was not, lost where any is readable no more;
    where limits of age change, both can be true of one guard.
    """

    accounts: tuple[AccountId, ...]
    gained: frozenset[GuardId]
    lost: frozenset[GuardId]


def shifts(before: Moment, after: Moment, classes: Classes) -> tuple[Shift, ...]:
    """Return every shift between two moments, of the accounts that are there in both, in order of account."""
    return tuple(
        Shift(
            accounts=move.accounts,
            gained=frozenset(guard for guard, reach in move.reaches.items() if reach.gained),
            lost=frozenset(guard for guard, reach in move.reaches.items() if reach.lost),
        )
        for move in moves(before, after, classes)
    )


def moves(before: Moment, after: Moment, classes: Classes) -> tuple[Move, ...]:
    """Return every move between two moments, of the accounts that are there in both, in order of account."""
    likeness = Likeness((before.world, after.world), named_accounts(classes))
    contents = Contents.of(classes, likeness)
    guards = _guards_by_part(classes.guards)
    old = Viewpoint.of(before.world, before.at, likeness)
    new = Viewpoint.of(after.world, after.at, likeness)
    found = []
    for accounts in _alike(before.world, after.world, likeness):
        was, now = Sight.of(old, accounts[0]), Sight.of(new, accounts[0])
        touched: set[GuardId] = set()
        for content in _changed(was, now, contents):
            touched.update(guard for number in content.numbers for guard in guards[number])
        reaches = _reaches(sorted(touched), classes.guards, contents, (was, now))
        if reaches:
            found.append(Move(accounts=accounts, reaches=reaches))
    return tuple(sorted(found, key=lambda move: move.accounts))


def named_accounts(classes: Classes) -> frozenset[AccountId]:
    """Return the accounts that some audience names."""
    return frozenset(
        account
        for handling in classes.handlings.values()
        for audience in handling.audiences
        for account in audience.accounts
    )


def _guards_by_part(guards: Mapping[GuardId, Guard]) -> Mapping[HandlingId, set[GuardId]]:
    by_part: dict[HandlingId, set[GuardId]] = defaultdict(set)
    for number, guard in guards.items():
        for part in guard:
            by_part[part].add(number)
    return by_part


def _alike(before: World, after: World, likeness: Likeness) -> Iterable[tuple[AccountId, ...]]:
    """Group the accounts that are there in both worlds, and that no rule tells apart in either."""
    groups: dict[tuple[ReaderKind, ReaderKind], list[AccountId]] = defaultdict(list)
    for name in sorted(before.accounts.keys() & after.accounts.keys()):
        kind = likeness.of_reader(before.accounts[name]), likeness.of_reader(after.accounts[name])
        groups[kind].append(name)
    return [tuple(accounts) for accounts in groups.values()]


def _changed(was: Sight, now: Sight, contents: Contents) -> Iterable[Content]:
    """Go through the content that is not seen as before; what a producer's whole content is seen by is asked first."""
    for producer, offered in contents.by_producer.items():
        if was.place == now.place and was.stance(producer) == now.stance(producer):
            continue
        yield from (content for content in offered if was.age(content) != now.age(content))


def _reaches(
    touched: Iterable[GuardId], guards: Mapping[GuardId, Guard], contents: Contents, sights: tuple[Sight, Sight]
) -> dict[GuardId, Reach]:
    was, now = sights
    by_number = contents.by_number
    found: dict[GuardId, Reach] = {}
    for number in touched:
        own, newest, producers = (by_number[part] for part in guards[number])
        before = was.age(own), was.age(newest), was.age(producers)
        after = now.age(own), now.age(newest), now.age(producers)
        if before != after and (None not in before or None not in after):
            found[number] = Reach(before=before, after=after)
    return found


def _further(one: Ages, other: Ages) -> bool:
    """Whether some version may be read by the ages of one that may not be by those of the other."""
    if None in one:
        return False
    if None in other:
        return True
    return any(
        mine > theirs for mine, theirs in zip(one, other, strict=True) if mine is not None and theirs is not None
    )
