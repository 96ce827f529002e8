"""Pushing: envelopes of 1,000, 100 and 1 object, beside the floors and medallion."""

from collections.abc import Callable

from tests.bench.client import Target, line, timed
from tests.bench.content import envelopes
from tests.bench.figures import Chapter, Figure, Ratio, rate, ratio
from tests.bench.floors import serving_floor
from tests.bench.peers import serving_medallion
from tests.bench.push_floors import commits, copy_rows
from tests.bench.stage import Stage, staged
from tests.bench.workloads import push

MANY_CLIENTS = 16


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
        """Measure ours and what it is compared with one after the other, so that both meet the same machine."""
        for envelope, clients in [(100, 1), (1_000, 1), (100, 4), (1_000, 4)]:
            ours = self._push(self._stage.producer, envelope, clients)
            least = self._push(floor, envelope, clients, name="floor: load, gate and COPY")
            goal = 0.6 if clients == 1 else None
            self._compare(f"push of {envelope}, {clients} clients, to load, gate and COPY", ours, least, goal)
            if clients == 1:
                theirs = self._keep(_push_to_peer(peer, envelope, self._stage.creator))
                self._compare(f"push of {envelope} to medallion's", ours, theirs, 5)
        self._push(self._stage.producer, 1, 1)
        ours = self._push(self._stage.producer, 1, MANY_CLIENTS)
        single = commits(self._stage, connections=MANY_CLIENTS, rows=self._objects // 5, rounds=self._rounds)
        self._compare(f"push of 1, {MANY_CLIENTS} clients, to commits of one row", ours, self._keep(single), 0.6)
        self._keep(copy_rows(self._stage, rounds=self._rounds))
        return Chapter(title="Push", figures=tuple(self._figures), ratios=tuple(self._ratios))

    def _push(self, target: Target, envelope: int, clients: int, *, name: str = "push") -> Figure:
        objects = self._objects if envelope > 1 else self._objects // 10
        return self._keep(
            push(
                target,
                self._stage.creator,
                size=envelope,
                clients=clients,
                objects=objects,
                rounds=self._rounds,
                name=name,
            )
        )

    def _compare(self, name: str, ours: Figure, theirs: Figure, goal: float | None) -> None:
        self._ratios.append(Ratio(name=name, value=ratio(ours, theirs), at_least=goal))

    def _keep(self, figure: Figure) -> Figure:
        self._say(f"{figure.name:<60} {figure.median:>12,.2f} {figure.unit}")
        self._figures.append(figure)
        return figure


def pushing(*, objects: int, rounds: int, say: Callable[[str], None]) -> Chapter:
    """Measure the chapter."""
    with staged() as stage, serving_medallion() as peer:
        with line(stage.producer) as opened:
            for body in envelopes(1, 100, seed=0, creator=stage.creator):
                opened.post_all(body)
        with serving_floor(stage, "push_floors:push_floor", "") as floor:
            return Pushing(stage, objects=objects, rounds=rounds, say=say).measure(floor, peer)


def _push_to_peer(peer: Target, envelope: int, creator: str) -> Figure:
    bodies = envelopes(2_000 // envelope, envelope, seed=envelope, creator=creator)
    with line(peer) as opened:
        seconds = timed(lambda: [opened.post(body) for body in bodies])
    return rate(f"medallion, envelopes of {envelope}", envelope * len(bodies), [seconds])
