"""Growing: how fast envelopes are taken as the log fills, and how large its indexes are then."""

from collections.abc import Callable, Sequence

from tests.bench.client import line
from tests.bench.content import envelopes
from tests.bench.figures import Chapter, Figure, Ratio, ratio
from tests.bench.stage import Stage, multiply, staged
from tests.bench.workloads import push

_SIZES = """
    SELECT c.relname, pg_relation_size(c.oid) / 1048576.0 FROM pg_class c
    WHERE c.oid = 'log'::regclass OR c.oid IN (SELECT indexrelid FROM pg_index WHERE indrelid = 'log'::regclass)
    ORDER BY 2 DESC
"""


def growing(*, depths: Sequence[int], objects: int, rounds: int, say: Callable[[str], None]) -> Chapter:
    """Push envelopes of 1,000 at growing sizes of the log; its keys are random, as ids are."""
    figures: list[Figure] = []
    with staged() as stage:
        with line(stage.producer) as opened:
            for seed, tlp in enumerate(("green", "amber")):
                for body in envelopes(1, 100, seed=seed, tlp=tlp, creator=stage.creator):
                    opened.post_all(body)
        for depth in depths:
            say(f"filling the log to {depth:,} rows")
            multiply(stage, depth, rare=2)
            figures.append(
                push(
                    stage.producer,
                    stage.creator,
                    size=1_000,
                    clients=1,
                    objects=objects,
                    rounds=range(rounds),
                    name=f"push at {depth:,} rows",
                )
            )
            say(f"{figures[-1].name:<60} {figures[-1].median:>12,.2f} {figures[-1].unit}")
        grown = Ratio(
            name=f"push at {depths[-1]:,} rows to {depths[0]:,}", value=ratio(figures[-1], figures[0]), at_least=0.7
        )
        for figure in _sizes(stage):
            say(f"{figure.name:<60} {figure.median:>12,.2f} {figure.unit}")
            figures.append(figure)
    return Chapter(title="Growth", figures=tuple(figures), ratios=(grown,))


def _sizes(stage: Stage) -> list[Figure]:
    rows = stage.count()
    return [
        Figure(name=f"{name} at {rows:,} rows", unit="MiB", samples=(float(size),))
        for name, size in stage.hub.rows(_SIZES)
    ]
