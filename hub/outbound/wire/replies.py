"""HTTP/1.1 answers (RFC 9112), read strictly from bytes that nobody vouches for; no I/O."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

HEAD_BYTES: Final = 16 * 1024
BODY_BYTES: Final = 64 * 1024
CHUNKED: Final = -1
UNTIL_CLOSE: Final = -2

_STATUS_LINE: Final = re.compile(rb"HTTP/1\.([01]) ([1-9][0-9]{2})(?: [^\r\n]*)?")
_FIELD: Final = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):([^\r\n\0]*)")
_LENGTH: Final = re.compile(r"[0-9]{1,15}")
_CHUNK_SIZE: Final = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]*)?")
_NO_BODY: Final = frozenset({204, 304})
_INTERIM: Final = range(100, 200)
_SWITCHING: Final = 101


class ReplyError(Exception):
    """The bytes are no HTTP/1.1 answer, or one that the hub does not take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The head of an answer; header names are lower case.

    `length` are the bytes of the body, CHUNKED, or UNTIL_CLOSE where only the end of the connection ends it.
    """

    status: int
    headers: Mapping[str, str] = field(repr=False)
    length: int
    keeps: bool

    @property
    def interim(self) -> bool:
        """Whether another answer follows, the one that counts (RFC 9110 §15.2)."""
        return self.status in _INTERIM


def parse_head(block: bytes) -> Head:
    """Read a head without the empty line that ends it; raise ReplyError where it is not one."""
    first, *lines = block.split(b"\r\n")
    line = _STATUS_LINE.fullmatch(first)
    if line is None:
        raise ReplyError("the first line is no status line of HTTP/1.1")
    status = int(line[2])
    if status == _SWITCHING:
        raise ReplyError("the receiver switches to another protocol")
    headers: dict[str, str] = {}
    for item in lines:
        found = _FIELD.fullmatch(item)
        if found is None:
            raise ReplyError("a line of the head is no header field")
        name, value = found[1].decode("ascii").lower(), found[2].decode("latin-1").strip(" \t")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    length = _length(status, headers)
    connection = headers.get("connection", "").lower()
    keeps = line[1] == b"1" and "close" not in connection and length != UNTIL_CLOSE
    return Head(status=status, headers=headers, length=length, keeps=keeps)


def parse_chunk_size(line: bytes) -> int:
    """Read the line that begins a chunk; raise ReplyError where it is not one."""
    found = _CHUNK_SIZE.fullmatch(line)
    if found is None:
        raise ReplyError("a chunk begins with no size")
    return int(found[1], 16)


def _length(status: int, headers: Mapping[str, str]) -> int:
    """Say how the body is framed; where two headers say it, or one unclearly, only the end of the connection does."""
    if status in _NO_BODY or status in _INTERIM:
        return 0
    coding, length = headers.get("transfer-encoding"), headers.get("content-length")
    if coding is not None:
        return CHUNKED if coding.lower() == "chunked" and length is None else UNTIL_CLOSE
    return int(length) if length is not None and _LENGTH.fullmatch(length) else UNTIL_CLOSE
