"""What benchmark runs leave behind: a record of each chapter, which the next run of that chapter replaces."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from tests.bench.figures import Chapter, Figure, Ratio

FILE: Final = "results.json"


class FigureRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A figure without its samples, of which `samples` says how many there were."""

    name: str
    unit: str
    median: float
    p99: float
    least: float
    greatest: float
    samples: int


class RatioRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A ratio, the goal in words, and whether it is reached; None where there is no goal."""

    name: str
    value: float
    goal: str
    reached: bool | None


class ChapterRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What one chapter measured: its name on the command line, when (a date), at what size, on which machine."""

    name: str
    title: str
    measured: str
    size: str
    machine: dict[str, Any]
    figures: tuple[FigureRecord, ...]
    ratios: tuple[RatioRecord, ...]


def record(chapter: Chapter, *, name: str, measured: str, size: str, machine: dict[str, Any]) -> ChapterRecord:
    """Make the record of a chapter."""
    return ChapterRecord(
        name=name,
        title=chapter.title,
        measured=measured,
        size=size,
        machine=machine,
        figures=tuple(_summary(each) for each in chapter.figures),
        ratios=tuple(_ratio(each) for each in chapter.ratios),
    )


def kept(directory: Path) -> tuple[ChapterRecord, ...]:
    """Return the records of a directory; none where nothing was measured yet."""
    file = directory / FILE
    return msgspec.json.decode(file.read_bytes(), type=tuple[ChapterRecord, ...]) if file.exists() else ()


def merged(
    before: Sequence[ChapterRecord], fresh: Sequence[ChapterRecord], *, order: Sequence[str]
) -> tuple[ChapterRecord, ...]:
    """Put fresh records in place of those of the same names, in the order of the names."""
    by_name = {each.name: each for each in (*before, *fresh)}
    return tuple(by_name[name] for name in order if name in by_name)


def encoded(records: Sequence[ChapterRecord]) -> bytes:
    """Write records as JSON for people to compare."""
    return msgspec.json.format(msgspec.json.encode(records), indent=2) + b"\n"


def _summary(figure: Figure) -> FigureRecord:
    """Make the record of a figure."""
    return FigureRecord(
        name=figure.name,
        unit=figure.unit,
        median=round(figure.median, 4),
        p99=round(figure.p99, 4),
        least=round(min(figure.samples), 4),
        greatest=round(max(figure.samples), 4),
        samples=len(figure.samples),
    )


def _ratio(ratio: Ratio) -> RatioRecord:
    return RatioRecord(name=ratio.name, value=round(ratio.value, 3), goal=ratio.goal, reached=ratio.reached)
