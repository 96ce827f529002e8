"""Ed25519 (RFC 8032): how keys are named, and whether a signature is one."""

from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from hub.domain.identifiers import KeyId

KEY_BYTES: Final = 32

_PRIME: Final = 2**255 - 19
_SIGN_BIT: Final = 1 << 255
_Y_OF_ORDER_8: Final = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
_WEAK: Final = frozenset({0, 1, _PRIME - 1, _Y_OF_ORDER_8, _PRIME - _Y_OF_ORDER_8})
"""The y of the eight points of small order: under such a key, one signature fits many documents."""


def key_id(public_key: bytes) -> KeyId:
    """Return the name of a public key, given as its 32 raw bytes."""
    return KeyId("SHA256:" + urlsafe_b64encode(sha256(public_key).digest()).rstrip(b"=").decode())


def is_public_key(raw: bytes) -> bool:
    """Whether these bytes can be the public key of somebody who signs honestly."""
    if len(raw) != KEY_BYTES:
        return False
    y = int.from_bytes(raw, "little") & ~_SIGN_BIT
    return y < _PRIME and y not in _WEAK


def verifies(public_key: bytes, signature: bytes, message: bytes) -> bool:
    """Whether the signature is the key's over exactly this message."""
    if not is_public_key(public_key):
        return False
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except InvalidSignature:
        return False
    return True
