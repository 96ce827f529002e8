"""What a change of the world gives to readers and takes from them, guard by guard."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hub.domain.handling import Classes, Guard
from hub.domain.identifiers import AccountId, GuardId, HandlingId, OrganisationId
from hub.policy.changes.alike import Likeness, ReaderKind
from hub.policy.changes.sights import Content, Contents, Sight, Viewpoint
from hub.policy.changes.stances import Stance
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


Block = Mapping[GuardId, Reach]
"""Guards whose reach changes. One block is shared, as the same object, by all for whom it is equal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """How far some accounts, all of them the same, reach into each guard for which that changes; no guard is in two."""

    accounts: tuple[AccountId, ...]
    blocks: tuple[Block, ...]


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
    found = moves(before, after, classes)
    blocks = {id(block): block for move in found for block in move.blocks}
    gained = {key: frozenset(guard for guard, reach in block.items() if reach.gained) for key, block in blocks.items()}
    lost = {key: frozenset(guard for guard, reach in block.items() if reach.lost) for key, block in blocks.items()}
    return tuple(
        Shift(
            accounts=move.accounts,
            gained=frozenset().union(*(gained[id(block)] for block in move.blocks)),
            lost=frozenset().union(*(lost[id(block)] for block in move.blocks)),
        )
        for move in found
    )


def moves(before: Moment, after: Moment, classes: Classes) -> tuple[Move, ...]:
    """Return every move between two moments, of the accounts that are there in both, in order of account."""
    likeness = Likeness((before.world, after.world), named_accounts(classes))
    comparison = _Comparison.of(classes, likeness)
    old = Viewpoint.of(before.world, before.at, likeness)
    new = Viewpoint.of(after.world, after.at, likeness)
    found = []
    for accounts in _alike(before.world, after.world, likeness):
        blocks = comparison.blocks(Sight.of(old, accounts[0]), Sight.of(new, accounts[0]))
        if blocks:
            found.append(Move(accounts=accounts, blocks=blocks))
    return tuple(sorted(found, key=lambda move: move.accounts))


def named_accounts(classes: Classes) -> frozenset[AccountId]:
    """Return the accounts that some audience names."""
    return frozenset(
        account
        for handling in classes.handlings.values()
        for audience in handling.audiences
        for account in audience.accounts
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Comparison:
    """What two sights are compared on.

    A guard is plain where all its parts are of one producer and no audience narrows any: then the stance before that
    producer decides on it, and whoever has the same two stances shares a block.
    """

    guards: Mapping[GuardId, Guard]
    contents: Contents
    plain: Mapping[HandlingId, list[GuardId]]
    other: Mapping[HandlingId, list[GuardId]]
    _blocks: dict[tuple[OrganisationId, Stance | None, Stance | None], Block] = field(default_factory=dict)

    @classmethod
    def of(cls, classes: Classes, likeness: Likeness) -> "_Comparison":
        contents = Contents.of(classes, likeness)
        plain: dict[HandlingId, list[GuardId]] = defaultdict(list)
        other: dict[HandlingId, list[GuardId]] = defaultdict(list)
        for number, guard in classes.guards.items():
            kinds = [contents.by_number[part].kind for part in guard]
            alone = len({kind.producer for kind in kinds}) == 1 and not any(kind.audiences for kind in kinds)
            for part in set(guard):
                (plain if alone else other)[part].append(number)
        return cls(guards=classes.guards, contents=contents, plain=plain, other=other)

    def blocks(self, was: Sight, now: Sight) -> tuple[Block, ...]:
        """Return the blocks of guards whose reach is not what it was."""
        blocks: list[Block] = []
        touched: set[GuardId] = set()
        for producer, offered in self.contents.by_producer.items():
            stances = producer, was.stance(producer), now.stance(producer)
            if was.place == now.place and stances[1] == stances[2]:
                continue
            if stances not in self._blocks:
                self._blocks[stances] = self._reaches(_touched(was, now, offered, self.plain), was, now)
            blocks.append(self._blocks[stances])
            touched |= _touched(was, now, offered, self.other)
        blocks.append(self._reaches(touched, was, now))
        return tuple(filter(None, blocks))

    def _reaches(self, touched: Iterable[GuardId], was: Sight, now: Sight) -> Block:
        by_number = self.contents.by_number
        found: dict[GuardId, Reach] = {}
        for number in sorted(touched):
            own, newest, producers = (by_number[part] for part in self.guards[number])
            before = was.age(own), was.age(newest), was.age(producers)
            after = now.age(own), now.age(newest), now.age(producers)
            if before != after and (None not in before or None not in after):
                found[number] = Reach(before=before, after=after)
        return found


def _touched(
    was: Sight, now: Sight, offered: Iterable[Content], guards: Mapping[HandlingId, list[GuardId]]
) -> set[GuardId]:
    """Return the guards of which some part is not read at the ages at which it was."""
    touched: set[GuardId] = set()
    for content in offered:
        concerned = [guards[number] for number in content.numbers if number in guards]
        if concerned and was.age(content) != now.age(content):
            touched.update(*concerned)
    return touched


def _alike(before: World, after: World, likeness: Likeness) -> Iterable[tuple[AccountId, ...]]:
    """Group the accounts that are there in both worlds, and that no rule tells apart in either."""
    groups: dict[tuple[ReaderKind, ReaderKind], list[AccountId]] = defaultdict(list)
    for name in sorted(before.accounts.keys() & after.accounts.keys()):
        kind = likeness.of_reader(before.accounts[name]), likeness.of_reader(after.accounts[name])
        groups[kind].append(name)
    return [tuple(accounts) for accounts in groups.values()]


def _further(one: Ages, other: Ages) -> bool:
    """Whether some version may be read by the ages of one that may not be by those of the other."""
    if None in one:
        return False
    if None in other:
        return True
    return any(
        mine > theirs for mine, theirs in zip(one, other, strict=True) if mine is not None and theirs is not None
    )
