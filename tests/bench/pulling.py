"""Pulling: pages of 100 and 1,000, read before and for the first time, beside the floors, medallion and OpenTAXII."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from hub.runtime.catalogue import load_catalogue
from tests.bench.client import Target, line
from tests.bench.content import envelopes
from tests.bench.figures import Chapter, Figure, Ratio, ratio
from tests.bench.floors import serving_floor
from tests.bench.peers.medallion import Medallion
from tests.bench.rounds import Run
from tests.bench.stage import COLLECTION, Stage, multiply, seed, staged
from tests.bench.workloads import pull
from tests.support.serving import ROOT

_ROWS: Final = 200_000
_RARE: Final = 1_000
_PULLED: Final = 100_000
_PEER_ENVELOPES: Final = 2
"""Of 1,000 objects each: what a peer holds when it is pulled from; its first page takes medallion many seconds."""


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
            _fill(opentaxii, stage.creator, 0)
            for limit, clients in [(100, 1), (1_000, 1), (1_000, 4)]:
                found, compared = _pages(run, stage, [pages, ready, opentaxii], limit, clients)
                figures += found
                ratios += compared
    return Chapter(title="Pull", figures=tuple(figures), ratios=tuple(ratios))


def _pages(
    run: Run, stage: Stage, beside: Sequence[Target], limit: int, clients: int
) -> tuple[list[Figure], list[Ratio]]:
    """Pull pages of one size from the hub and the floors and, as one client with pages of 1,000, from the peers.

    `beside` are the floors, of pages and of bytes, and OpenTAXII.
    """
    pages, ready, opentaxii = beside
    floor = _pulls(pages, limit, clients, "floor: SQL and join")
    works = [_pulls(stage.producer, limit, clients, "pull"), floor, _pulls(ready, limit, clients, "floor: bytes")]
    if (limit, clients) == (1_000, 1):
        works += [partial(_pull_from_medallion, run.medallion, stage.creator), partial(_pull_from_opentaxii, opentaxii)]
    again = run.in_turn(*works)
    anew, least_then = run.in_turn(_pulls(stage.producer, limit, clients, "pull for the first time", anew=1), floor)
    figures = [*again, anew]
    run.tell(figures)
    how = f"of {limit}, {clients} clients, to SQL and join"
    goal = 0.7 if limit == 1_000 else None
    ours, least, _, *peers = again
    ratios = [
        Ratio(name=f"pull {how}", value=ratio(ours, least), at_least=goal),
        Ratio(name=f"pull for the first time {how}", value=ratio(anew, least_then), at_least=goal),
    ]
    for name, theirs, least_wanted in zip(("medallion's", "OpenTAXII's"), peers, (None, 20), strict=False):
        for which, figure in (("pull", ours), ("pull for the first time", anew)):
            ratios.append(Ratio(name=f"{which} of 1,000 to {name}", value=ratio(figure, theirs), at_least=least_wanted))
    return figures, ratios


def _pulls(target: Target, limit: int, clients: int, name: str, *, anew: int = 0) -> Callable[[int], Figure]:
    """Pull many objects; with `anew`, in pages of so much less each round that nobody has asked for them before."""

    def measure(number: int) -> Figure:
        asked = limit - anew * (number + 1)
        figure = pull(target, limit=asked, clients=clients, pages=_PULLED // limit, rounds=1, name=name)
        return replace(figure, name=figure.name.replace(str(asked), str(limit)))

    return measure


def _pull_from_medallion(medallion: Medallion, creator: str, number: int) -> Figure:
    name = f"medallion with {_PEER_ENVELOPES * 1_000:,} objects"
    with medallion.started() as peer:
        _fill(peer, creator, number)
        return pull(peer, limit=1_000, clients=1, pages=1, rounds=1, name=name)


def _pull_from_opentaxii(peer: Target, _number: int) -> Figure:
    return pull(peer, limit=1_000, clients=1, pages=_PEER_ENVELOPES, rounds=1, name="OpenTAXII")


def _fill(peer: Target, creator: str, number: int) -> None:
    with line(peer) as opened:
        for body in envelopes(_PEER_ENVELOPES, 1_000, seed=number, creator=creator):
            opened.post(body)
