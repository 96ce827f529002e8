"""Pulling: pages of 100 and 1,000, read before and for the first time, beside the floors, medallion and OpenTAXII."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import count, islice
from typing import Final

from hub.runtime.catalogue import load_catalogue
from tests.bench.client import Target
from tests.bench.content import envelopes
from tests.bench.figures import Chapter, Figure, Ratio, rate, ratio
from tests.bench.floors import serving_floor
from tests.bench.peers.asking import pull_from, push_to
from tests.bench.peers.medallion import Medallion
from tests.bench.rounds import Run
from tests.bench.stage import COLLECTION, Stage, multiply, seed, staged
from tests.bench.workloads import pull
from tests.support.serving import ROOT

_ROWS: Final = 200_000
_RARE: Final = 1_000
_PULLED: Final = 20_000
"""What a client pulls in a turn: so little that a web process still keeps the pages that were read before when it has
served others for the first time in all of the rounds."""

_WARMING: Final = 8
"""Clients that read what is then read again, so many that each web process serves one of them."""

_PEER_ENVELOPES: Final = 2
"""Of 1,000 objects each: what a peer holds when it is pulled from; its first page takes medallion many seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Served:
    """Where pages come from: the hub, the floors of pages and of bytes, and OpenTAXII with the envelopes it holds.

    `less` gives each walk of the hub that is to be the first of its kind a length of pages that no other has.
    """

    stage: Stage
    pages: Target
    ready: Target
    opentaxii: Target
    held: Sequence[bytes]
    less: Iterator[int]


def pulling(run: Run) -> Chapter:
    """Pull with one and four clients."""
    collection = next(each.id for each in load_catalogue(ROOT / "collections") if each.alias == COLLECTION)
    figures: list[Figure] = []
    ratios: list[Ratio] = []
    with staged() as stage:
        seed(stage)
        multiply(stage, _ROWS, rare=_RARE, say=run.say)
        with (
            serving_floor(stage, "floors:page_floor", collection) as pages,
            serving_floor(stage, "floors:bytes_floor", "") as ready,
            run.opentaxii.started(stage) as opentaxii,
        ):
            held = _held(stage.creator, 0)
            push_to(opentaxii, held)
            served = _Served(stage=stage, pages=pages, ready=ready, opentaxii=opentaxii, held=held, less=count(1))
            for limit, clients in [(100, 1), (1_000, 1), (1_000, 4)]:
                found, compared = _pages(run, served, limit, clients)
                figures += found
                ratios += compared
    return Chapter(title="Pull", figures=tuple(figures), ratios=tuple(ratios))


def _pages(run: Run, served: _Served, limit: int, clients: int) -> tuple[list[Figure], list[Ratio]]:
    """Pull pages of one size from the hub and the floors and, as one client with pages of 1,000, from the peers."""
    hub = served.stage.producer
    same = [0] * clients
    works = [
        _pulls(hub, "pull for the first time", limit, lambda: list(islice(served.less, clients))),
        _pulls(hub, "pull", limit, lambda: same),
        _pulls(served.pages, "floor: SQL and join", limit, lambda: same),
        _pulls(served.ready, "floor: bytes", limit, lambda: same),
    ]
    if (limit, clients) == (1_000, 1):
        works += [
            partial(_pull_from_medallion, run.medallion, served.stage.creator),
            lambda _: _pull_from_peer(served.opentaxii, served.held, _PEER_ENVELOPES, "OpenTAXII"),
        ]
    _pulls(hub, "to be read again", limit, lambda: [0] * _WARMING)(0)
    figures = run.in_turn(*works)
    run.tell(figures)
    anew, again, floor, _, *peers = figures
    how = f"of {limit}, {clients} clients, to SQL and join"
    goal = 0.7 if limit == 1_000 else None
    ratios = [
        Ratio(name=f"pull {how}", value=ratio(again, floor), at_least=goal),
        Ratio(name=f"pull for the first time {how}", value=ratio(anew, floor), at_least=goal),
    ]
    for name, theirs, least in zip(("medallion's", "OpenTAXII's"), peers, (None, 20), strict=False):
        ratios += [
            Ratio(name=f"pull of 1,000 to {name}", value=ratio(again, theirs)),
            Ratio(name=f"pull for the first time of 1,000 to {name}", value=ratio(anew, theirs), at_least=least),
        ]
    return figures, ratios


def _pulls(target: Target, name: str, limit: int, less: Callable[[], Sequence[int]]) -> Callable[[int], Figure]:
    """Pull in each round from as many clients as `less` then gives numbers."""
    return lambda _: pull(target, limit=limit, less=less(), pages=_PULLED // limit, name=name)


def _pull_from_medallion(medallion: Medallion, creator: str, number: int) -> Figure:
    held = _held(creator, number)
    with medallion.started() as peer:
        push_to(peer, held)
        return _pull_from_peer(peer, held, 1, f"medallion with {_PEER_ENVELOPES * 1_000:,} objects")


def _pull_from_peer(peer: Target, held: Sequence[bytes], pages: int, name: str) -> Figure:
    seconds = pull_from(peer, held, limit=1_000, pages=pages)
    return rate(f"{name}, pages of 1000, one client", 1_000 * pages, [seconds])


def _held(creator: str, number: int) -> list[bytes]:
    return envelopes(_PEER_ENVELOPES, 1_000, seed=number, creator=creator)
