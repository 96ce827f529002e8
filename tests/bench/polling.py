"""Polling: the tail, filters, deep pages, and a reader who sees a thousandth, at growing sizes of the log."""

from collections.abc import Sequence
from typing import Final

from hub.domain.identifiers import Tick
from tests.bench.figures import Chapter, Figure, Ratio, ratio
from tests.bench.rounds import Run
from tests.bench.stage import Stage, multiply, seed, staged
from tests.bench.workloads import poll, read, tail_query

_RARE: Final = 1_000
"""Of so many rows the stranger sees one."""

_PAGE: Final = 1_000
"""A log of no more rows has no full page with anything beyond it: none is kept, and a deep one holds little."""


def polling(run: Run) -> Chapter:
    """Poll at each depth, and say at the last one what the hub's processes hold."""
    figures: list[Figure] = []
    ratios: list[Ratio] = []
    tails: list[Figure] = []
    depths = run.size.depths
    with staged() as stage:
        seed(stage)
        for depth in depths:
            multiply(stage, depth, rare=_RARE, say=run.say)
            rows = _polls(stage, depth)
            run.tell(rows)
            tails.append(rows[0])
            figures += rows
            ratios += _compared(rows, depth)
        grown = f"tail poll at {depths[-1]:,} to {depths[0]:,}"
        ratios.append(Ratio(name=grown, value=ratio(tails[-1], tails[0]), at_most=1.3))
        figures += [
            Figure(name=f"memory of {kind} at {depths[-1]:,} rows", unit="MiB", samples=(held,))
            for kind, held in sorted(stage.memory().items())
        ]
    return Chapter(title="Poll, depth, filters, memory", figures=tuple(figures), ratios=tuple(ratios))


def _polls(stage: Stage, depth: int) -> Sequence[Figure]:
    beginning, deep = Tick(depth * 1_000), _tick_at(stage, depth * 9 // 10)
    somebody = stage.hub.rows("SELECT object_id FROM log ORDER BY tick DESC LIMIT 1")[0][0]
    polls = [
        poll(stage.producer, tail_query(stage), name=f"tail poll at {depth:,}"),
        read(stage.producer, beginning, name=f"first page at {depth:,}"),
        read(stage.producer, deep, name=f"page at depth 0.9 of {depth:,}"),
        read(stage.stranger, beginning, name=f"page of the sparse reader at {depth:,}"),
        poll(stage.stranger, tail_query(stage), name=f"tail poll of the sparse reader at {depth:,}"),
        poll(stage.producer, f"?match[id]={somebody}", name=f"match[id] at {depth:,}"),
        poll(stage.producer, "?match[type]=malware&limit=100", name=f"match[type] without a hit at {depth:,}"),
        read(stage.producer, beginning, name=f"match[version]=all at {depth:,}", query="?match[version]=all&limit=100"),
    ]
    if depth > _PAGE:
        polls.append(poll(stage.producer, f"?limit={_PAGE}", name=f"first page, read before, at {depth:,}"))
    return polls


def _compared(rows: Sequence[Figure], depth: int) -> list[Ratio]:
    _, first, deep, sparse, *_ = rows
    name = f"p99 of the sparse reader to all-seeing at {depth:,}"
    ratios = [Ratio(name=name, value=sparse.p99 / first.p99, at_most=3)]
    if depth > _PAGE:
        name = f"page at depth {depth:,} to the first page"
        ratios.insert(0, Ratio(name=name, value=ratio(deep, first), at_most=1.2))
    return ratios


def _tick_at(stage: Stage, number: int) -> Tick:
    ((tick,),) = stage.hub.rows(f"SELECT tick FROM log WHERE seq >= {number} ORDER BY seq LIMIT 1")  # noqa: S608 - a number
    return Tick(tick)
