"""`--stix DIR`: push whatever STIX files there are, and count what became of it by code."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final

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


def find_files(folder: Path) -> list[Path]:
    """Return the files that may hold STIX, anywhere below; raise ConfigurationError where there is none."""
    found = sorted(path for path in folder.rglob("*") if path.suffix in _SUFFIXES and path.is_file())
    if not found:
        raise ConfigurationError(f"--stix: there is no STIX file in {folder}")
    return found


def push_files(stage: Stage, player: Player, files: Sequence[Path]) -> set[StixId]:
    """Push file after file, show how far it is, print the counts, and return the ids that were in the files."""
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
            click.echo(f"         {number} of {len(files)} files, {answers.total():,} objects")
    line.clear()
    _print_counts(answers, len(files))
    return ids


def _ids(objects: tuple[FileObject, ...]) -> set[StixId]:
    return {StixId(item.id) for item in objects if item.id is not None and _storable(item.id)}


def _storable(text: str) -> bool:
    """Whether PostgreSQL can be asked for such a text."""
    return "\0" not in text and text.isprintable()


def _print_counts(answers: Counter[str], files: int) -> None:
    click.echo(f"{files} files, {answers.total():,} objects:")
    for code, count in (+answers).most_common():
        click.echo(f"{count:>9,}  {code}")
