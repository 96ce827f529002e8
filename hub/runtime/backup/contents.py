"""What a backup consists of: a dump, the key files that there are, and `backup.json`, which tells all of them.

`backup.json` is written last, into a directory that gets its name when it is complete.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec

from hub.domain.errors import ConfigurationError
from hub.runtime.settings import Settings
from hub.store.migrate import is_known

DUMP: Final = "hub.dump"
MANIFEST: Final = "backup.json"
SEALING_KEY: Final = "sealing.key"
WEBHOOK_KEY: Final = "webhook.key"

_NAMES: Final = {DUMP, SEALING_KEY, WEBHOOK_KEY}


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """By what a file is known again."""

    sha256: str
    bytes: int


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """`backup.json`. What was accepted before `at` is in the dump; `schema` is the last migration it has run."""

    release: str
    schema: str
    at: datetime
    database_bytes: int
    files: dict[str, Facts]


def key_files(settings: Settings) -> dict[str, Path]:
    """Return where a hub keeps its keys, by their names in a backup."""
    return {SEALING_KEY: settings.sealing_key_file, WEBHOOK_KEY: settings.webhook_key_file}


def facts_of(path: Path) -> Facts:
    """Read a file through to its end."""
    with path.open("rb") as file:
        return Facts(sha256=hashlib.file_digest(file, "sha256").hexdigest(), bytes=file.tell())


def verified(directory: Path) -> Manifest:
    """Read what a backup says of itself, and every file of it.

    Raise ConfigurationError where it is none or not whole, a file is not what it was, or it is of a later release.
    """
    manifest = _manifest_of(directory)
    if not is_known(manifest.schema):
        raise ConfigurationError(
            f"{directory} is of a later release of the hub, {manifest.release}: restore it with that one."
        )
    for name, facts in manifest.files.items():
        with reading(directory / name):
            found = facts_of(directory / name)
        if found != facts:
            raise ConfigurationError(
                f"{directory / name} is damaged: it has {found.bytes} bytes and SHA-256 {found.sha256}, "
                f"and had {facts.bytes} and {facts.sha256}. Take another copy, or another backup."
            )
    return manifest


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Raise ConfigurationError where the block cannot read a file."""
    try:
        yield
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}") from error


def _manifest_of(directory: Path) -> Manifest:
    path = directory / MANIFEST
    if not path.exists():
        raise ConfigurationError(f"{directory} is no backup: {MANIFEST}, which completes one, is not in it.")
    with reading(path):
        text = path.read_bytes()
    try:
        manifest = msgspec.json.decode(text, type=Manifest)
    except msgspec.DecodeError as error:
        raise ConfigurationError(f"{path} is not what hub backup writes: {error}") from error
    if DUMP not in manifest.files or not manifest.files.keys() <= _NAMES:
        raise ConfigurationError(f"{path} is not what hub backup writes: it has a {DUMP}, and key files beside it.")
    return manifest
