"""STIX objects out of the bytes of a file, whatever way they are put together, each left as its own bytes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

import msgspec
from msgspec import Raw, Struct

BOM: Final = b"\xef\xbb\xbf"
ABSENT: Final = Raw()

_BYTE: Final = re.compile(r"\(byte (\d+)\)")
_NOISE: Final = re.compile(r"^JSON is malformed: |\s*\(byte \d+\)$")
_TRAILING: Final = "trailing characters"

Kind = TypeVar("Kind")


@dataclass(frozen=True, slots=True, kw_only=True)
class FileObject:
    """One object: its bytes as they stand in the file, and what they say its id, type and version are, if anything."""

    payload: bytes = field(repr=False)
    source: str
    id: str | None
    type: str | None
    version: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenPart:
    """A place in a file that cannot be read. `line` counts from 1, `offset` is in bytes from 0."""

    source: str
    line: int
    offset: int
    reason: str

    @property
    def sentence(self) -> str:
        """The place and the reason, for people."""
        return f"{self.source}, line {self.line}, byte {self.offset}: {self.reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileContent:
    """What a file holds: the objects that could be read, in order, and the parts that could not."""

    objects: tuple[FileObject, ...]
    broken: tuple[BrokenPart, ...]

    @property
    def is_empty(self) -> bool:
        """Whether it holds nothing, not even what cannot be read."""
        return not self.objects and not self.broken


class _BrokenError(Exception):
    """A value cannot be read from the given byte on."""

    def __init__(self, reason: str, *, offset: int = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.offset = offset


class _Container(Struct, frozen=True, kw_only=True):
    """What tells a bundle from an envelope from an object."""

    type: Any = None
    objects: Raw = ABSENT


class _Head(Struct, frozen=True, kw_only=True):
    """What an object says of itself, of whatever type each value may be."""

    id: Any = None
    type: Any = None
    created: Any = None
    modified: Any = None


def read_content(source: str, data: bytes) -> FileContent:
    """Read a bundle, an envelope, a list, an object, or one of these a line. `source` is what to call the file."""
    start = len(BOM) if data.startswith(BOM) else 0
    objects: list[FileObject] = []
    broken: list[BrokenPart] = []
    for offset, document in _documents(data, start):
        try:
            objects += _objects(source, document)
        except _BrokenError as error:
            place = offset + error.offset
            line = data.count(b"\n", 0, place) + 1
            broken.append(BrokenPart(source=source, line=line, offset=place, reason=error.reason))
    return FileContent(objects=tuple(objects), broken=tuple(broken))


def _documents(data: bytes, start: int) -> Iterator[tuple[int, bytes]]:
    """Go through the JSON documents of a file: the whole of it, or its lines where one of the first two is one."""
    body = data[start:]
    beginning = body.lstrip().split(b"\n", 2)
    if len(beginning) == 1 or _is_json(body) or not any(_is_json(line) for line in beginning[:2]):
        yield start, body
        return
    offset = start
    for line in body.split(b"\n"):
        if line.strip():
            yield offset, line
        offset += len(line) + 1


def _is_json(text: bytes) -> bool:
    try:
        _decode(text, Raw)
    except _BrokenError:
        return False
    return True


def _objects(source: str, document: bytes) -> list[FileObject]:
    try:
        document.decode()
    except UnicodeDecodeError as error:
        raise _BrokenError("not UTF-8 text", offset=error.start) from None
    return [_object(source, position, payload) for position, payload in enumerate(_payloads(document), 1)]


def _payloads(document: bytes) -> list[bytes]:
    """Return the bytes of each object of a document."""
    match document.lstrip()[:1]:
        case b"[":
            return [bytes(raw) for raw in _decode(document, list[Raw])]
        case b"{":
            container = _decode(document, _Container)
        case b"":
            return []
        case _:
            _decode(document, Raw)
            raise _BrokenError("a JSON value that is neither an object nor a list is no STIX")
    if container.type is not None and container.type != "bundle":
        return [document.strip()]
    if container.type is None and container.objects is ABSENT:
        raise _BrokenError("an object with neither `type` nor `objects` is no STIX object, bundle or envelope")
    if container.objects is ABSENT:
        return []
    return [bytes(raw) for raw in _listed(container.objects)]


def _listed(objects: Raw) -> list[Raw]:
    try:
        return msgspec.json.decode(objects, type=list[Raw])
    except msgspec.ValidationError:
        raise _BrokenError("`objects` is not a list") from None


def _object(source: str, position: int, payload: bytes) -> FileObject:
    if not payload.startswith(b"{"):
        raise _BrokenError(f"item {position} is not an object")
    head = msgspec.json.decode(payload, type=_Head)
    version = head.modified if isinstance(head.modified, str) else head.created
    return FileObject(payload=payload, source=source, id=_text(head.id), type=_text(head.type), version=_text(version))


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _decode(text: bytes, kind: type[Kind]) -> Kind:
    """Decode, or say at which byte and why not."""
    try:
        return msgspec.json.decode(text, type=kind)
    except RecursionError:
        raise _BrokenError("nested too deeply to be read") from None
    except msgspec.DecodeError as error:
        reason = str(error)
        found = _BYTE.search(reason)
        offset = int(found[1]) if found else len(text)
        if _TRAILING in reason:
            offset -= 1
        raise _BrokenError(f"broken JSON: {_NOISE.sub('', reason).lower()}", offset=offset) from None
