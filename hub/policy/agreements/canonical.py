"""The bytes of an agreement that are signed: its document in canonical JSON (RFC 8785)."""

from datetime import datetime
from hashlib import sha256

import msgspec
import rfc8785

from hub.domain.agreements import AgreementDocument, AgreementState, AgreementVersion
from hub.policy.agreements.documents import document_content, document_of


def canonical_bytes(document: AgreementDocument) -> bytes:
    """Write a document in the one way in which it is signed."""
    return canonical_json(document_content(document))


def canonical_json(content: object) -> bytes:
    """Write JSON values by RFC 8785: keys in order of UTF-16, numbers as ECMAScript writes them, no spaces."""
    return rfc8785.dumps(content)  # type: ignore[arg-type]  # its type of JSON values leaves mappings of object out


def document_in(canonical: bytes, *, source: str) -> AgreementDocument:
    """Read a document back from its canonical bytes."""
    return document_of(msgspec.json.decode(canonical), source=source)


def digest_of(canonical: bytes) -> str:
    """Return the SHA-256 in hex, by which people compare that they have the same bytes before them."""
    return sha256(canonical).hexdigest()


def drafted(document: AgreementDocument, *, at: datetime) -> AgreementVersion:
    """Begin the life of a version."""
    canonical = canonical_bytes(document)
    return AgreementVersion(
        document=document,
        canonical=canonical,
        digest=digest_of(canonical),
        state=AgreementState.DRAFT,
        drafted=at,
    )
