"""Where the rows of the log stand for one reader: ordinary rows at their tick, granted ones in blocks of their own.

A reader's order of positions is cut into segments, in each of which order by position is order by tick, so that the
indexes of the log serve them all.
"""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from hub.domain.identifiers import GuardId, Tick


@dataclass(frozen=True, slots=True, kw_only=True)
class AgedGuard:
    """A guard that may be read only while its parts are young.

    For each part: the tick at which it was accepted at the earliest, 0 where any will do.
    """

    guard: GuardId
    own_since: int
    newest_since: int
    producers_since: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Rows of these guards with seq <= `through_seq`, which is tick <= `through_tick`, stand at `base` + seq."""

    guards: AbstractSet[GuardId]
    through_seq: int
    through_tick: Tick
    base: Tick

    @property
    def end(self) -> int:
        """The last position that is the block's."""
        return self.base + self.through_seq


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """What one reader may read at one instant: guards at any age, and guards with their least ticks.

    `blocks` are in order of `base` and have no guard in common. `epoch` is that of the policy, where it is known.
    """

    guards: Sequence[GuardId]
    aged: Sequence[AgedGuard]
    blocks: Sequence[Block] = ()
    epoch: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """Rows of some guards between two ticks: after `after` and, where it is set, up to `through`.

    Where `base` is set they are a block's: they stand at `base` + seq, and only seqs beyond `after_seq` belong.
    """

    guards: Sequence[GuardId]
    aged: Sequence[AgedGuard]
    after: int | None = None
    after_seq: int | None = None
    through: int | None = None
    base: int | None = None


def current_blocks(given: Sequence[Block], readable: AbstractSet[GuardId]) -> tuple[Block, ...]:
    """Leave in each of the blocks that a reader was given, the earliest first, what may be read and no later one holds.

    INVARIANT: a guard is in one block at most, the latest, so that a row of it stands at one position.
    """
    left = set(readable)
    blocks = []
    for block in reversed(given):
        guards = block.guards & left
        if guards:
            blocks.append(replace(block, guards=guards))
            left -= guards
    return tuple(reversed(blocks))


def segments(allowed: Allowed, after: int | None) -> Iterator[Segment]:
    """Go through what lies beyond a position, in order of position; the last segment goes on to the head of the log.

    INVARIANT: before a block, the rows of its guards are displaced into it; beyond it, its guards are as any other,
    because a row has either tick <= `through_tick` or tick > `end`.
    """
    ahead = [block for block in allowed.blocks if after is None or block.end > after]
    displaced = {guard for block in ahead for guard in block.guards}
    reached = after
    for block in ahead:
        if reached is None or reached < block.through_tick:
            yield replace(_without(allowed, displaced), after=reached, through=block.through_tick)
        inside = 0 if reached is None else reached - block.base
        yield replace(
            _within(allowed, block.guards),
            after_seq=inside if inside > 0 else None,
            through=block.through_tick,
            base=block.base,
        )
        displaced -= block.guards
        reached = block.end
    yield Segment(guards=allowed.guards, aged=allowed.aged, after=reached)


def _within(allowed: Allowed, guards: AbstractSet[GuardId]) -> Segment:
    return Segment(
        guards=[guard for guard in allowed.guards if guard in guards],
        aged=[aged for aged in allowed.aged if aged.guard in guards],
    )


def _without(allowed: Allowed, guards: AbstractSet[GuardId]) -> Segment:
    return Segment(
        guards=[guard for guard in allowed.guards if guard not in guards],
        aged=[aged for aged in allowed.aged if aged.guard not in guards],
    )
