"""Pushing: envelopes of 1,000, 100 and 1 object, beside the floors, medallion and OpenTAXII."""

from functools import partial
from typing import Final
from zlib import crc32

from tests.bench.client import Target, line
from tests.bench.content import envelopes
from tests.bench.figures import Chapter, Figure, Ratio, rate, ratio
from tests.bench.floors import serving_floor
from tests.bench.peers.asking import push_to
from tests.bench.push_floors import commits, copy_rows
from tests.bench.rounds import Run
from tests.bench.stage import Stage, staged
from tests.bench.workloads import push

MANY_CLIENTS: Final = 16
_FLOOR: Final = "floor: load, gate and COPY"
_MEDALLION_OBJECTS: Final = 5_000
"""It looks through all that it holds for each new object, so its rate is one for so many, given to it empty."""

_OPENTAXII_OBJECTS: Final = 2_000


def pushing(run: Run) -> Chapter:
    """Measure ours and what it is compared with in turn, round after round, so that all meet the same machine."""
    figures: list[Figure] = []
    ratios: list[Ratio] = []
    with staged() as stage:
        with line(stage.producer) as opened:
            for body in envelopes(1, 100, seed=0, creator=stage.creator):
                opened.post_all(body)
        with (
            serving_floor(stage, "push_floors:push_floor", "") as floor,
            run.opentaxii.started(stage) as opentaxii,
        ):
            for envelope, clients in [(100, 1), (1_000, 1), (100, 4), (1_000, 4)]:
                found, compared = _envelopes(run, stage, floor, opentaxii, envelope, clients)
                figures += found
                ratios += compared
            found, single = _single_objects(run, stage)
    return Chapter(title="Push", figures=(*figures, *found), ratios=(*ratios, single))


def _envelopes(  # noqa: PLR0913, PLR0917 - what is compared, and a workload is made of its numbers
    run: Run, stage: Stage, floor: Target, opentaxii: Target, envelope: int, clients: int
) -> tuple[list[Figure], list[Ratio]]:
    """Push envelopes of one size to the hub, the floor and, as one client, the peers.

    medallion comes last: while it works, PostgreSQL gets over what OpenTAXII has left it to do.
    """
    works = [
        partial(_push, run, stage, stage.producer, "push", envelope, clients),
        partial(_push, run, stage, floor, _FLOOR, envelope, clients),
    ]
    if clients == 1:
        works += [
            partial(_push_to_opentaxii, opentaxii, stage.creator, envelope),
            partial(_push_to_medallion, run, stage.creator, envelope),
            partial(_push_to_medallion, run, stage.creator, envelope, held=_MEDALLION_OBJECTS),
        ]
    figures = run.in_turn(*works)
    run.tell(figures)
    ours, least, *peers = figures
    ratios = [
        Ratio(
            name=f"push of {envelope}, {clients} clients, to load, gate and COPY",
            value=ratio(ours, least),
            at_least=0.6 if clients == 1 else None,
        )
    ]
    names = ("OpenTAXII's", "medallion's", f"medallion's that holds {_MEDALLION_OBJECTS:,} objects")
    for name, theirs, goal in zip(names, peers, (40, 5, None), strict=False):
        ratios.append(Ratio(name=f"push of {envelope} to {name}", value=ratio(ours, theirs), at_least=goal))
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


def _push_to_medallion(run: Run, creator: str, envelope: int, turn: int, *, held: int = 0) -> Figure:
    which = "next" if held else "first"
    name = f"medallion, its {which} {_MEDALLION_OBJECTS:,} objects, envelopes of {envelope}"
    with run.medallion.started() as peer:
        if held:
            _push_to_peer(peer, "what is held", creator, 1_000, held, turn)
        return _push_to_peer(peer, name, creator, envelope, _MEDALLION_OBJECTS, turn)


def _push_to_opentaxii(peer: Target, creator: str, envelope: int, turn: int) -> Figure:
    return _push_to_peer(peer, f"OpenTAXII, envelopes of {envelope}", creator, envelope, _OPENTAXII_OBJECTS, turn)


def _push_to_peer(  # noqa: PLR0913, PLR0917 - a workload is made of its numbers
    peer: Target, name: str, creator: str, envelope: int, objects: int, turn: int
) -> Figure:
    bodies = envelopes(objects // envelope, envelope, seed=crc32(f"{name} {turn}".encode()), creator=creator)
    return rate(name, objects, [push_to(peer, bodies)])
