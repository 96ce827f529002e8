"""The file beside the output that says how far a pull has come, and of which question."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from hub.domain.errors import ConfigurationError

FORMAT: Final = 1


class Question(Struct, frozen=True, kw_only=True):
    """What is pulled, by whom, and how it is kept: a position is worth something for the same question only."""

    url: str
    username: str
    types: tuple[str, ...]
    kept_as: str


class Position(Struct, frozen=True, kw_only=True):
    """Everything added up to `after` is in the first `length` bytes of the output: `objects` objects."""

    after: str | None = None
    length: int = 0
    objects: int = 0


class _Saved(Struct, frozen=True, kw_only=True):
    """The file's content."""

    format: int
    question: Question
    position: Position


@dataclass(frozen=True, slots=True, kw_only=True)
class CursorFile:
    """The file of one question."""

    path: Path
    question: Question

    def load(self) -> Position | None:
        """Return the position, None where there is no file; raise ConfigurationError where it is another question's."""
        try:
            data = self.path.read_bytes()
        except FileNotFoundError:
            return None
        try:
            saved = msgspec.json.decode(data, type=_Saved)
        except msgspec.MsgspecError as error:
            raise ConfigurationError(f"{self.path} is not a state file of hub pull ({error})") from error
        if saved.format != FORMAT:
            raise ConfigurationError(f"{self.path} was written by another version of hub pull (format {saved.format})")
        if saved.question != self.question:
            raise ConfigurationError(
                f"{self.path} belongs to another pull ({_difference(saved.question, self.question)}); "
                "give this one an --out of its own, or a --state of its own"
            )
        return saved.position

    def save(self, position: Position) -> None:
        """Replace the file in one step; what the position speaks of must be on disk before."""
        saved = _Saved(format=FORMAT, question=self.question, position=position)
        text = msgspec.json.format(msgspec.json.encode(saved), indent=2) + b"\n"
        draft = self.path.with_name(f"{self.path.name}.new")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self.path)
        sync_folder(self.path.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _difference(theirs: Question, ours: Question) -> str:
    """Say in which respects two questions differ."""
    labels = {"url": "collection", "username": "user name", "types": "--type", "kept_as": "--format"}
    return ", ".join(
        f"its {label} is {_shown(getattr(theirs, name))}, not {_shown(getattr(ours, name))}"
        for name, label in labels.items()
        if getattr(theirs, name) != getattr(ours, name)
    )


def _shown(value: str | tuple[str, ...]) -> str:
    return (value if isinstance(value, str) else ",".join(value)) or "none"
