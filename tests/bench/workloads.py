"""What is measured of a hub: pushing, pulling and polling."""

import time
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Final
from urllib.parse import quote
from zlib import crc32

from hub.domain.clock import timestamp_of
from hub.domain.identifiers import Tick
from tests.bench.client import Line, Target, at_once, line, timed
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


def pull(target: Target, *, limit: int, less: Sequence[int], pages: int, name: str) -> Figure:
    """Pull pages from the beginning, from as many clients at once as `less` has numbers: each in so much shorter ones.

    A page was read before only if somebody has asked for one of its length.
    """
    spans = at_once(_walk, [(target, limit - shorter, pages) for shorter in less])
    seconds = _from_first_to_last([span[:2] for span in spans])
    return rate(f"{name}, pages of {limit}, {_clients(len(less))}", sum(span[2] for span in spans), [seconds])


def poll(target: Target, query: str, *, name: str, polls: int = _POLLS) -> Figure:
    """Ask the same small question many times over one connection."""
    with line(target) as asked:
        for _ in range(10):
            asked.get(query)
        return milliseconds(name, [timed(lambda: asked.get(query)) for _ in range(polls)])


def read(target: Target, after: Tick, *, name: str, query: str = "?limit=1000", pages: int = _PAGES) -> Figure:
    """Read a page from an instant on, many times, each a microsecond later: no such page was read before."""
    with line(target) as asked:
        queries = [f"{query}&added_after={quote(timestamp_of(Tick(after + n)))}" for n in range(pages + 10)]
        for early in queries[:10]:
            asked.get(early)
        return milliseconds(name, [timed(partial(asked.get, query)) for query in queries[10:]])


def walk(opened: Line, *, limit: int, pages: int) -> Iterator[bytes]:
    """Give so many pages from the beginning, each of them full."""
    query = page_query(limit)
    for _ in range(pages):
        body, last = opened.get(query)
        if objects_in(body) != limit:
            raise RuntimeError(f"a page of {limit} holds {objects_in(body)} objects")
        yield body
        query = page_query(limit, last)


def page_query(limit: int, last: str | None = None) -> str:
    """Return the query of the page that follows the last item of another, or of the first."""
    return f"?limit={limit}" + (f"&added_after={quote(last)}" if last else "")


def objects_in(body: bytes) -> int:
    """Count the objects of a page."""
    return body.count(b'"spec_version"')


def tail_query(stage: Stage) -> str:
    """Return the query of a poller that has seen everything."""
    return f"?added_after={quote(stage.tail())}"


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
        begun = time.perf_counter()
        for _ in walk(opened, limit=limit, pages=pages):
            pass
        return begun, time.perf_counter(), limit * pages
