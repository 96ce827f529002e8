"""Measure a hub on this machine and write what was measured: results.json, a page, and a chart a chapter."""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from tests.bench.chapters import CHAPTERS
from tests.bench.figures import machine
from tests.bench.page import verdict, write
from tests.bench.peers.medallion import Medallion
from tests.bench.peers.opentaxii import OpenTaxii
from tests.bench.records import ChapterRecord, encoded, kept, merged, record
from tests.bench.rounds import SIZES, Run
from tests.support.serving import ROOT

_PAGES: Final = ROOT / "docs" / "performance"


def main() -> None:
    """Run the chapters that were asked for."""
    asked = _arguments()
    records: list[ChapterRecord] = []
    with TemporaryDirectory(prefix="hub-bench-") as directory:
        peers = Path(directory)
        medallion, opentaxii = Medallion(peers / "medallion"), OpenTaxii(peers / "opentaxii")
        run = Run(size=SIZES[asked.size], medallion=medallion, opentaxii=opentaxii, say=_say)
        for name in asked.only or CHAPTERS:
            _say(f"== {name}")
            records.append(_measured(run, name, asked.size))
            if asked.write:
                write(asked.write, merged(kept(asked.write), records, order=list(CHAPTERS)))
                _say(f"written to {asked.write}")
    if asked.json:
        sys.stdout.write(encoded(records).decode())


def _measured(run: Run, name: str, size: str) -> ChapterRecord:
    today = datetime.now(UTC).strftime("%Y-%m-%d")
    made = record(CHAPTERS[name](run), name=name, measured=today, size=size, machine=machine())
    for ratio in made.ratios:
        goal = f"{ratio.goal}: {verdict(ratio.reached)}" if ratio.goal else ""
        _say(f"{ratio.name:<60} {ratio.value:>12,.2f} {goal}")
    return made


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
