"""Pushing: envelopes of 1,000, 100 and 1 object, beside the floors and medallion."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Final

from tests.bench.client import Target, line, timed
from tests.bench.content import envelopes
from tests.bench.figures import Chapter, Figure, Ratio, rate, ratio
from tests.bench.floors import serving_floor
from tests.bench.peers import serving_medallion
from tests.bench.push_floors import commits, copy_rows
from tests.bench.stage import Stage, staged
from tests.bench.workloads import push

MANY_CLIENTS: Final = 16
_FLOOR: Final = "floor: load, gate and COPY"


class Pushing:
    """A chapter that is being measured."""

    def __init__(self, stage: Stage, *, objects: int, rounds: int, say: Callable[[str], None]) -> None:
        self._stage = stage
        self._objects = objects
        self._rounds = rounds
        self._say = say
        self._figures: list[Figure] = []
        self._ratios: list[Ratio] = []

    def measure(self, floor: Target, peer: Target) -> Chapter:
        """Measure ours and what it is compared with in turn, round after round, so that both meet the same machine."""
        for envelope, clients in [(100, 1), (1_000, 1), (100, 4), (1_000, 4)]:
            ours, least = self._in_turn(
                partial(self._push, self._stage.producer, "push", envelope, clients),
                partial(self._push, floor, _FLOOR, envelope, clients),
            )
            goal = 0.6 if clients == 1 else None
            self._compare(f"push of {envelope}, {clients} clients, to load, gate and COPY", ours, least, goal)
            if clients == 1:
                (theirs,) = self._in_turn(partial(_push_to_peer, peer, self._stage.creator, envelope), turns=1)
                self._compare(f"push of {envelope} to medallion's", ours, theirs, 5)
        self._in_turn(partial(self._push, self._stage.producer, "push", 1, 1))
        ours, single = self._in_turn(
            partial(self._push, self._stage.producer, "push", 1, MANY_CLIENTS),
            lambda _: commits(self._stage, connections=MANY_CLIENTS, rows=self._objects // 5, rounds=1),
        )
        self._compare(f"push of 1, {MANY_CLIENTS} clients, to commits of one row", ours, single, 0.6)
        self._in_turn(lambda _: copy_rows(self._stage, rounds=1))
        return Chapter(title="Push", figures=tuple(self._figures), ratios=tuple(self._ratios))

    def _push(self, target: Target, name: str, envelope: int, clients: int, turn: int) -> Figure:
        return push(
            target,
            self._stage.creator,
            size=envelope,
            clients=clients,
            objects=self._objects if envelope > 1 else self._objects // 10,
            rounds=range(turn, turn + 1),
            name=name,
        )

    def _in_turn(self, *works: Callable[[int], Figure], turns: int | None = None) -> list[Figure]:
        """Do each work once a turn, and make one figure of what each has given."""
        taken = [[work(turn) for work in works] for turn in range(turns or self._rounds)]
        figures = [
            replace(parts[0], samples=tuple(sample for part in parts for sample in part.samples))
            for parts in zip(*taken, strict=True)
        ]
        for figure in figures:
            self._say(f"{figure.name:<60} {figure.median:>12,.2f} {figure.unit}")
        self._figures += figures
        return figures

    def _compare(self, name: str, ours: Figure, theirs: Figure, goal: float | None) -> None:
        self._ratios.append(Ratio(name=name, value=ratio(ours, theirs), at_least=goal))


def pushing(*, objects: int, rounds: int, say: Callable[[str], None]) -> Chapter:
    """Measure the chapter."""
    with staged() as stage, serving_medallion() as peer:
        with line(stage.producer) as opened:
            for body in envelopes(1, 100, seed=0, creator=stage.creator):
                opened.post_all(body)
        with serving_floor(stage, "push_floors:push_floor", "") as floor:
            return Pushing(stage, objects=objects, rounds=rounds, say=say).measure(floor, peer)


def _push_to_peer(peer: Target, creator: str, envelope: int, turn: int) -> Figure:
    bodies = envelopes(2_000 // envelope, envelope, seed=envelope + turn, creator=creator)
    with line(peer) as opened:
        seconds = timed(lambda: [opened.post(body) for body in bodies])
    return rate(f"medallion, envelopes of {envelope}", envelope * len(bodies), [seconds])
