"""Ed25519 keys as files: PEM, as OpenSSL writes and reads them too."""

import os
from pathlib import Path
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from hub.domain.errors import ConfigurationError, ConflictError

_PRIVATE_MODE: Final = 0o600
_ENCRYPTED: Final = b"ENCRYPTED PRIVATE KEY"


class KeyFileError(ConfigurationError):
    """A file holds no key that can be used; nothing was done with it."""

    code = "KEY_FILE"


def write_key(path: Path, *, passphrase: str | None) -> Ed25519PublicKey:
    """Make a key, write its private half, readable by its owner alone, and return its public half.

    Raise ConflictError where the file is there already: it may hold the only copy of another key.
    """
    key = Ed25519PrivateKey.generate()
    locked: KeySerializationEncryption = BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE_MODE)
    except FileExistsError as error:
        raise ConflictError(f"{path} is there already; name another file.") from error
    except OSError as error:
        raise KeyFileError(f"{path} cannot be written: {error.strerror}.") from error
    with os.fdopen(descriptor, "wb") as file:
        file.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, locked))
    return key.public_key()


def is_locked(path: Path) -> bool:
    """Whether the private key in the file takes a passphrase."""
    return _ENCRYPTED in _read(path)


def read_private(path: Path, *, passphrase: str | None) -> Ed25519PrivateKey:
    """Read a private key; raise KeyFileError where there is none, or the passphrase does not open it."""
    try:
        key = load_pem_private_key(_read(path), passphrase.encode() if passphrase else None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeyFileError(f"{path} holds no private key that opens: is it PEM, and the passphrase right?") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyFileError(f"{path} holds another kind of key; agreements are signed with Ed25519 (hub key new).")
    return key


def read_public(path: Path) -> bytes:
    """Read the 32 bytes of a public key; raise KeyFileError where there is none."""
    content = _read(path)
    if b"PRIVATE KEY" in content:
        raise KeyFileError(f"{path} holds a private key: keep it to yourself, and hand in the public one.")
    try:
        key = load_pem_public_key(content)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise KeyFileError(f"{path} holds no public key in PEM.") from error
    if not isinstance(key, Ed25519PublicKey):
        raise KeyFileError(f"{path} holds another kind of key; agreements are signed with Ed25519 (hub key new).")
    return key.public_bytes_raw()


def public_pem(key: Ed25519PublicKey) -> str:
    """Write a public key as PEM."""
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode("ascii")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise KeyFileError(f"{path} cannot be read: {error.strerror}.") from error
