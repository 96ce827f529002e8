"""The page of what was measured, and its charts."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tests.bench.charts import bars
from tests.bench.records import FILE, ChapterRecord, FigureRecord, RatioRecord, encoded

_HEAD: Final = f"""# What was measured

`scripts/bench/hub --write` writes this page. Server, database and clients share the machine, so figures are to be
compared inside one chapter: what a thing is measured beside ran interleaved with it; medallion is started anew, and so
empty, for each of its turns. Charts show medians, with a line from the least to the greatest sample; [{FILE}]({FILE})
holds all of it.
"""


def write(directory: Path, records: Sequence[ChapterRecord]) -> None:
    """Write results, page and a chart for each unit of each chapter; charts of before are removed."""
    directory.mkdir(parents=True, exist_ok=True)
    for old in directory.glob("*.svg"):
        old.unlink()
    (directory / FILE).write_bytes(encoded(records))
    for chapter in records:
        for unit, figures in _by_unit(chapter).items():
            (directory / _chart(chapter, unit)).write_text(bars(f"{chapter.title}, {unit}", figures))
    lines = [line for chapter in records for line in _section(chapter)]
    (directory / "README.md").write_text(_HEAD + "\n".join(lines) + "\n")


def verdict(reached: bool | None) -> str:  # noqa: FBT001 - the fact itself
    """Say whether a goal was reached; nothing where there is none."""
    return {None: "", True: "reached", False: "not reached"}[reached]


def _section(chapter: ChapterRecord) -> list[str]:
    machine = chapter.machine
    where = (
        f"{chapter.measured}, size `{chapter.size}`, {machine['cores']} cores ({machine['processor']}),"
        f" {machine['memory_gib']} GiB, Python {machine['python']}."
    )
    lines = ["", f"## {chapter.title}", "", where, ""]
    if chapter.ratios:
        lines += ["| ratio | | goal | |", "|---|---:|---|---|", *map(_ratio, chapter.ratios), ""]
    lines += [f"![{chapter.title}, {unit}]({_chart(chapter, unit)})" for unit in _by_unit(chapter)]
    lines += ["", "| figure | median | p99 | unit |", "|---|---:|---:|---|"]
    return lines + [f"| {each.name} | {each.median:,.2f} | {each.p99:,.2f} | {each.unit} |" for each in chapter.figures]


def _ratio(ratio: RatioRecord) -> str:
    return f"| {ratio.name} | {ratio.value:,.2f} | {ratio.goal} | {verdict(ratio.reached)} |"


def _by_unit(chapter: ChapterRecord) -> dict[str, list[FigureRecord]]:
    found: dict[str, list[FigureRecord]] = {}
    for figure in chapter.figures:
        found.setdefault(figure.unit, []).append(figure)
    return found


def _chart(chapter: ChapterRecord, unit: str) -> str:
    letters = "".join(letter if letter.isalnum() else " " for letter in f"{chapter.title} {unit}".lower())
    return "-".join(letters.split()) + ".svg"
