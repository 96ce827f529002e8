"""What is measured of a hub: pushing, pulling, polling, and all of it at once."""

import time
from collections.abc import Sequence
from functools import partial
from typing import Final
from urllib.parse import quote
from zlib import crc32

from hub.domain.clock import timestamp_of
from hub.domain.identifiers import Tick
from tests.bench.client import Target, at_once, line, timed
from tests.bench.content import envelopes
from tests.bench.figures import Figure, milliseconds, rate
from tests.bench.stage import Stage

_POLLS: Final = 300
_PAGES: Final = 50


def push(  # noqa: PLR0913 - a workload is made of its numbers
    target: Target, creator: str, *, size: int, clients: int, objects: int, rounds: range, name: str = "push"
) -> Figure:
    """Push fresh indicators in envelopes of one size, from several clients at once; other ones in each round."""
    each = max(1, objects // (size * clients))
    seconds = []
    for number in rounds:
        bodies = [
            envelopes(each, size, seed=crc32(f"{name} {size} {clients} {number} {client}".encode()), creator=creator)
            for client in range(clients)
        ]
        spans = at_once(_post_all, [(target, body) for body in bodies])
        seconds.append(_from_first_to_last(spans))
    return rate(f"{name}, envelopes of {size}, {_clients(clients)}", each * size * clients, seconds)


def pull(  # noqa: PLR0913 - a workload is made of its numbers
    target: Target, *, limit: int, clients: int, pages: int, rounds: int, name: str = "pull"
) -> Figure:
    """Pull pages from the beginning, from several clients at once."""
    seconds, objects = [], 0
    for _ in range(rounds):
        spans = at_once(_walk, [(target, limit, pages)] * clients)
        seconds.append(_from_first_to_last([span[:2] for span in spans]))
        objects = sum(span[2] for span in spans)
    return rate(f"{name}, pages of {limit}, {_clients(clients)}", objects, seconds)


def poll(target: Target, query: str, *, name: str, polls: int = _POLLS) -> Figure:
    """Ask the same small question many times over one connection."""
    with line(target) as asked:
        for _ in range(10):
            asked.get(query)
        return milliseconds(name, [timed(lambda: asked.get(query)) for _ in range(polls)])


def read(target: Target, after: Tick, *, name: str, pages: int = _PAGES) -> Figure:
    """Read a page of 1,000 from an instant on, many times, each a microsecond later: no such page was read before."""
    with line(target) as asked:
        queries = [f"?limit=1000&added_after={quote(timestamp_of(Tick(after + n)))}" for n in range(pages + 10)]
        for early in queries[:10]:
            asked.get(early)
        return milliseconds(name, [timed(partial(asked.get, query)) for query in queries[10:]])


def tail_query(stage: Stage) -> str:
    """Return the query of a poller that has seen everything."""
    return f"?added_after={quote(stage.tail())}"


def mixed(stage: Stage, *, seconds: float) -> list[Figure]:
    """Let two push, one walk and one poll at the same time, and say how long each request took."""
    until = time.monotonic() + seconds
    bodies = [envelopes(400, 100, seed=77 + number, creator=stage.creator) for number in range(2)]
    calls: Sequence[tuple[object, ...]] = [
        (stage.producer, until, "push", tuple(bodies[0]), ""),
        (stage.producer, until, "push", tuple(bodies[1]), ""),
        (stage.producer, until, "walk", (), "?limit=1000"),
        (stage.producer, until, "poll", (), tail_query(stage)),
    ]
    taken = at_once(_until, calls)
    names = ("push of 100", "push of 100", "page of 1000", "tail poll")
    grouped: dict[str, list[float]] = {}
    for name, spans in zip(names, taken, strict=True):
        grouped.setdefault(name, []).extend(spans)
    return [milliseconds(f"mixed load, {name}", spans) for name, spans in grouped.items()]


def _clients(count: int) -> str:
    return "one client" if count == 1 else f"{count} clients"


def _from_first_to_last(spans: Sequence[tuple[float, float]]) -> float:
    return max(end for _, end in spans) - min(begin for begin, _ in spans)


def _post_all(target: Target, bodies: Sequence[bytes]) -> tuple[float, float]:
    with line(target) as opened:
        begun = time.perf_counter()
        for body in bodies:
            opened.post_all(body)
        return begun, time.perf_counter()


def _walk(target: Target, limit: int, pages: int) -> tuple[float, float, int]:
    with line(target) as opened:
        begun, query, objects = time.perf_counter(), f"?limit={limit}", 0
        for _ in range(pages):
            body, last = opened.get(query)
            objects += body.count(b'"spec_version"')
            if last is None or len(body) < limit:
                break
            query = f"?limit={limit}&added_after={quote(last)}"
        return begun, time.perf_counter(), objects


def _until(target: Target, until: float, kind: str, bodies: Sequence[bytes], query: str) -> list[float]:
    """Push, or follow the log from a query on, and return how long each request took."""
    taken, asked, number = [], query, 0
    with line(target) as opened:
        while time.monotonic() < until:
            begun = time.perf_counter()
            if kind == "push":
                opened.post(bodies[number % len(bodies)])
            else:
                _, last = opened.get(asked)
                asked = f"?limit=1000&added_after={quote(last)}" if last else asked
            taken.append(time.perf_counter() - begun)
            number += 1
    return taken
