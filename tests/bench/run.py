"""Measure a hub on this machine and write what was measured: results.json, a page, and a chart a chapter."""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from tests.bench.chapters import CHAPTERS, Size
from tests.bench.figures import machine
from tests.bench.page import verdict, write
from tests.bench.records import encoded, kept, merged, record
from tests.support.serving import ROOT

_QUICK: Final = Size(depths=(1_000, 100_000), rounds=3, objects=10_000, seconds=5.0)
_USUAL: Final = Size(depths=(1_000, 100_000, 1_000_000), rounds=5, objects=20_000, seconds=15.0)
_LARGE: Final = Size(depths=(1_000, 100_000, 1_000_000, 10_000_000), rounds=5, objects=20_000, seconds=15.0)
_PAGES: Final = ROOT / "docs" / "performance"


def main() -> None:
    """Run the chapters that were asked for."""
    asked = _arguments()
    size = {"quick": _QUICK, "usual": _USUAL, "large": _LARGE}[asked.size]
    today = datetime.now(UTC).strftime("%Y-%m-%d")
    records = []
    for name in asked.only or CHAPTERS:
        _say(f"== {name}")
        chapter = CHAPTERS[name](size, _say)
        records.append(record(chapter, name=name, measured=today, size=asked.size, machine=machine()))
        for ratio in records[-1].ratios:
            goal = f"{ratio.goal}: {verdict(ratio.reached)}" if ratio.goal else ""
            _say(f"{ratio.name:<60} {ratio.value:>12,.2f} {goal}")
        if asked.write:
            write(asked.write, merged(kept(asked.write), records, order=list(CHAPTERS)))
            _say(f"written to {asked.write}")
    if asked.json:
        sys.stdout.write(encoded(records).decode())


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench/hub", description=__doc__)
    parser.add_argument("--only", action="append", choices=list(CHAPTERS), help="this chapter; again for each")
    parser.add_argument("--quick", dest="size", action="store_const", const="quick", default="usual")
    parser.add_argument("--large", dest="size", action="store_const", const="large", help="up to 10,000,000 rows")
    parser.add_argument("--json", action="store_true", help="print the results as JSON")
    parser.add_argument(
        "--write", type=Path, nargs="?", const=_PAGES, metavar="DIR", help="write results, page and charts"
    )
    return parser.parse_args()


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    main()
