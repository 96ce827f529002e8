"""The chapters of a benchmark run: each measures one thing of the hub beside what it is compared with."""

from collections.abc import Callable, Mapping
from typing import Final

from tests.bench.delivery import delivering
from tests.bench.figures import Chapter
from tests.bench.growing import growing
from tests.bench.mixing import mixing
from tests.bench.polling import polling
from tests.bench.pulling import pulling
from tests.bench.pushing import pushing
from tests.bench.rounds import Run
from tests.bench.simulate import simulating
from tests.bench.stopping import stopping
from tests.bench.stream import streaming
from tests.bench.validation import validating


def suspending(run: Run) -> Chapter:
    """Measure from the acknowledged suspension to the last byte served, of each kind of thing that is suspended."""
    figures = stopping(cycles=run.size.rounds * 4, say=run.say)
    return Chapter(title="Suspension", figures=tuple(figures))


CHAPTERS: Final[Mapping[str, Callable[[Run], Chapter]]] = {
    "push": pushing,
    "growth": growing,
    "pull": pulling,
    "poll": polling,
    "mixed": mixing,
    "suspension": suspending,
    "delivery": delivering,
    "streams": streaming,
    "validation": validating,
    "simulate": simulating,
}
