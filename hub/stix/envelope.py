"""TAXII envelopes as they arrive: each object's value beside the very bytes it was written with."""

from dataclasses import dataclass
from typing import Final

import msgspec

from hub.domain.errors import RequestError, TooLargeError, UnprocessableError
from hub.domain.submissions import Caps
from hub.stix.ijson import read
from hub.stix.problems import Code

_ADVICE: Final = 'Send a TAXII envelope: {"objects": [ ... ]}.'


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """The objects of one envelope: `values` as read and `slices` as written, in the same order."""

    values: tuple[object, ...]
    slices: tuple[bytes, ...]

    @property
    def total(self) -> int:
        """How many objects the envelope holds."""
        return len(self.values)

    def names(self) -> list[tuple[str | None, str | None]]:
        """Return the id and version that each object says it has, unchecked; None where it is no text."""
        return [name_of(value) for value in self.values]


class _Slices(msgspec.Struct):
    objects: list[msgspec.Raw]


def open_envelope(body: bytes, *, caps: Caps) -> Envelope:
    """Read a body (TAXII 2.1 §5.5, §3.7) and split it into its objects.

    Raise RequestError where the bytes are no strict JSON or are nested too deeply, TooLargeError where the body or the
    number of objects exceeds its cap, UnprocessableError where the value is not an envelope or holds nothing. Members
    other than `objects` are ignored.
    """
    if len(body) > caps.body_bytes:
        raise TooLargeError(f"The body has {len(body)} bytes; the hub takes {caps.body_bytes}.", code=Code.TOO_LARGE)
    value = read(body)
    objects = _objects_of(value)
    if len(objects) > caps.envelope_objects:
        raise TooLargeError(
            f"The envelope holds {len(objects)} objects; send at most {caps.envelope_objects} in one.",
            code=Code.TOO_LARGE,
        )
    slices = _slices_of(body, len(objects))
    for item, piece in zip(objects, slices, strict=True):
        if piece.count(b"[") + piece.count(b"{") > caps.depth and nested_deeper(item, caps.depth):
            raise RequestError(f"An object is nested deeper than {caps.depth} levels.", code=Code.JSON_DEPTH)
    return Envelope(values=tuple(objects), slices=slices)


def name_of(value: object) -> tuple[str | None, str | None]:
    """Return the id and version that an object says it has; None where it is no text."""
    if not isinstance(value, dict):
        return None, None
    name = value.get("id")
    version = value.get("modified", value.get("created"))
    return name if isinstance(name, str) else None, version if isinstance(version, str) else None


def nested_deeper(value: object, depth: int) -> bool:
    """Return whether objects and lists are nested in more than `depth` levels. Nothing here recurses."""
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(depth):
        level = [
            member
            for container in level
            for member in (container.values() if isinstance(container, dict) else container)
            if isinstance(member, dict | list)
        ]
        if not level:
            break
    return bool(level)


def _objects_of(value: object) -> list[object]:
    if not isinstance(value, dict):
        raise UnprocessableError(f"The body is not a JSON object. {_ADVICE}", code=Code.NOT_AN_ENVELOPE)
    if "type" in value:
        kind = "a bundle" if value["type"] == "bundle" else "a bare STIX object"
        raise UnprocessableError(f"The body is {kind}. {_ADVICE}", code=Code.NOT_AN_ENVELOPE)
    objects = value.get("objects")
    if not isinstance(objects, list):
        raise UnprocessableError(f"The body has no list of objects. {_ADVICE}", code=Code.NOT_AN_ENVELOPE)
    if not objects:
        raise UnprocessableError("The envelope holds no objects.", code=Code.EMPTY_LIST)
    return objects


def _slices_of(body: bytes, expected: int) -> tuple[bytes, ...]:
    """Return the bytes of each object. INVARIANT: what is stored is the slice whose value was checked."""
    try:
        slices = msgspec.json.decode(body, type=_Slices).objects
    except (msgspec.DecodeError, RecursionError):
        slices = []
    if len(slices) != expected:
        raise RequestError("The body reads differently with two JSON readers.", code=Code.JSON_SYNTAX)
    return tuple(map(bytes, slices))
