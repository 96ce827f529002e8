"""Signatures of webhooks as Standard Webhooks 1.0.0 has them: made for every delivery, checked by receivers."""

import hmac
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from hub.domain.clock import EPOCH
from hub.domain.errors import ConfigurationError, UnprocessableError

ID: Final = "webhook-id"
TIMESTAMP: Final = "webhook-timestamp"
SIGNATURE: Final = "webhook-signature"

SECRET_BYTES: Final = range(24, 65)
TOLERANCE_SECONDS: Final = 300

_SHARED: Final = "whsec_"
_PUBLIC: Final = "whpk_"
_HMAC: Final = "v1"
_ED25519: Final = "v1a"
_TIMESTAMP_DIGITS: Final = 15
_SECOND: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret shared with one receiver: 24 to 64 random bytes."""

    key: bytes = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse a secret that is too short to be one."""
        if len(self.key) not in SECRET_BYTES:
            raise UnprocessableError(
                f"A webhook secret has {SECRET_BYTES.start} to {SECRET_BYTES.stop - 1} random bytes, "
                f"not {len(self.key)}; let the hub make one.",
                code="WEBHOOK_SECRET",
            )

    @property
    def text(self) -> str:
        """The secret as people are given it: `whsec_` and base64."""
        return _SHARED + b64encode(self.key).decode("ascii")


def parse_secret(text: str) -> Secret:
    """Read `whsec_…`; raise UnprocessableError where it is not a secret. What it holds is never repeated."""
    prefix, written = text[: len(_SHARED)], text[len(_SHARED) :]
    try:
        key = b64decode(written, validate=True)
    except ValueError:
        key = b""
    if prefix != _SHARED or not key:
        raise UnprocessableError(f"A webhook secret is written {_SHARED} and base64.", code="WEBHOOK_SECRET")
    return Secret(key)


def public_text(key: Ed25519PublicKey) -> str:
    """Write a public key as receivers are given it: `whpk_` and base64."""
    return _PUBLIC + b64encode(key.public_bytes_raw()).decode("ascii")


@dataclass(frozen=True, slots=True, kw_only=True)
class Signers:
    """What a delivery is signed with: the receiver's secrets, two while one is being changed, and the hub's keys."""

    secrets: tuple[Secret, ...]
    keys: tuple[Ed25519PrivateKey, ...] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        """Refuse to send unsigned."""
        if not self.secrets:
            raise ConfigurationError("This webhook has no secret to sign with; give it one before it is sent anything.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trusted:
    """What a receiver believes: its secrets, and the hub's public keys."""

    secrets: tuple[Secret, ...] = ()
    keys: tuple[Ed25519PublicKey, ...] = ()


class Verdict(StrEnum):
    """What a receiver makes of a delivery. Only `genuine` is to be acted upon."""

    GENUINE = "genuine"
    MALFORMED = "malformed"
    STALE = "stale"
    FORGED = "forged"


def signed_headers(signers: Signers, *, name: str, body: bytes, at: datetime) -> dict[str, str]:
    """Return the three headers that sign a body under its id; `at` is the instant of this attempt."""
    seconds = str((at - EPOCH) // _SECOND)
    content = _content(name, seconds, body)
    return {ID: name, TIMESTAMP: seconds, SIGNATURE: " ".join(_signatures(signers, content))}


def verify(headers: Mapping[str, str], body: bytes, trusted: Trusted, *, at: datetime) -> Verdict:
    """Judge a delivery; header names in lower case. One signature that is believed is enough."""
    name, seconds, signatures = (headers.get(header, "") for header in (ID, TIMESTAMP, SIGNATURE))
    if not (name and signatures and seconds.isascii() and seconds.isdigit() and len(seconds) <= _TIMESTAMP_DIGITS):
        return Verdict.MALFORMED
    content = _content(name, seconds, body)
    if not any(_believed(signature, content, trusted) for signature in signatures.split(" ")):
        return Verdict.FORGED
    age = (at - EPOCH).total_seconds() - int(seconds)
    return Verdict.GENUINE if abs(age) <= TOLERANCE_SECONDS else Verdict.STALE


def _content(name: str, seconds: str, body: bytes) -> bytes:
    return f"{name}.{seconds}.".encode() + body


def _signatures(signers: Signers, content: bytes) -> Iterator[str]:
    for secret in signers.secrets:
        yield f"{_HMAC},{b64encode(_mac(secret, content)).decode('ascii')}"
    for key in signers.keys:
        yield f"{_ED25519},{b64encode(key.sign(content)).decode('ascii')}"


def _believed(signature: str, content: bytes, trusted: Trusted) -> bool:
    version, _, text = signature.partition(",")
    try:
        given = b64decode(text, validate=True)
    except ValueError:
        return False
    match version:
        case "v1":
            return any(hmac.compare_digest(given, _mac(secret, content)) for secret in trusted.secrets)
        case "v1a":
            return any(_signed_by(key, given, content) for key in trusted.keys)
        case _:
            return False


def _mac(secret: Secret, content: bytes) -> bytes:
    return hmac.digest(secret.key, content, "sha256")


def _signed_by(key: Ed25519PublicKey, signature: bytes, content: bytes) -> bool:
    try:
        key.verify(signature, content)
    except InvalidSignature:
        return False
    return True
