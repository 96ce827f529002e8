"""A run of the benchmark: how much is measured, in rounds that take things in turn, and what its chapters share."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from tests.bench.figures import Figure
from tests.bench.peers.medallion import Medallion
from tests.bench.peers.opentaxii import OpenTaxii

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much is measured.

    `depths`: rows of the log at which polls are measured; what needs one deep log takes the last. `growth`: rows at
    which pushes are. `rounds`: how often each thing has its turn. `objects`: how many a turn pushes. `seconds`: how
    long the mixed load lasts.
    """

    depths: tuple[int, ...]
    growth: tuple[int, ...]
    rounds: int
    objects: int
    seconds: float


SIZES: Final[Mapping[str, Size]] = {
    "quick": Size(depths=(1_000, 100_000), growth=(1_000, 100_000), rounds=3, objects=10_000, seconds=5.0),
    "usual": Size(
        depths=(1_000, 100_000, 1_000_000), growth=(1_000, 1_000_000), rounds=5, objects=20_000, seconds=15.0
    ),
    "large": Size(
        depths=(1_000, 100_000, 1_000_000, 10_000_000),
        growth=(1_000, 1_000_000, 5_000_000),
        rounds=5,
        objects=20_000,
        seconds=15.0,
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What every chapter is given: the size, the peers to measure beside, and whoever is told how far it is."""

    size: Size
    medallion: Medallion
    opentaxii: OpenTaxii
    say: Say

    def in_turn(self, *works: Callable[[int], Figure]) -> list[Figure]:
        """Do each work once a round, so that what the machine does besides is the same for all; a figure for each.

        Each round begins with another one: what a work leaves behind in caches is not always found by the same next.
        """
        taken: list[list[Figure]] = [[] for _ in works]
        for number in range(self.size.rounds):
            for turn in range(len(works)):
                index = (number + turn) % len(works)
                taken[index].append(works[index](number))
        return [
            replace(parts[0], samples=tuple(sample for part in parts for sample in part.samples)) for parts in taken
        ]

    def tell(self, figures: Iterable[Figure]) -> None:
        """Say what was measured, a line a figure."""
        for figure in figures:
            self.say(str(figure))
