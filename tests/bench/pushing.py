"""Pushing: envelopes of 1,000, 100 and 1 object, beside the floors and medallion."""

from functools import partial
from typing import Final

from tests.bench.client import Target, line, timed
from tests.bench.content import envelopes
from tests.bench.figures import Chapter, Figure, Ratio, rate, ratio
from tests.bench.floors import serving_floor
from tests.bench.peers import Medallion
from tests.bench.push_floors import commits, copy_rows
from tests.bench.rounds import Run
from tests.bench.stage import Stage, staged
from tests.bench.workloads import push

MANY_CLIENTS: Final = 16
_FLOOR: Final = "floor: load, gate and COPY"
_PEER_OBJECTS: Final = 2_000


def pushing(run: Run) -> Chapter:
    """Measure ours and what it is compared with in turn, round after round, so that all meet the same machine."""
    figures: list[Figure] = []
    ratios: list[Ratio] = []
    with staged() as stage:
        with line(stage.producer) as opened:
            for body in envelopes(1, 100, seed=0, creator=stage.creator):
                opened.post_all(body)
        with serving_floor(stage, "push_floors:push_floor", "") as floor:
            for envelope, clients in [(100, 1), (1_000, 1), (100, 4), (1_000, 4)]:
                found, compared = _envelopes(run, stage, floor, envelope, clients)
                figures += found
                ratios += compared
            found, single = _single_objects(run, stage)
    return Chapter(title="Push", figures=(*figures, *found), ratios=(*ratios, single))


def _envelopes(run: Run, stage: Stage, floor: Target, envelope: int, clients: int) -> tuple[list[Figure], list[Ratio]]:
    """Push envelopes of one size to the hub, the floor and, as one client, medallion."""
    works = [
        partial(_push, run, stage, stage.producer, "push", envelope, clients),
        partial(_push, run, stage, floor, _FLOOR, envelope, clients),
    ]
    if clients == 1:
        works.append(partial(_push_to_peer, run.medallion, stage.creator, envelope))
    figures = run.in_turn(*works)
    run.tell(figures)
    ours, least, *peers = figures
    goal = 0.6 if clients == 1 else None
    name = f"push of {envelope}, {clients} clients, to load, gate and COPY"
    ratios = [Ratio(name=name, value=ratio(ours, least), at_least=goal)]
    ratios += [Ratio(name=f"push of {envelope} to medallion's", value=ratio(ours, each), at_least=5) for each in peers]
    return figures, ratios


def _single_objects(run: Run, stage: Stage) -> tuple[list[Figure], Ratio]:
    """Push single objects, beside commits of one row and what PostgreSQL copies."""
    figures = run.in_turn(
        partial(_push, run, stage, stage.producer, "push", 1, 1),
        partial(_push, run, stage, stage.producer, "push", 1, MANY_CLIENTS),
        lambda _: commits(stage, connections=MANY_CLIENTS, rows=run.size.objects // 5, rounds=1),
        lambda _: copy_rows(stage, rounds=1),
    )
    run.tell(figures)
    name = f"push of 1, {MANY_CLIENTS} clients, to commits of one row"
    return figures, Ratio(name=name, value=ratio(figures[1], figures[2]), at_least=0.6)


def _push(  # noqa: PLR0913, PLR0917 - a workload is made of its numbers
    run: Run, stage: Stage, target: Target, name: str, envelope: int, clients: int, turn: int
) -> Figure:
    return push(
        target,
        stage.creator,
        size=envelope,
        clients=clients,
        objects=run.size.objects if envelope > 1 else run.size.objects // 10,
        rounds=range(turn, turn + 1),
        name=name,
    )


def _push_to_peer(medallion: Medallion, creator: str, envelope: int, turn: int) -> Figure:
    bodies = envelopes(_PEER_OBJECTS // envelope, envelope, seed=envelope + turn, creator=creator)
    with medallion.started() as peer, line(peer) as opened:
        seconds = timed(lambda: [opened.post(body) for body in bodies])
    return rate(f"medallion, its first {_PEER_OBJECTS:,} objects, envelopes of {envelope}", _PEER_OBJECTS, [seconds])
