"""Search for an object that the fast way accepts and the full checks do not: real data, and mutations of it.

Each case has a number; the same number and seed make the same case, on every machine that has the same data.
"""

import argparse
import json
import multiprocessing
import os
import random
import sys
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from stix2patterns.validator import run_validator

from hub.domain.submissions import Caps
from hub.stix import fast
from hub.stix.check import every_problem, first_problem
from hub.stix.envelope import nested_deeper
from hub.stix.patterns import is_known_at_a_glance, pattern_to_parse
from tests.unit.stix.examples import EXTENDED, PLAIN
from tests.unit.stix.mutations import anything
from tests.unit.stix.test_real_data import SOURCES, objects_of

CAPS: Final = Caps()
PART: Final = 2_000
HOSTILE: Final = Path(__file__).resolve().parents[3] / "../shared/data/hostile"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """An object that the two ways judge differently, and how."""

    case: int
    difference: str
    value: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What came of a part of the cases."""

    cases: int
    accepted: int
    findings: tuple[Finding, ...]


def difference_of(value: dict[str, Any]) -> str | None:
    """Return what the fast way says of an object that the full checks do not; None where they agree."""
    piece = json.dumps(value).encode()
    quick = first_problem(value, piece, pattern_to_parse(value, CAPS), CAPS)
    whole = every_problem(value, len(piece), CAPS)
    if quick != whole:
        return f"fast: {quick}; full: {whole}"
    pattern = value.get("pattern")
    if (
        value["type"] == "indicator"
        and value.get("pattern_type") == "stix"
        and is_known_at_a_glance(str(pattern), CAPS)
    ):
        errors = [error for version in ("2.0", "2.1") for error in run_validator(pattern, version)]
        return f"pattern taken at a glance: {errors[0]}" if errors else None
    return None


def real_objects() -> list[dict[str, Any]]:
    """Return the objects of all sources, and the hostile inputs that are objects."""
    found = [value for source in SOURCES for value in objects_of(source)]
    for path in sorted(HOSTILE.glob("*.json.txt")):
        try:
            value = json.loads(path.read_bytes())
        except ValueError:
            continue
        found += [value] if isinstance(value, dict) else []
    return [value for value in found if isinstance(value, dict) and not nested_deeper(value, CAPS.depth)]


def case(number: int, seed: int, real: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a case: first all objects as they are, then mutations."""
    whole = [*real, *PLAIN, *EXTENDED] if number < len(real) + len(PLAIN) + len(EXTENDED) else []
    return whole[number] if whole else anything(random.Random(f"{seed} {number}"), real)  # noqa: S311 - no secret


def judge(start: int, stop: int, seed: int) -> Tally:
    """Judge the cases from one number up to another."""
    accepted, findings = 0, []
    for number in range(start, stop):
        value = case(number, seed, _REAL)
        if not nested_deeper(value, CAPS.depth) and fast.accepts(value):
            accepted += 1
            difference = difference_of(value)
            if difference:
                findings.append(Finding(case=number, difference=difference, value=value))
    return Tally(cases=stop - start, accepted=accepted, findings=tuple(findings))


_REAL: Final[list[dict[str, Any]]] = []


def _prepare() -> None:
    os.nice(10)
    warnings.simplefilter("ignore")


def _judge(part: tuple[int, int, int]) -> Tally:
    return judge(*part)


def _tallies(cases: int, seed: int, processes: int) -> Iterator[Tally]:
    parts = [(start, min(start + PART, cases), seed) for start in range(0, cases, PART)]
    with multiprocessing.get_context("fork").Pool(processes, _prepare) as pool:
        yield from pool.imap_unordered(_judge, parts)


def main() -> None:
    """Run from scripts/gate-soundness."""
    parser = argparse.ArgumentParser(prog="scripts/gate-soundness", description=__doc__)
    parser.add_argument("--cases", type=int, default=1_000_000, help="how many cases (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="the seed of the mutations (default: %(default)s)")
    parser.add_argument(
        "--processes", type=int, default=os.cpu_count() or 1, help="how many processes (default: cores)"
    )
    parser.add_argument("--json", action="store_true", help="write the result as JSON")
    options = parser.parse_args()
    _REAL.extend(real_objects())
    begun, done, found = time.monotonic(), Counter[str](), list[Finding]()
    for tally in _tallies(options.cases, options.seed, options.processes):
        done.update(cases=tally.cases, accepted=tally.accepted)
        found += tally.findings
        for finding in tally.findings:
            sys.stderr.write(f"\ncase {finding.case}: {finding.difference}\n  {json.dumps(finding.value)}\n")
        sys.stderr.write(f"\r{done['cases']:>10} cases, {done['accepted']} accepted fast, {len(found)} wrongly ")
    seconds = time.monotonic() - begun
    sys.stderr.write("\n")
    if options.json:
        result = {"seed": options.seed, **done, "seconds": round(seconds, 1), "findings": [asdict(f) for f in found]}
        sys.stdout.write(json.dumps(result, indent=2) + "\n")
    else:
        sys.stdout.write(
            f"{done['cases']} cases of seed {options.seed} in {seconds:.0f} s: {done['accepted']} accepted by the fast "
            f"gate, {len(found)} of them not by the full checks\n"
        )
    sys.exit(1 if found else 0)
