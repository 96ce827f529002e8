"""Measure a hub on this machine and write what was measured: results.json, a page, and a chart a chapter."""

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from tests.bench.chapters import CHAPTERS, Chapter, Size
from tests.bench.charts import bars
from tests.bench.figures import machine
from tests.support.serving import ROOT

_QUICK: Final = Size(depths=(1_000, 100_000), rounds=3, objects=10_000, seconds=5.0)
_USUAL: Final = Size(depths=(1_000, 100_000, 1_000_000), rounds=5, objects=20_000, seconds=15.0)
_LARGE: Final = Size(depths=(1_000, 100_000, 1_000_000, 10_000_000), rounds=5, objects=20_000, seconds=15.0)
_PAGES: Final = ROOT / "docs" / "performance"


def main() -> None:
    """Run the chapters that were asked for."""
    asked = _arguments()
    size = {"quick": _QUICK, "usual": _USUAL, "large": _LARGE}[asked.size]
    measured = []
    for name in asked.only or CHAPTERS:
        _say(f"== {name}")
        measured.append(CHAPTERS[name](size, _say))
    document = {
        "measured": datetime.now(UTC).strftime("%Y-%m-%d"),
        "size": asked.size,
        "machine": machine(),
        "chapters": [chapter.document() for chapter in measured],
    }
    if asked.json:
        sys.stdout.write(json.dumps(document, indent=2) + "\n")
    if asked.write:
        _write(asked.write, document, measured)
        _say(f"written to {asked.write}")


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


def _write(directory: Path, document: dict[str, Any], chapters: Sequence[Chapter]) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "results.json").write_text(json.dumps(document, indent=2) + "\n")
    for chapter in chapters:
        for unit in dict.fromkeys(figure.unit for figure in chapter.figures):
            figures = [figure for figure in chapter.figures if figure.unit == unit]
            (directory / _chart(chapter, unit)).write_text(bars(f"{chapter.title}, {unit}", figures))
    (directory / "README.md").write_text(_page(document, chapters))


def _page(document: dict[str, Any], chapters: Sequence[Chapter]) -> str:
    what = document["machine"]
    how = (
        f"`scripts/bench/hub --write`, {document['measured']}, on {what['cores']} cores ({what['processor']}),"
        f" {what['memory_gib']} GiB, Python {what['python']}; server, database and clients share the machine. Medians;"
        " compare inside one chapter. results.json holds least, greatest and p99 of each."
    )
    lines = ["# What was measured", "", how]
    for chapter in chapters:
        lines += ["", f"## {chapter.title}", ""]
        for unit in dict.fromkeys(figure.unit for figure in chapter.figures):
            lines += [f"![{chapter.title}, {unit}]({_chart(chapter, unit)})", ""]
        lines += ["| figure | median | p99 | unit |", "|---|---|---|---|"]
        lines += [f"| {each.name} | {each.median:,.2f} | {each.p99:,.2f} | {each.unit} |" for each in chapter.figures]
        if chapter.ratios:
            lines += ["", "| ratio | |", "|---|---|"]
            lines += [f"| {name} | {value:,.2f} |" for name, value in chapter.ratios.items()]
    return "\n".join(lines) + "\n"


def _chart(chapter: Chapter, unit: str) -> str:
    words = f"{chapter.title} {unit}".lower().replace("/", " ").replace(",", " ").split()
    return "-".join(words) + ".svg"


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    main()
