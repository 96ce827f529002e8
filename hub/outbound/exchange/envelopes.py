"""Objects sorted so that each finds what it refers to, and cut into envelopes that the server takes."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from hub.outbound.exchange.files import FileObject

OPENING: Final = b'{"objects":['
CLOSING: Final = b"]}"
FRAME: Final = len(OPENING) + len(CLOSING) - 1
"""The bytes around the objects, where every object is counted with a comma and the last has none."""

OBSERVABLES: Final = frozenset(
    {
        "artifact",
        "autonomous-system",
        "directory",
        "domain-name",
        "email-addr",
        "email-message",
        "file",
        "ipv4-addr",
        "ipv6-addr",
        "mac-addr",
        "mutex",
        "network-traffic",
        "process",
        "software",
        "url",
        "user-account",
        "windows-registry-key",
        "x509-certificate",
    }
)
"""The types of STIX 2.1 §6."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """The objects of one envelope."""

    objects: tuple[FileObject, ...] = field(repr=False)

    @property
    def body(self) -> bytes:
        """The envelope (TAXII 2.1 §3.7), each object as it stands in its file."""
        return OPENING + b",".join(item.payload for item in self.objects) + CLOSING

    def halves(self) -> tuple["Parcel", "Parcel"]:
        """Cut in two; an envelope of one object cannot be cut."""
        middle = len(self.objects) // 2
        return Parcel(objects=self.objects[:middle]), Parcel(objects=self.objects[middle:])


def without_repeats(objects: Iterable[FileObject]) -> tuple[FileObject, ...]:
    """Keep the first of objects that are the same byte for byte."""
    first: dict[bytes, FileObject] = {}
    for item in objects:
        first.setdefault(sha256(item.payload).digest(), item)
    return tuple(first.values())


def in_order_of_reference(objects: Iterable[FileObject]) -> tuple[FileObject, ...]:
    """Put marking-definitions first, then observables, identities and all others, each group in its own order.

    An object is judged by the markings and observables it refers to, and these must not come in a later envelope.
    """
    return tuple(sorted(objects, key=_rank))


def split(objects: Sequence[FileObject], *, most_objects: int, most_bytes: int) -> Iterator[Parcel]:
    """Cut into envelopes of at most so many objects and bytes; one that is too large by itself goes alone."""
    kept: list[FileObject] = []
    size = FRAME
    for item in objects:
        more = len(item.payload) + 1
        if kept and (len(kept) == most_objects or size + more > most_bytes):
            yield Parcel(objects=tuple(kept))
            kept, size = [], FRAME
        kept.append(item)
        size += more
    if kept:
        yield Parcel(objects=tuple(kept))


def _rank(item: FileObject) -> int:
    match item.type:
        case "marking-definition":
            return 0
        case "identity":
            return 2
        case kind if kind in OBSERVABLES:
            return 1
        case _:
            return 3
