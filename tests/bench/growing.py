"""Growing: how fast envelopes are taken as the log fills, and how large its indexes are then."""

from typing import Final

from tests.bench.figures import Chapter, Figure, Ratio, ratio
from tests.bench.rounds import Run
from tests.bench.stage import Stage, multiply, seed, staged
from tests.bench.workloads import push

_SIZES: Final = """
    SELECT c.relname, pg_relation_size(c.oid) / 1048576.0 FROM pg_class c
    WHERE c.oid = 'log'::regclass OR c.oid IN (SELECT indexrelid FROM pg_index WHERE indrelid = 'log'::regclass)
    ORDER BY 2 DESC
"""


def growing(run: Run) -> Chapter:
    """Push envelopes of 1,000 at growing sizes of the log; its keys are random, as ids are."""
    pushes: list[Figure] = []
    with staged() as stage:
        seed(stage)
        for depth in run.size.growth:
            multiply(stage, depth, rare=2, say=run.say)
            pushes.append(_push(run, stage, depth))
            run.tell(pushes[-1:])
        sizes = _sizes(stage)
        run.tell(sizes)
    least, *deeper = run.size.growth
    grown = [
        Ratio(name=f"push from {depth:,} rows on to {least:,} on", value=ratio(each, pushes[0]), at_least=0.7)
        for depth, each in zip(deeper, pushes[1:], strict=True)
    ]
    return Chapter(title="Growth", figures=(*pushes, *sizes), ratios=tuple(grown))


def _push(run: Run, stage: Stage, depth: int) -> Figure:
    return push(
        stage.producer,
        stage.creator,
        size=1_000,
        clients=1,
        objects=run.size.objects,
        rounds=range(run.size.rounds),
        name=f"push from {depth:,} rows on",
    )


def _sizes(stage: Stage) -> list[Figure]:
    rows = stage.count()
    return [
        Figure(name=f"{name} at {rows:,} rows", unit="MiB", samples=(float(size),))
        for name, size in stage.hub.rows(_SIZES)
    ]
