"""Keys and signatures as the API shows and takes them: binary values are Base64 (RFC 4648 §4)."""

from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from typing import Annotated

from pydantic import Field

from hub.domain.agreements import DetachedSignature, Key
from hub.domain.identifiers import KeyId
from hub.web.api.models.base import Answer, Code, Given, Instant, Resource
from hub.web.api.problems import Fault, FaultyError

KeyName = Annotated[str, Field(pattern=r"^SHA256:[A-Za-z0-9_-]{43}$")]
"""The id of a key: the SHA-256 of its 32 octets."""


class KeyResource(Resource):
    """An Ed25519 public key with which an organisation signs."""

    id: str
    organisation: str
    public_key: str
    added: Instant
    revoked: Instant | None

    @classmethod
    def of(cls, known: object) -> "KeyResource":
        """Show a key."""
        if not isinstance(known, Key):
            raise TypeError(type(known).__name__)
        return cls(
            id=known.id,
            organisation=known.organisation,
            public_key=b64encode(known.public_key).decode("ascii"),
            added=known.added,
            revoked=known.revoked,
        )


class KeyList(Answer):
    """The keys of an organisation, oldest first, the revoked ones too."""

    items: list[KeyResource]


class KeyToAdd(Given):
    """A public key: 32 octets."""

    public_key: Annotated[str, Field(pattern=r"^[A-Za-z0-9+/]{43}=$")]

    def octets(self) -> bytes:
        """Return the key; raise FaultyError where it is no Base64."""
        return _octets(self.public_key, "/public_key")


class SignatureToGive(Given):
    """A signature over the canonical document, made on the signer's own machine: 64 octets."""

    key: KeyName
    signature: Annotated[str, Field(pattern=r"^[A-Za-z0-9+/]{86}==$")]

    def detached(self) -> DetachedSignature:
        """Return the signature; raise FaultyError where it is no Base64."""
        return DetachedSignature(key=KeyId(self.key), value=_octets(self.signature, "/signature"))


class Withdrawal(Given):
    """Which party leaves."""

    member: Code


def _octets(text: str, path: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except (Base64Error, ValueError):
        raise FaultyError([Fault(path=path, message="It is not Base64")]) from None
