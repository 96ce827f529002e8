"""The opaque `next` of a page: a position on the hub's clock, signed so that only the hub can make one."""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from dataclasses import dataclass
from struct import Struct
from typing import Final

from hub.domain.errors import RequestError
from hub.domain.identifiers import Tick

_POSITION: Final = Struct(">q")
_SIGNATURE_BYTES: Final = 8
_PURPOSE: Final = b"taxii next\0"


@dataclass(frozen=True, slots=True)
class Cursors:
    """Issues and reads `next` values.

    A position grants nothing: the request that brings one back is filtered and authorised like any other (TAXII 2.1,
    appendix B). It does not expire, and any process with the same key reads it.
    """

    key: bytes

    def issue(self, position: Tick) -> str:
        """Write a position."""
        packed = _POSITION.pack(position)
        return urlsafe_b64encode(packed + self._signature(packed)).rstrip(b"=").decode("ascii")

    def read(self, text: str) -> Tick:
        """Read a position; raises RequestError where the hub has not written it."""
        try:
            raw = urlsafe_b64decode(text.encode("ascii") + b"==")
        except (Base64Error, ValueError):
            raw = b""
        packed = raw[: _POSITION.size]
        if not hmac.compare_digest(raw[_POSITION.size :], self._signature(packed)):
            raise RequestError("The value of next is not one that this server gave out.")
        position = Tick(_POSITION.unpack(packed)[0])
        if self.issue(position) != text:
            raise RequestError("The value of next is not one that this server gave out.")
        return position

    def _signature(self, packed: bytes) -> bytes:
        return hmac.digest(self.key, _PURPOSE + packed, "sha256")[:_SIGNATURE_BYTES]
