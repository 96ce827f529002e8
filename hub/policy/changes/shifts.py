"""What a change of the world gives to readers and takes from them, guard by guard."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.domain.handling import Classes, Guard, Handling
from hub.domain.identifiers import AccountId, GuardId, HandlingId
from hub.policy.changes.alike import HandlingKind, Likeness, ReaderKind
from hub.policy.visibility import readable_age
from hub.policy.world import World

Ages = tuple[timedelta | None, timedelta | None, timedelta | None]
"""How old the three parts of a guard may at most be; None where a part is not read at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A world at an instant."""

    world: World
    at: datetime


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
    named = named_accounts(classes)
    likeness = Likeness((before.world, after.world), named)
    kinds: dict[HandlingKind, list[HandlingId]] = defaultdict(list)
    for number, handling in classes.handlings.items():
        kinds[likeness.of_handling(handling)].append(number)
    guards = _guards_by_part(classes.guards)
    found = []
    for accounts in _alike(before.world, after.world, likeness):
        old: dict[HandlingId, timedelta | None] = {}
        new: dict[HandlingId, timedelta | None] = {}
        touched: set[GuardId] = set()
        for numbers in kinds.values():
            handling = classes.handlings[numbers[0]]
            was, now = _age(before, accounts[0], handling), _age(after, accounts[0], handling)
            old.update(dict.fromkeys(numbers, was))
            new.update(dict.fromkeys(numbers, now))
            if was != now:
                touched.update(guard for number in numbers for guard in guards[number])
        shift = _shift(accounts, touched, classes.guards, old, new)
        if shift.gained or shift.lost:
            found.append(shift)
    return tuple(sorted(found, key=lambda shift: shift.accounts))


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


def _age(moment: Moment, account: AccountId, handling: Handling) -> timedelta | None:
    return readable_age(moment.world, account, handling, at=moment.at)


def _shift(
    accounts: tuple[AccountId, ...],
    touched: Iterable[GuardId],
    guards: Mapping[GuardId, Guard],
    old: Mapping[HandlingId, timedelta | None],
    new: Mapping[HandlingId, timedelta | None],
) -> Shift:
    gained, lost = set(), set()
    for number in touched:
        was: Ages = tuple(old[part] for part in guards[number])  # type: ignore[assignment]
        now: Ages = tuple(new[part] for part in guards[number])  # type: ignore[assignment]
        if _reaches_further(now, was):
            gained.add(number)
        if _reaches_further(was, now):
            lost.add(number)
    return Shift(accounts=accounts, gained=frozenset(gained), lost=frozenset(lost))


def _reaches_further(one: Ages, other: Ages) -> bool:
    """Whether some version may be read by the ages of one that may not be by those of the other."""
    if None in one:
        return False
    if None in other:
        return True
    return any(
        mine > theirs for mine, theirs in zip(one, other, strict=True) if mine is not None and theirs is not None
    )
