"""Secrets at rest: sealed under a key that is not in the database, each bound to the one thing it belongs to.

A sealed secret is `1` (one byte, the form), the id of the key (8 bytes), a nonce (12 bytes) and AES-256-GCM ciphertext
with its tag. The owner is associated data: a sealed secret copied to another row does not open there.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hub.domain.errors import ConfigurationError

KEY_BYTES: Final = 32

_FORM: Final = b"\x01"
_ID_BYTES: Final = 8
HEAD_BYTES: Final = len(_FORM) + _ID_BYTES
"""How many bytes of a sealed secret tell its key."""

_NONCE_BYTES: Final = 12
_TAG_BYTES: Final = 16
_ID_PURPOSE: Final = b"hub sealing key id\0"
_SEALED_PURPOSE: Final = b"hub sealed secret\0"


@dataclass(frozen=True, slots=True)
class SealingKey:
    """A key of 32 random bytes; its id is a digest that gives nothing of it away."""

    material: bytes = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse anything but a whole key."""
        if len(self.material) != KEY_BYTES:
            raise ConfigurationError(
                f"A sealing key has {KEY_BYTES} random bytes, not {len(self.material)}; restore the one that was used."
            )

    @property
    def id(self) -> bytes:
        """What a sealed secret says of the key it was sealed with."""
        return sha256(_ID_PURPOSE + self.material).digest()[:_ID_BYTES]


class Sealer:
    """Seals with the first key, opens with any. To change keys: put the new one first, reseal, take the old one out."""

    def __init__(self, keys: Sequence[SealingKey], *, random: Callable[[int], bytes] = os.urandom) -> None:
        if not keys:
            raise ConfigurationError("There is no sealing key: secrets can be neither kept nor used without one.")
        self._current = keys[0].id
        self._ciphers = {key.id: AESGCM(key.material) for key in keys}
        self._random = random

    def seal(self, secret: bytes, *, owner: str) -> bytes:
        """Return a secret as it may be stored, to be opened for this owner alone."""
        nonce = self._random(_NONCE_BYTES)
        head = _FORM + self._current
        return head + nonce + self._ciphers[self._current].encrypt(nonce, secret, _bound(head, owner))

    def unseal(self, sealed: bytes, *, owner: str) -> bytes:
        """Return the secret; raise ConfigurationError where the key is not here, or this is not the owner's secret."""
        head, nonce, rest = _parts(sealed, owner)
        cipher = self._ciphers.get(head[len(_FORM) :])
        if cipher is None:
            known = ", ".join(key.hex() for key in self._ciphers)
            raise ConfigurationError(
                f"The secret of {owner} was sealed with key {key_of(head)}, and the hub has {known}. "
                "Give it that key too, or set a new secret."
            )
        try:
            return cipher.decrypt(nonce, rest, _bound(head, owner))
        except InvalidTag:
            raise _damaged(owner) from None

    def is_current(self, sealed: bytes) -> bool:
        """Whether the secret is sealed with the key that seals now; another is to be unsealed and sealed anew."""
        return sealed[:HEAD_BYTES] == _FORM + self._current


def key_of(sealed: bytes) -> str:
    """Return the id of the key that a secret was sealed with, as people are told it."""
    return sealed[len(_FORM) : HEAD_BYTES].hex()


def _parts(sealed: bytes, owner: str) -> tuple[bytes, bytes, bytes]:
    nonce_end = HEAD_BYTES + _NONCE_BYTES
    if not sealed.startswith(_FORM) or len(sealed) < nonce_end + _TAG_BYTES:
        raise _damaged(owner)
    return sealed[:HEAD_BYTES], sealed[HEAD_BYTES:nonce_end], sealed[nonce_end:]


def _bound(head: bytes, owner: str) -> bytes:
    return _SEALED_PURPOSE + head + owner.encode()


def _damaged(owner: str) -> ConfigurationError:
    return ConfigurationError(
        f"The sealed secret of {owner} is damaged, or belongs to something else. Set a new secret."
    )
