"""What a backup consists of: a dump, the key files that there are, and `backup.json`, which tells all of them.

`backup.json` is written last, into a directory that gets its name when it is complete.
"""

import hashlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec

from hub.domain.errors import ConfigurationError, UnavailableError
from hub.runtime.settings import Settings
from hub.store.migrate import is_known

DUMP: Final = "hub.dump"
MANIFEST: Final = "backup.json"
SEALING_KEY: Final = "sealing.key"
WEBHOOK_KEY: Final = "webhook.key"

KEYS: Final = frozenset({SEALING_KEY, WEBHOOK_KEY})


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """By what a file is known again."""

    sha256: str
    bytes: int


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """`backup.json`. What was accepted before `at` is in the dump; `schema` is the last migration it has run.

    `postgres` is the major version of the server. `keys_missing` has the ids of keys that are not in `sealing.key`, and
    how many secrets in the dump each of them opens. An older backup tells neither.
    """

    release: str
    schema: str
    at: datetime
    database_bytes: int
    files: dict[str, Facts]
    postgres: int | None = None
    keys_missing: dict[str, int] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """A backup that is what it says of itself, in `directory`; `files` of it are there.

    `missing` are key files that it had and somebody has moved away; `unlisted` is what else is in the directory.
    """

    directory: Path
    manifest: Manifest
    missing: tuple[str, ...]
    unlisted: tuple[str, ...]

    @property
    def files(self) -> dict[str, Path]:
        """Where the files are, by their names."""
        return {name: self.directory / name for name in self.manifest.files if name not in self.missing}


def key_files(settings: Settings) -> dict[str, Path]:
    """Return where a hub keeps its keys, by their names in a backup."""
    return {SEALING_KEY: settings.sealing_key_file, WEBHOOK_KEY: settings.webhook_key_file}


def facts_of(path: Path) -> Facts:
    """Read a file through to its end; raise ConfigurationError where it cannot be read."""
    with reading(path), path.open("rb") as file:
        return Facts(sha256=hashlib.file_digest(file, "sha256").hexdigest(), bytes=file.tell())


def verified(directory: Path, *, may_lack: Collection[str] = ()) -> Verified:
    """Read what a backup says of itself, and every file of it; those of `may_lack` may have been moved away.

    Raise ConfigurationError where it is none or not whole, a file is not what it was, or it is of a later release.
    """
    directory = directory.resolve()
    manifest = _manifest_of(directory)
    if not is_known(manifest.schema):
        raise ConfigurationError(
            f"{directory} is of a later release of the hub, {manifest.release}: restore it with that one."
        )
    with reading(directory):
        present = {path.name for path in directory.iterdir()}
    missing = tuple(sorted((manifest.files.keys() & KEYS) - present))
    for name in missing:
        if name not in may_lack:
            raise ConfigurationError(
                f"{directory / name} is not there, and was a part of the backup: put it back beside the dump; where it "
                "is lost for good, give --without-keys."
            )
    found = Verified(
        directory=directory,
        manifest=manifest,
        missing=missing,
        unlisted=tuple(sorted(present - manifest.files.keys() - {MANIFEST})),
    )
    for name, path in found.files.items():
        _require_undamaged(path, manifest.files[name])
    return found


def _require_undamaged(path: Path, facts: Facts) -> None:
    found = facts_of(path)
    if found != facts:
        raise ConfigurationError(
            f"{path} is damaged: it has {found.bytes} bytes and SHA-256 {found.sha256}, "
            f"and had {facts.bytes} and {facts.sha256}. Take another copy, or another backup."
        )


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Raise ConfigurationError where the block cannot read a file."""
    try:
        yield
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}") from error


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Raise UnavailableError where the block cannot write a file, or what is in a directory."""
    try:
        yield
    except OSError as error:
        raise UnavailableError(f"{path} cannot be written: {error.strerror}") from error


def content_of(path: Path) -> bytes | None:
    """Read a file that may not be there; raise ConfigurationError where it cannot be read."""
    with reading(path):
        return path.read_bytes() if path.exists() else None


def _manifest_of(directory: Path) -> Manifest:
    path = directory / MANIFEST
    text = content_of(path)
    if text is None:
        raise ConfigurationError(f"{directory} is no backup: {MANIFEST}, which completes one, is not in it.")
    try:
        manifest = msgspec.json.decode(text, type=Manifest)
    except msgspec.DecodeError as error:
        raise ConfigurationError(f"{path} is not what hub backup writes: {error}") from error
    if DUMP not in manifest.files or not manifest.files.keys() <= {DUMP, *KEYS}:
        raise ConfigurationError(f"{path} is not what hub backup writes: it has a {DUMP}, and key files beside it.")
    return manifest
