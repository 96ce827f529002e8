"""The ids of a stream, with which it is resumed: positions on the hub's clock.

The id of an envelope is the instant of its last object, which its reader may know (`X-TAXII-Date-Added-Last`). Where a
stream begins before anything was sent, its id is the head of the log, and that tells of commits which are hidden from
the reader: it is sealed.
"""

import hmac
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from dataclasses import dataclass, field
from struct import Struct
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from hub.domain.clock import parse_timestamp
from hub.domain.errors import RequestError
from hub.domain.identifiers import Tick

_POSITION: Final = Struct(">q")
_NONCE_BYTES: Final = 12
_PURPOSE: Final = b"stream position\0"


@dataclass(frozen=True, slots=True)
class Positions:
    """Seals positions, and reads those that it sealed and those that it did not.

    A position grants nothing: what is sent from it on is filtered and authorised like anything else.
    """

    key: bytes = field(repr=False)

    def seal(self, position: Tick) -> str:
        """Write a position as what says nothing to its bearer."""
        nonce = os.urandom(_NONCE_BYTES)
        return urlsafe_b64encode(nonce + self._cipher().encrypt(nonce, _POSITION.pack(position), None)).decode("ascii")

    def read(self, text: str) -> Tick:
        """Read what a stream was given as an id; raises RequestError where it is none."""
        position = parse_timestamp(text)
        if position is None:
            position = self._unsealed(text)
        if position is None:
            raise RequestError("Last-Event-ID is not one that this server gave out; leave it out, or use `from`.")
        return position

    def _unsealed(self, text: str) -> Tick | None:
        try:
            raw = urlsafe_b64decode(text.encode("ascii"))
            packed = self._cipher().decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], None)
        except (Base64Error, ValueError, InvalidTag):
            return None
        return Tick(_POSITION.unpack(packed)[0])

    def _cipher(self) -> ChaCha20Poly1305:
        return ChaCha20Poly1305(hmac.digest(self.key, _PURPOSE, "sha256"))
