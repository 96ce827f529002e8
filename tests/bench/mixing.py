"""Mixed load: two producers push, one reader walks and another polls, all at the same time."""

import time
from operator import call
from typing import Final
from zlib import crc32

from tests.bench.client import Target, at_once, line
from tests.bench.content import envelopes
from tests.bench.figures import Chapter, Figure, milliseconds
from tests.bench.rounds import Run
from tests.bench.stage import Stage, multiply, seed, staged
from tests.bench.workloads import objects_in, page_query, tail_query

_ROWS: Final = 100_000
_ENVELOPE: Final = 100
_PAGE: Final = 1_000


def mixing(run: Run) -> Chapter:
    """Let two producers, a walker and a poller work at the same time, and say how long each request took."""
    with staged() as stage:
        seed(stage)
        multiply(stage, _ROWS, rare=1_000, say=run.say)
        figures = _mixed(stage, seconds=run.size.seconds)
    run.tell(figures)
    return Chapter(title="Mixed load", figures=tuple(figures))


def _mixed(stage: Stage, *, seconds: float) -> list[Figure]:
    until = time.monotonic() + seconds
    works: list[tuple[object, ...]] = [
        (_push, stage.producer, until, stage.creator, "one"),
        (_push, stage.producer, until, stage.creator, "other"),
        (_walk, stage.producer, until),
        (_poll, stage.producer, until, tail_query(stage)),
    ]
    one, other, pages, polls = at_once(call, works)
    return [
        milliseconds(f"mixed load, push of {_ENVELOPE}", one + other),
        milliseconds(f"mixed load, page of {_PAGE}", pages),
        milliseconds("mixed load, tail poll", polls),
    ]


def _push(target: Target, until: float, creator: str, name: str) -> list[float]:
    """Push fresh envelopes, each of them made before its time is taken."""
    taken: list[float] = []
    with line(target) as opened:
        while time.monotonic() < until:
            number = crc32(f"mixed {name} {len(taken)}".encode())
            (body,) = envelopes(1, _ENVELOPE, seed=number, creator=creator)
            begun = time.perf_counter()
            opened.post_all(body)
            taken.append(time.perf_counter() - begun)
    return taken


def _walk(target: Target, until: float) -> list[float]:
    """Walk from the beginning to the end again and again, each time in shorter pages, which nobody has read before.

    Only full pages count: the last of a walk holds what there happens to be.
    """
    taken: list[float] = []
    limit, query = _PAGE, page_query(_PAGE)
    with line(target) as opened:
        while time.monotonic() < until:
            begun = time.perf_counter()
            body, last = opened.get(query)
            span = time.perf_counter() - begun
            if objects_in(body) == limit:
                taken.append(span)
                query = page_query(limit, last)
            else:
                limit -= 1
                query = page_query(limit)
    return taken


def _poll(target: Target, until: float, query: str) -> list[float]:
    """Ask for what is new since the last answer."""
    taken: list[float] = []
    with line(target) as opened:
        while time.monotonic() < until:
            begun = time.perf_counter()
            _, last = opened.get(query)
            taken.append(time.perf_counter() - begun)
            query = page_query(_PAGE, last) if last else query
    return taken
