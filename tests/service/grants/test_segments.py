"""The order of positions, without a database: any history of the log and of grants, cut into segments anywhere."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from hypothesis import given, settings
from hypothesis import strategies as st

from hub.domain.identifiers import GuardId, Tick
from hub.store.log.segments import AgedGuard, Allowed, Block, Segment, current_blocks, segments

GUARDS = tuple(GuardId(number) for number in range(1, 6))
GENESIS = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of the log, as far as its position goes."""

    seq: int
    tick: int
    guard: GuardId


@dataclass(slots=True)
class Log:
    """A log that one reader reads, with the blocks that it was given."""

    seq: int = 0
    tick: int = GENESIS
    rows: dict[int, Row] = field(default_factory=dict)
    blocks: list[Block] = field(default_factory=list)

    def append(self, guard: GuardId, pause: int) -> None:
        self.seq += 1
        self.tick += 1 + pause
        self.rows[self.seq] = Row(seq=self.seq, tick=self.tick, guard=guard)

    def give(self, guards: frozenset[GuardId], pause: int) -> None:
        base = Tick(self.tick + pause)
        self.blocks.append(Block(guards=guards, through_seq=self.seq, through_tick=Tick(self.tick), base=base))
        self.tick = base + self.seq

    def regard(self, row: Row, guard: GuardId) -> None:
        """Put a row under another guard where it stands, which every block that holds it takes up."""
        self.rows[row.seq] = replace(row, guard=guard)
        for number, block in enumerate(self.blocks):
            if row.guard in block.guards and row.seq <= block.through_seq:
                self.blocks[number] = replace(block, guards=block.guards | {guard})

    def position(self, row: Row) -> int:
        """Say where a row stands by the rule itself: in the latest block of its guard, if it is old enough for it."""
        for block in reversed(self.blocks):
            if row.guard in block.guards:
                return block.base + row.seq if row.seq <= block.through_seq else row.tick
        return row.tick

    def positions(self) -> dict[int, int]:
        return {seq: self.position(row) for seq, row in self.rows.items()}


guards = st.sampled_from(GUARDS)
pauses = st.integers(0, 5)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("append"), guards, pauses),
        st.tuples(st.just("give"), st.frozensets(guards, min_size=1, max_size=3), pauses),
        st.tuples(st.just("regard"), st.integers(0, 30), guards),
        st.tuples(st.just("move"), st.integers(0, 30), guards),
        st.tuples(st.just("delete"), st.integers(0, 30), guards),
    ),
    max_size=40,
)


def histories(taken: list[tuple[str, object, object]]) -> Iterator[Log]:
    """Take the steps one after another and give the log after each."""
    log = Log()
    for kind, what, detail in taken:
        chosen = list(log.rows.values())
        match kind:
            case "append":
                log.append(what, detail)  # type: ignore[arg-type]
            case "give":
                log.give(what, detail)  # type: ignore[arg-type]
            case _ if chosen:
                row = chosen[what % len(chosen)]  # type: ignore[operator]
                if kind == "regard":
                    log.regard(row, detail)  # type: ignore[arg-type]
                else:
                    del log.rows[row.seq]
                    if kind == "move":
                        log.append(detail, 0)  # type: ignore[arg-type]
        yield log


def walk(log: Log, allowed: Allowed, after: int | None) -> Iterator[tuple[int, int]]:
    """Read every segment as the store does: position and seq, in order of tick."""
    for segment in segments(allowed, after):
        for row in sorted(log.rows.values(), key=lambda row: row.tick):
            if belongs(log, segment, row):
                yield row.tick if segment.base is None else segment.base + row.seq, row.seq


def belongs(log: Log, segment: Segment, row: Row) -> bool:
    least = segment.after or 0
    if segment.after_seq is not None:
        least = max((each.tick for each in log.rows.values() if each.seq <= segment.after_seq), default=0)
    known = row.guard in segment.guards or row.guard in {aged.guard for aged in segment.aged}
    return known and row.tick > least and (segment.through is None or row.tick <= segment.through)


@settings(max_examples=400, deadline=None)
@given(steps)
def test_positions_are_unique_and_never_decrease(taken: list[tuple[str, object, object]]) -> None:
    before: dict[int, int] = {}
    for log in histories(taken):
        positions = log.positions()
        assert len(set(positions.values())) == len(positions)
        assert all(positions[seq] >= before[seq] for seq in before.keys() & positions.keys())
        new = positions.keys() - before.keys()
        assert all(positions[seq] > max(before.values(), default=0) for seq in new)
        before = positions


@settings(max_examples=600, deadline=None)
@given(steps, st.frozensets(guards), st.frozensets(guards), st.one_of(st.none(), st.integers(GENESIS - 5, 1_400)))
def test_segments_hold_what_lies_beyond_a_position_and_in_its_order(
    taken: list[tuple[str, object, object]], always: frozenset[GuardId], aged: frozenset[GuardId], after: int | None
) -> None:
    aged -= always
    for log in histories(taken):
        allowed = Allowed(
            guards=sorted(always),
            aged=[AgedGuard(guard=guard, own_since=0, newest_since=0, producers_since=0) for guard in aged],
            blocks=current_blocks(log.blocks, always | aged),
        )
        expected = [
            (log.position(row), row.seq)
            for row in log.rows.values()
            if row.guard in always | aged and (after is None or log.position(row) > after)
        ]
        assert list(walk(log, allowed, after)) == sorted(expected)


@settings(max_examples=100, deadline=None)
@given(steps)
def test_the_head_of_the_log_is_one_segment_with_everything_that_may_be_read(
    taken: list[tuple[str, object, object]],
) -> None:
    for log in histories(taken):
        allowed = Allowed(guards=GUARDS, aged=[], blocks=current_blocks(log.blocks, frozenset(GUARDS)))
        assert [*segments(allowed, log.tick)] == [Segment(guards=GUARDS, aged=[], after=log.tick)]
