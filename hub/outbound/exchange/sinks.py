"""Where pulled objects are kept: one file that grows, or a file an object; on disk when `append` returns."""

import fcntl
import os
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Final, Protocol, Self
from uuid import uuid4

from hub.domain.errors import ConfigurationError, ConflictError
from hub.outbound.exchange.cursor import sync_folder
from hub.outbound.exchange.naming import file_name_of

_ONE_LINE: Final = bytes.maketrans(b"\r\n", b"  ")
"""A line break in JSON text stands between values, never in one; a space is the same there."""


class Sink(Protocol):
    """A place that keeps objects. `length` is how much of it counts; what is beyond is overwritten."""

    length: int

    def append(self, objects: Sequence[bytes]) -> None:
        """Keep objects, durably."""

    def finish(self) -> None:
        """Leave it complete, also where nothing was kept."""

    def __enter__(self) -> Self:
        """Hold the place for this process."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let the place go."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Framing:
    """What stands around objects in a file: before the first, between two, after the last, and alone where none is."""

    lead: bytes
    between: bytes
    end: bytes
    alone: bytes


NDJSON: Final = Framing(lead=b"", between=b"\n", end=b"\n", alone=b"")


def bundle_framing() -> Framing:
    """Frame a STIX bundle with a new id, an object a line."""
    head = b'{"type":"bundle","id":"bundle--%s"' % str(uuid4()).encode("ascii")
    return Framing(lead=head + b',"objects":[\n', between=b",\n", end=b"\n]}\n", alone=head + b"}\n")


class FileSink:
    """One file; it is whole after every `append`, and `length` counts it without its end."""

    def __init__(self, path: Path, framing: Framing, length: int) -> None:
        self._path = path
        self._framing = framing
        self._descriptor = -1
        self.length = length

    def __enter__(self) -> Self:
        """Open and hold the file; raise ConfigurationError where it does not hold what the position says."""
        try:
            self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise ConfigurationError(f"{self._path} cannot be written: {error.strerror}") from error
        try:
            hold(self._descriptor, self._path)
            self._check_size()
        except BaseException:
            os.close(self._descriptor)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file and let it go."""
        os.close(self._descriptor)

    def append(self, objects: Sequence[bytes]) -> None:
        """Write objects at `length`, over whatever an interrupted run has left there."""
        if not objects:
            return
        frame = self._framing
        body = frame.between.join(payload.translate(_ONE_LINE) for payload in objects)
        body = (frame.between if self.length else frame.lead) + body
        self._write(body, frame.end)
        self.length += len(body)

    def _check_size(self) -> None:
        size = os.fstat(self._descriptor).st_size
        if size < self.length:
            raise ConfigurationError(
                f"{self._path} has {size:,} bytes, and {self.length:,} had been written; it was moved, emptied or cut. "
                "Put it back, or remove its state file and what is left of it to read everything again"
            )

    def finish(self) -> None:
        """Cut off what does not count; a bundle without objects is one all the same."""
        self._write(b"", self._framing.end if self.length else self._framing.alone)

    def _write(self, body: bytes, end: bytes) -> None:
        data = memoryview(body + end)
        at = self.length
        while data:
            written = os.pwrite(self._descriptor, data, at)
            at, data = at + written, data[written:]
        os.ftruncate(self._descriptor, at)
        os.fsync(self._descriptor)


class FolderSink:
    """A folder with a file an object version, named `ID--VERSION.json`; files taken out of it are not missed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor = -1
        self.length = 0

    def __enter__(self) -> Self:
        """Make and hold the folder."""
        try:
            self._path.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._descriptor = os.open(self._path, os.O_RDONLY)
        except OSError as error:
            raise ConfigurationError(f"{self._path} cannot be a folder of objects: {error.strerror}") from error
        try:
            hold(self._descriptor, self._path)
        except BaseException:
            os.close(self._descriptor)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let the folder go."""
        os.close(self._descriptor)

    def append(self, objects: Sequence[bytes]) -> None:
        """Write every object whole under a name of its own; the same object again is the same file."""
        for payload in objects:
            target = self._free_path(payload)
            draft = target.with_name(f".{target.name}.new")
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(payload)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(target)
        sync_folder(self._path)

    def finish(self) -> None:
        """Do nothing: every file is whole already."""

    def _free_path(self, payload: bytes) -> Path:
        """Return the object's path; one with other content of the same id and version gets its digest as well."""
        plain = self._path / f"{file_name_of(payload)}.json"
        try:
            if plain.read_bytes() == payload:
                return plain
        except FileNotFoundError:
            return plain
        return self._path / f"{file_name_of(payload)}--{sha256(payload).hexdigest()[:12]}.json"


def hold(descriptor: int, path: Path) -> None:
    """Take the lock of an open file or folder until it is closed; raise ConflictError where another process has it."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise ConflictError(
            f"another hub pull is writing to {path}; let it end, or give this one its own --out"
        ) from None
