"""What a subscription leaves of its account's sight: the guards under which something may stand that it wants."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import timedelta
from threading import Lock
from typing import Final, NamedTuple

from hub.domain.catalogue import ALL
from hub.domain.handling import Guard
from hub.domain.identifiers import CollectionId, GuardId, OrganisationId
from hub.domain.subscriptions.facts import Standing
from hub.domain.subscriptions.filters import Filter, wants_standing
from hub.domain.subscriptions.subscription import Channel
from hub.services.clearances import Clearance, Narrow, Sight, SightKey
from hub.store.facts import Facts
from hub.store.log.segments import Block

MOST_KEPT: Final = 2_000
"""How many narrowed sights are remembered: with each there may be a set of all guards, and the largest of filters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is wanted, and whose own content is not: `without` is the producer that it would be an echo to."""

    filter: Filter
    without: OrganisationId | None = None


def wish_of(chosen: Filter, channel: Channel, organisation: OrganisationId) -> Wish:
    """Return what a subscription wants. Another server is not sent what came from it: its organisation's own."""
    return Wish(filter=chosen, without=organisation if channel is Channel.TAXII else None)


class _Seen(NamedTuple):
    key: SightKey
    wish: Wish


class _Left(NamedTuple):
    """What a wish leaves of a sight.

    INVARIANT: the wish is part of it, or the key of one account would stand for what two wishes leave of its sight.
    """

    wish: Wish
    epoch: int
    always: tuple[GuardId, ...]
    aged: tuple[tuple[GuardId, tuple[timedelta, timedelta, timedelta]], ...]
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class _Memory:
    """What was worked out under one epoch; `wanted` are the guards that admit something by where it stands."""

    wanted: dict[Wish, frozenset[GuardId]] = field(default_factory=dict)
    sights: dict[_Seen, Sight] = field(default_factory=dict)
    alike: dict[_Left, Sight] = field(default_factory=dict)


class Narrowing:
    """Narrows sights by wishes, and remembers what it has worked out. For several threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._newest = 0
        self._memories: dict[int, _Memory] = {}

    def by(self, wish: Wish) -> Narrow:
        """Return what narrows a sight by a wish."""
        return lambda sight, facts: self.narrowed(sight, facts, wish)

    def narrowed(self, sight: Sight, facts: Facts, wish: Wish) -> Sight:
        """Return what is left of a sight, the same one where as much is left of several: it has the key of the first.

        INVARIANT: nothing that was not in it, and no RED.
        """
        memory = self._memory_of(facts.epoch)
        seen = _Seen(sight.key, wish)
        known = memory.sights.get(seen)
        if known is None:
            left = _narrowed(sight, _wanted_guards(memory, facts, _standing_part(wish)))
            known = memory.sights[seen] = memory.alike.setdefault(_left_of(left, wish), left)
        return known

    def _memory_of(self, epoch: int) -> _Memory:
        """Return what is remembered of an epoch. With each newer one all others are forgotten.

        Whoever then still asks with older facts is given a memory too, which is forgotten with the next.
        """
        with self._lock:
            if epoch > self._newest:
                self._newest = epoch
                self._memories.clear()
            memory = self._memories.get(epoch)
            if memory is None or len(memory.sights) >= MOST_KEPT:
                memory = self._memories[epoch] = _Memory()
            return memory


def _wanted_guards(memory: _Memory, facts: Facts, wish: Wish) -> frozenset[GuardId]:
    known = memory.wanted.get(wish)
    if known is None:
        known = frozenset(number for number, guard in facts.classes.guards.items() if _admits(facts, wish, guard))
        memory.wanted[wish] = known
    return known


def _standing_part(wish: Wish) -> Wish:
    """Return a wish without what it asks of the place and the content: a guard says nothing of these."""
    chosen = replace(
        wish.filter, collections=None, confidence_min=None, labels=None, indicator_types=None, pattern_types=None
    )
    return replace(wish, filter=chosen)


def _admits(facts: Facts, wish: Wish, guard: Guard) -> bool:
    own = facts.classes.handlings[guard.own]
    if own.producer == wish.without:
        return False
    producer = facts.world.organisation(own.producer)
    standing = Standing(
        collection=ALL.id,
        type=own.type,
        tlp=max(facts.classes.handlings[part].tlp for part in guard),
        origin=None if producer is None else producer.member,
    )
    return wants_standing(wish.filter, standing)


def _narrowed(sight: Sight, wanted: AbstractSet[GuardId]) -> Sight:
    blocks = (replace(block, guards=block.guards & wanted) for block in sight.blocks)
    return replace(
        sight,
        clearance=Clearance(
            always=tuple(guard for guard in sight.clearance.always if guard in wanted),
            aged=tuple(aged for aged in sight.clearance.aged if aged[0] in wanted),
        ),
        blocks=tuple(block for block in blocks if block.guards),
    )


def _left_of(sight: Sight, wish: Wish) -> _Left:
    return _Left(wish, sight.key.epoch, sight.clearance.always, sight.clearance.aged, sight.blocks)


def numbers_of(chosen: Filter, numbers: Mapping[CollectionId, int]) -> tuple[int, ...] | None:
    """Return the numbers of the collections that a filter names, None where it names none; one that is gone is 0."""
    if chosen.collections is None:
        return None
    return tuple(sorted({numbers.get(name, 0) for name in chosen.collections}))
