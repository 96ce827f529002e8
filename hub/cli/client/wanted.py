"""What `hub pull` is asked to keep, and where: output, position and the refusal to mix two pulls."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import assert_never

from hub.cli.client.connection import InputError
from hub.outbound.errors import OutboundError
from hub.outbound.exchange.cursor import CursorFile, Position, Question
from hub.outbound.exchange.sinks import NDJSON, FileSink, FolderSink, Sink, bundle_framing
from hub.outbound.taxii import Target


class Format(StrEnum):
    """How objects are kept."""

    NDJSON = "ndjson"
    BUNDLE = "bundle"
    DIR = "dir"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What to pull, and where to keep it."""

    out: Path
    state: Path
    kind: Format
    types: tuple[str, ...]
    since: str | None
    limit: int
    follow: float | None


def cursor_of(wanted: Wanted, target: Target, username: str) -> CursorFile:
    """Return the cursor file of a pull; raise OutboundError where the collection is not for us to read."""
    if not target.collection.can_read:
        raise OutboundError(f"you may not read {target.collection.name}")
    question = Question(url=target.url, username=username, types=wanted.types, kept_as=wanted.kind.value)
    return CursorFile(path=wanted.state, question=question)


def start_of(cursor: CursorFile, wanted: Wanted) -> Position:
    """Return the position to go on from; refuse an output that this command knows nothing of."""
    position = cursor.load()
    if position is not None:
        return position
    if wanted.out.is_file() and wanted.out.stat().st_size:
        raise InputError(
            f"{wanted.out} is there already, and {wanted.state}, which would say what is in it, is not. "
            "Move it away to read everything again, or give another --out."
        )
    return Position(after=wanted.since)


def sink_of(wanted: Wanted, start: Position) -> Sink:
    """Return the output, which is yet to be opened."""
    match wanted.kind:
        case Format.NDJSON:
            return FileSink(wanted.out, NDJSON, start.length)
        case Format.BUNDLE:
            return FileSink(wanted.out, bundle_framing(), start.length)
        case Format.DIR:
            return FolderSink(wanted.out)
        case _:
            assert_never(wanted.kind)
