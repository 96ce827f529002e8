"""Measure validation by itself: objects a second of CPU time through each step, on indicators and on real content."""

import argparse
import json
import sys
import time
import warnings
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
import orjson

from hub.domain.submissions import Caps
from hub.stix import fast
from hub.stix.check import check_objects
from hub.stix.envelope import open_envelope
from tests.bench.content import indicators
from tests.bench.figures import Figure, machine, rate
from tests.bench.records import summary
from tests.unit.stix.test_real_data import SOURCES, objects_of

CAPS: Final = Caps(body_bytes=1 << 30, envelope_objects=1_000_000, envelope_pattern_bytes=1 << 30)
AT: Final = datetime(2026, 11, 1, tzinfo=UTC)
OBJECTS: Final = 5_000
CREATOR: Final = "identity--3f2504e0-4f89-41d3-9a0c-0305e82c3301"


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


def main() -> None:
    """Run from scripts/bench/validation."""
    parser = argparse.ArgumentParser(prog="scripts/bench/validation", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="how many rounds (default: %(default)s)")
    parser.add_argument("--json", action="store_true", help="print the results as JSON")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    measured = bodies()
    figures = [figure for name, body in measured.items() for figure in measure(body, name, options.rounds)]
    shares = {name: share(body) for name, body in measured.items()}
    if options.json:
        document = {
            "machine": machine(),
            "figures": [msgspec.to_builtins(summary(each)) for each in figures],
            "accepted fast": shares,
        }
        sys.stdout.write(json.dumps(document, indent=2) + "\n")
        return
    for figure in figures:
        sys.stdout.write(f"{figure.name:<48}{figure.median:>12,.0f} {figure.unit}\n")
    for name, accepted in shares.items():
        sys.stdout.write(f"{name:<48}{accepted:>12.2%} accepted by the fast gate\n")
