"""Numbers that are handed out and come back, and tell their bearer nothing."""

import hmac
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from dataclasses import dataclass, field
from struct import Struct
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

_NUMBER: Final = Struct(">q")
_NONCE_BYTES: Final = 12


@dataclass(frozen=True, slots=True)
class SealedNumbers:
    """Seals numbers for one `purpose`, and opens those that were sealed for it, in any process with the same key."""

    key: bytes = field(repr=False)
    purpose: bytes

    def seal(self, number: int) -> str:
        """Write a number as what says nothing to its bearer, and looks different every time."""
        nonce = os.urandom(_NONCE_BYTES)
        return urlsafe_b64encode(nonce + self._cipher().encrypt(nonce, _NUMBER.pack(number), None)).decode("ascii")

    def open(self, text: str) -> int | None:
        """Return the number that was sealed; None where it was not sealed here, or for something else."""
        try:
            raw = urlsafe_b64decode(text.encode("ascii"))
            packed = self._cipher().decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], None)
        except (Base64Error, ValueError, InvalidTag):
            return None
        return int(_NUMBER.unpack(packed)[0])

    def _cipher(self) -> ChaCha20Poly1305:
        return ChaCha20Poly1305(hmac.digest(self.key, self.purpose, "sha256"))
