"""Where the rows of a batch stand to each other tells nothing of rows that a reader does not see."""

from collections.abc import Sequence

import pytest

from hub.domain.identifiers import GuardId, Tick
from hub.store.log.head import LANES, Head, Stamp, give_out

ONE, OTHER = GuardId(2), GuardId(9)
HIDDEN: Sequence[Sequence[int]] = ([], [5], [1, 5, 12], [5] * 2_000, [7] * 3 + [3] * 900 + list(range(20, 30)))
DRAWS = 3_000


def given_out(guards: Sequence[int], *, now: int = 1_000) -> tuple[list[Stamp], Head]:
    head = Head(seq=10, tick=Tick(500))
    return give_out(head, list(map(GuardId, guards)), now=Tick(now)), head


@pytest.mark.parametrize("hidden", HIDDEN)
@pytest.mark.parametrize("of", ["seq", "tick"])
def test_the_rows_of_a_guard_are_as_far_apart_whatever_is_between_them(hidden: Sequence[int], of: str) -> None:
    stamps, _ = given_out([ONE, *hidden, ONE, ONE])
    first, second, third = (getattr(stamps[place], of) for place in (0, -2, -1))
    assert third - second == second - first == LANES


@pytest.mark.parametrize("hidden", [few for few in HIDDEN if len(few) < 10])
def test_two_guards_have_the_same_distances_whatever_else_there_is(hidden: Sequence[int]) -> None:
    seen = set()
    for _ in range(DRAWS):
        stamps, _ = given_out([ONE, *hidden, OTHER])
        seen.add(stamps[-1].tick - stamps[0].tick)
    assert seen == set(range(1 - LANES, LANES)) - {0}


@pytest.mark.parametrize("hidden", HIDDEN)
def test_two_guards_are_never_further_apart_than_the_lanes_are(hidden: Sequence[int]) -> None:
    for _ in range(50):
        stamps, _ = given_out([ONE, *hidden, OTHER])
        assert 0 < abs(stamps[-1].tick - stamps[0].tick) < LANES
        assert stamps[-1].seq - stamps[0].seq == stamps[-1].tick - stamps[0].tick


@pytest.mark.parametrize("now", [1_000, 100])
def test_every_place_is_new_and_the_head_moves_past_all(now: int) -> None:
    stamps, head = given_out([guard for guard in range(3 * LANES) for _ in range(guard % 4 + 1)], now=now)
    assert len({stamp.seq for stamp in stamps}) == len({stamp.tick for stamp in stamps}) == len(stamps)
    assert min(stamp.seq for stamp in stamps) > 10
    assert min(stamp.tick for stamp in stamps) > max(500, now)
    assert head == Head(seq=max(stamp.seq for stamp in stamps), tick=max(stamp.tick for stamp in stamps))
    assert sorted(stamps, key=lambda stamp: stamp.seq) == sorted(stamps, key=lambda stamp: stamp.tick)


def test_a_batch_of_nothing_moves_nothing() -> None:
    assert given_out([]) == ([], Head(seq=10, tick=Tick(500)))
