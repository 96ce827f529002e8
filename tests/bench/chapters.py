"""The chapters of a benchmark run: each measures one thing of the hub beside what it is compared with."""

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from hub.domain.identifiers import Tick
from hub.runtime.catalogue import load_catalogue
from tests.bench.client import Target, line
from tests.bench.content import envelopes
from tests.bench.figures import Chapter, Figure, Ratio, ratio
from tests.bench.floors import serving_floor
from tests.bench.growing import growing
from tests.bench.peers import serving_medallion
from tests.bench.pushing import pushing
from tests.bench.stage import COLLECTION, Stage, multiply, staged
from tests.bench.stopping import stopping
from tests.bench.telling import delivering, streaming
from tests.bench.validation import bodies, measure, share
from tests.bench.workloads import mixed, poll, pull, read, tail_query
from tests.support.serving import ROOT

Say = Callable[[str], None]

_RARE: Final = 1_000
"""Of so many rows the stranger sees one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much is measured: how far the log is filled, how many rounds, and how many objects a round pushes."""

    depths: tuple[int, ...]
    rounds: int
    objects: int
    seconds: float


def pushing_chapter(size: Size, say: Say) -> Chapter:
    """Push envelopes of 1, 100 and 1,000 objects, beside the floors and medallion."""
    return pushing(objects=size.objects, rounds=size.rounds, say=say)


def growing_chapter(size: Size, say: Say) -> Chapter:
    """Push into a log that is growing."""
    return growing(depths=size.depths, objects=size.objects, rounds=size.rounds, say=say)


def pulling(size: Size, say: Say) -> Chapter:
    """Pull pages of 100 and 1,000 with one and four clients, beside the floors and medallion."""
    collection = next(each.id for each in load_catalogue(ROOT / "collections") if each.alias == COLLECTION)
    figures: list[Figure] = []
    ratios: list[Ratio] = []
    with staged() as stage, serving_medallion() as peer:
        _seed(stage)
        multiply(stage, 200_000, rare=_RARE)
        with (
            serving_floor(stage, "floors:page_floor", collection) as pages,
            serving_floor(stage, "floors:bytes_floor", "") as ready,
        ):
            for limit, clients in [(100, 1), (1_000, 1), (1_000, 4)]:
                floor = _pulls(pages, limit, clients, "floor: SQL and join")
                again = [
                    _pulls(stage.producer, limit, clients, "pull"),
                    floor,
                    _pulls(ready, limit, clients, "floor: bytes"),
                ]
                anew = [_pulls(stage.producer, limit, clients, "pull for the first time", anew=1), floor]
                rows = _side_by_side(again, size.rounds)
                firsts = _side_by_side(anew, size.rounds)
                how = f"of {limit}, {clients} clients, to SQL and join"
                goal = 0.7 if limit == 1_000 else None
                ratios += [
                    Ratio(name=f"pull {how}", value=ratio(rows[0], rows[1]), at_least=goal),
                    Ratio(name=f"pull for the first time {how}", value=ratio(firsts[0], firsts[1]), at_least=goal),
                ]
                rows.append(firsts[0])
                figures += rows
                for figure in rows:
                    say(_line(figure))
        with line(peer) as opened:
            for body in envelopes(2, 1_000, seed=5, creator=stage.creator):
                opened.post(body)
        theirs = pull(peer, limit=1_000, clients=1, pages=2, rounds=1, name="medallion")
        say(_line(theirs))
        ratios.append(Ratio(name="pull of 1,000 to medallion's", value=ratio(figures[4], theirs)))
    return Chapter(title="Pull", figures=(*figures, theirs), ratios=tuple(ratios))


def polling(size: Size, say: Say) -> Chapter:
    """Poll the tail, filter, read deep, and read as one who sees a thousandth, at growing sizes of the log."""
    figures: list[Figure] = []
    ratios: list[Ratio] = []
    with staged() as stage:
        _seed(stage)
        tails: list[Figure] = []
        for depth in size.depths:
            say(f"filling the log to {depth:,} rows")
            multiply(stage, depth, rare=_RARE)
            rows = _polls(stage, depth)
            tails.append(rows[0])
            figures += rows
            ratios += [
                Ratio(name=f"page at depth {depth:,} to the first page", value=ratio(rows[2], rows[1]), at_most=1.2),
                Ratio(
                    name=f"p99 of the sparse reader to all-seeing at {depth:,}",
                    value=rows[3].p99 / rows[1].p99,
                    at_most=3,
                ),
            ]
            for figure in rows:
                say(_line(figure))
        grown = f"tail poll at {size.depths[-1]:,} to {size.depths[0]:,}"
        ratios.append(Ratio(name=grown, value=ratio(tails[-1], tails[0]), at_most=1.3))
        memory = stage.memory()
        figures += [
            Figure(name=f"memory of {kind} at {size.depths[-1]:,} rows", unit="MiB", samples=(held,))
            for kind, held in sorted(memory.items())
        ]
    return Chapter(title="Poll, depth, filters, memory", figures=tuple(figures), ratios=tuple(ratios))


def mixing(size: Size, say: Say) -> Chapter:
    """Two producers, a walker and a poller at the same time."""
    with staged() as stage:
        _seed(stage)
        multiply(stage, 100_000, rare=_RARE)
        figures = mixed(stage, seconds=size.seconds)
    for figure in figures:
        say(_line(figure))
    return Chapter(title="Mixed load", figures=tuple(figures))


def suspending(size: Size, say: Say) -> Chapter:
    """From the acknowledged suspension to the last byte served, of each kind of thing that can be suspended."""
    figures = stopping(cycles=size.rounds * 4, say=say)
    return Chapter(title="Suspension", figures=tuple(figures))


def delivering_chapter(size: Size, say: Say) -> Chapter:
    """Deliver to webhooks, beside the bare client and beside a subscriber that has the whole log before it."""
    return delivering(runs=size.rounds, behind=size.depths[-1], say=say)


def streaming_chapter(size: Size, say: Say) -> Chapter:
    """Tell 8,000 streams of one object."""
    del say
    return streaming(runs=size.rounds)


def validating(size: Size, say: Say) -> Chapter:
    """Validate alone, by CPU time: each step on indicators and, where the shared data are there, on real content."""
    warnings.simplefilter("ignore")
    figures = [figure for name, body in bodies().items() for figure in measure(body, name, size.rounds)]
    for figure in figures:
        say(_line(figure))
    ratios = [
        Ratio(name=f"{figure.name}, objects/s of CPU time", value=figure.median, at_least=50_000)
        for figure in figures
        if figure.name.endswith("fast gate")
    ]
    shares = [
        Ratio(name=f"{name}, share that the fast gate accepts", value=share(body), at_least=0.99)
        for name, body in bodies().items()
    ]
    return Chapter(title="Validation", figures=tuple(figures), ratios=(*ratios, *shares))


CHAPTERS: Final[Mapping[str, Callable[[Size, Say], Chapter]]] = {
    "push": pushing_chapter,
    "growth": growing_chapter,
    "pull": pulling,
    "poll": polling,
    "mixed": mixing,
    "suspension": suspending,
    "delivery": delivering_chapter,
    "streams": streaming_chapter,
    "validation": validating,
}


def _polls(stage: Stage, depth: int) -> Sequence[Figure]:
    beginning, deep = Tick(depth * 1_000), _tick_at(stage, depth * 9 // 10)
    somebody = stage.hub.rows("SELECT object_id FROM log ORDER BY tick DESC LIMIT 1")[0][0]
    return [
        poll(stage.producer, tail_query(stage), name=f"tail poll at {depth:,}"),
        read(stage.producer, beginning, name=f"first page at {depth:,}"),
        read(stage.producer, deep, name=f"page at depth 0.9 of {depth:,}"),
        read(stage.stranger, beginning, name=f"page of the sparse reader at {depth:,}"),
        poll(stage.stranger, tail_query(stage), name=f"tail poll of the sparse reader at {depth:,}"),
        poll(stage.producer, f"?match[id]={somebody}", name=f"match[id] at {depth:,}"),
        poll(stage.producer, "?match[type]=malware&limit=100", name=f"match[type] without a hit at {depth:,}"),
        poll(stage.producer, "?match[version]=all&limit=100", name=f"match[version]=all at {depth:,}"),
        poll(stage.producer, "?limit=1000", name=f"first page, read before, at {depth:,}"),
    ]


def _tick_at(stage: Stage, number: int) -> Tick:
    ((tick,),) = stage.hub.rows(f"SELECT tick FROM log WHERE seq >= {number} ORDER BY seq LIMIT 1")  # noqa: S608 - a number
    return Tick(tick)


def _seed(stage: Stage) -> None:
    """Push an envelope in green, which the stranger reads, and one in amber, which he does not."""
    with line(stage.producer) as opened:
        for seed, tlp in enumerate(("green", "amber")):
            for body in envelopes(1, 100, seed=seed, tlp=tlp, creator=stage.creator):
                opened.post_all(body)


def _side_by_side(measures: Sequence[Callable[[int], Figure]], rounds: int) -> list[Figure]:
    """Measure several things in turn, round after round, so that what the machine does besides is the same for all."""
    taken = [[measure(number) for measure in measures] for number in range(rounds)]
    return [
        replace(each[0], samples=tuple(sample for figure in each for sample in figure.samples))
        for each in zip(*taken, strict=True)
    ]


def _pulls(target: Target, limit: int, clients: int, name: str, *, anew: int = 0) -> Callable[[int], Figure]:
    """Pull 100,000 objects; with `anew`, in pages of so much less each round that nobody has asked for them before."""

    def measure(number: int) -> Figure:
        asked = limit - anew * (number + 1)
        figure = pull(target, limit=asked, clients=clients, pages=100_000 // limit, rounds=1, name=name)
        return replace(figure, name=figure.name.replace(str(asked), str(limit)))

    return measure


def _line(figure: Figure) -> str:
    return f"{figure.name:<60} {figure.median:>12,.2f} {figure.unit}"
