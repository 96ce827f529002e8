"""What a subscription leaves of its account's sight: the guards under which something may stand that it wants."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import timedelta
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

_MOST_KEPT: Final = 20_000


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


class Narrowing:
    """Narrows sights by wishes, and remembers what it has worked out. For several threads."""

    def __init__(self) -> None:
        self._wanted: dict[tuple[int, Wish], frozenset[GuardId]] = {}
        self._sights: dict[_Seen, Sight] = {}
        self._alike: dict[_Left, Sight] = {}

    def by(self, wish: Wish) -> Narrow:
        """Return what narrows a sight by a wish."""
        return lambda sight, facts: self.narrowed(sight, facts, wish)

    def narrowed(self, sight: Sight, facts: Facts, wish: Wish) -> Sight:
        """Return what is left of a sight, the same one where as much is left of several: it has the key of the first.

        INVARIANT: nothing that was not in it, and no RED.
        """
        seen = _Seen(sight.key, wish)
        known = self._sights.get(seen)
        if known is None:
            if len(self._sights) >= _MOST_KEPT:
                self._sights.clear()
                self._wanted.clear()
                self._alike.clear()
            left = _narrowed(sight, self._wanted_guards(facts, wish))
            known = self._sights[seen] = self._alike.setdefault(_left_of(left, wish), left)
        return known

    def _wanted_guards(self, facts: Facts, wish: Wish) -> frozenset[GuardId]:
        known = self._wanted.get((facts.epoch, wish))
        if known is None:
            known = frozenset(number for number, guard in facts.classes.guards.items() if _admits(facts, wish, guard))
            self._wanted[facts.epoch, wish] = known
        return known


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
    return wants_standing(replace(wish.filter, collections=None), standing)


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
