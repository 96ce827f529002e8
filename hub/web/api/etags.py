"""Entity tags (RFC 9110 §8.8.3): what a client has seen, so that it changes nothing it hasn't."""

import re
from collections.abc import Callable
from hashlib import sha256
from typing import Final

from pydantic import BaseModel

from hub.domain.errors import PreconditionError, RequestError
from hub.web.coding import uncoded_tag

_OPAQUE: Final = r'"[\x21\x23-\x7e\x80-\xff]*"'
_TAG: Final = re.compile(rf"(?:W/)?{_OPAQUE}")
_LIST: Final = re.compile(rf"\s*(?:W/)?{_OPAQUE}(?:\s*,\s*(?:W/)?{_OPAQUE})*\s*")
_HEX: Final = 32


def tag_of(body: bytes) -> str:
    """Return the strong tag of a representation."""
    return f'"{sha256(body).hexdigest()[:_HEX]}"'


def body_of(model: BaseModel) -> bytes:
    """Write a resource: members in the order of the model, so that equal resources are equal octets."""
    return model.model_dump_json().encode()


def known_as(header: str | None, tag: str) -> str | None:
    """Return the tag by which If-None-Match names a representation, strong or weak (RFC 9110 §13.1.2), in any coding.

    None where it names none of these.
    """
    if header is None:
        return None
    for known in _read(header, "If-None-Match"):
        strong = known.removeprefix("W/")
        if strong == "*":
            return tag
        if uncoded_tag(strong) == tag:
            return strong
    return None


def expectation(header: str | None, model_of: Callable[[object], BaseModel]) -> Callable[[object], None]:
    """Return what raises PreconditionError where a thing is not one that If-Match names (RFC 9110 §13.1.1).

    `model_of` gives the resource that shows the thing. No header expects nothing in particular. In whatever coding the
    resource was seen, it is the same resource.
    """
    if header is None:
        return _whatever_it_is
    tags = [uncoded_tag(tag) for tag in _read(header, "If-Match")]

    def expect(known: object) -> None:
        if "*" not in tags and tag_of(body_of(model_of(known))) not in tags:
            raise PreconditionError("It has changed since you have seen it; read it again, and decide again.")

    return expect


def _read(header: str, name: str) -> tuple[str, ...]:
    if header.strip() == "*":
        return ("*",)
    if not _LIST.fullmatch(header):
        raise RequestError(f'{name} is * or a list of entity tags, each in quotes, like "5d41402abc4b2a76".')
    return tuple(_TAG.findall(header))


def _whatever_it_is(_known: object) -> None:
    """Expect nothing in particular."""
