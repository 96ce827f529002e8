"""`--stix DIR`: push whatever STIX files there are, and count what became of it by code."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import click

from hub.cli.client.connection import ProgressLine
from hub.cli.demo.cast import Player
from hub.cli.demo.exchange import push
from hub.cli.demo.stage import Stage
from hub.domain.errors import ConfigurationError
from hub.domain.identifiers import StixId
from hub.outbound.exchange.files import FileObject, read_content

UNREADABLE: Final = "UNREADABLE"

_SUFFIXES: Final = frozenset({".json", ".jsonl", ".ndjson", ".stix", ".stix2"})
_COLLECTION: Final = "au"
_FILES_A_LINE: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Fed:
    """What was in so many files: the ids, and how many objects got each answer, `accepted` or a code."""

    files: int
    ids: frozenset[StixId]
    answers: Counter[str]


def find_files(folder: Path) -> list[Path]:
    """Return the files that may hold STIX, anywhere below; raise ConfigurationError where there is none."""
    found = sorted(path for path in folder.rglob("*") if path.suffix in _SUFFIXES and path.is_file())
    if not found:
        raise ConfigurationError(f"--stix: there is no STIX file in {folder}")
    return found


def push_files(stage: Stage, player: Player, files: Sequence[Path], *, tell: Callable[[str], None]) -> Fed:
    """Push file after file, and tell how far it is."""
    line = ProgressLine()
    answers: Counter[str] = Counter()
    ids: set[StixId] = set()
    for number, path in enumerate(files, 1):
        content = read_content(path.name, path.read_bytes())
        answers[UNREADABLE] += len(content.broken)
        if content.objects:
            tally = push(stage, player, _COLLECTION, content.objects)
            answers["accepted"] += tally.accepted
            answers.update(tally.by_code)
        ids |= _ids(content.objects)
        line.show(answers.total())
        if number % _FILES_A_LINE == 0:
            line.clear()
            tell(f"{number} of {len(files)} files, {answers.total():,} objects")
    line.clear()
    return Fed(files=len(files), ids=frozenset(ids), answers=+answers)


def print_counts(fed: Fed) -> None:
    """Print how many objects there were, and how many got each answer, the most frequent first."""
    click.echo(f"{fed.files} files, {fed.answers.total():,} objects:")
    for code, count in fed.answers.most_common():
        click.echo(f"{count:>9,}  {code}")


def counts_of(fed: Fed) -> dict[str, Any]:
    """Write the same as JSON."""
    return {"files": fed.files, "objects": fed.answers.total(), "answers": dict(fed.answers.most_common())}


def _ids(objects: tuple[FileObject, ...]) -> set[StixId]:
    return {StixId(item.id) for item in objects if item.id is not None and _storable(item.id)}


def _storable(text: str) -> bool:
    """Whether PostgreSQL can be asked for such a text."""
    return "\0" not in text and text.isprintable()
