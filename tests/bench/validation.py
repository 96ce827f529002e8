"""Measure validation by itself: objects a second of CPU time through each step, on indicators and on real content."""

import time
import warnings
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

import orjson

from hub.domain.submissions import Caps
from hub.stix import fast
from hub.stix.check import check_objects
from hub.stix.envelope import open_envelope
from tests.bench.content import indicators
from tests.bench.figures import Chapter, Figure, Ratio, rate
from tests.bench.rounds import Run
from tests.unit.stix.test_real_data import SOURCES, objects_of

CAPS: Final = Caps(body_bytes=1 << 30, envelope_objects=1_000_000, envelope_pattern_bytes=1 << 30)
AT: Final = datetime(2026, 11, 1, tzinfo=UTC)
OBJECTS: Final = 5_000
CREATOR: Final = "identity--3f2504e0-4f89-41d3-9a0c-0305e82c3301"


def validating(run: Run) -> Chapter:
    """Validate alone, by CPU time: each step on indicators and, where the shared data are there, on real content."""
    warnings.simplefilter("ignore")
    measured = bodies()
    figures = [figure for name, body in measured.items() for figure in measure(body, name, run.size.rounds)]
    run.tell(figures)
    ratios = [
        Ratio(name=f"{figure.name}, objects/s of CPU time", value=figure.median, at_least=50_000)
        for figure in figures
        if figure.name.endswith("fast gate")
    ]
    shares = [
        Ratio(name=f"{name}, share that the fast gate accepts", value=share(body), at_least=0.99)
        for name, body in measured.items()
    ]
    return Chapter(title="Validation", figures=tuple(figures), ratios=(*ratios, *shares))


def bodies() -> dict[str, bytes]:
    """Return what is measured: an envelope of indicators and, where the shared data are there, one of real content."""
    found = {"indicators": list(indicators(OBJECTS, seed=1, tlp="green", creator=CREATOR))}
    real = [value for source in SOURCES for value in objects_of(source)]
    if real:
        found["real content"] = real
    return {name: orjson.dumps({"objects": objects}) for name, objects in found.items()}


def steps(body: bytes) -> Mapping[str, Callable[[], object]]:
    """Return the steps that an envelope goes through, each by itself and all of them."""
    opened = open_envelope(body, caps=CAPS)
    values = [value for value in opened.values if isinstance(value, dict)]
    return {
        "orjson.loads": lambda: orjson.loads(body),
        "open_envelope": lambda: open_envelope(body, caps=CAPS),
        "fast gate": lambda: [fast.accepts(value) for value in values],
        "check_objects": lambda: check_objects(opened, caps=CAPS, at=AT),
        "open_envelope and check_objects": lambda: check_objects(open_envelope(body, caps=CAPS), caps=CAPS, at=AT),
    }


def measure(body: bytes, name: str, rounds: int) -> list[Figure]:
    """Take each step in turn, round after round, so that a busy machine is busy for all of them."""
    taken: dict[str, list[float]] = {}
    for _ in range(rounds):
        for step, work in steps(body).items():
            begun = time.process_time()
            work()
            taken.setdefault(step, []).append(time.process_time() - begun)
    total = open_envelope(body, caps=CAPS).total
    return [rate(f"{name}, {step}", total, seconds) for step, seconds in taken.items()]


def share(body: bytes) -> float:
    """Return which part of an envelope the fast gate accepts."""
    values: list[Any] = list(open_envelope(body, caps=CAPS).values)
    return sum(isinstance(value, dict) and fast.accepts(value) for value in values) / len(values)
