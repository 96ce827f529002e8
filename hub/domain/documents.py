"""Documents that people write (collections, agreements): how names are spelled in them, and strict reading."""

from typing import Annotated, Final, Literal, TypeVar

import msgspec

from hub.domain.errors import ConfigurationError

_UUID4: Final = "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
_SLUG: Final = "[a-z0-9]+(?:-[a-z0-9]+)*"

Line = Annotated[str, msgspec.Meta(pattern=r"\A\S(?:[^\x00-\x1f\x7f]*\S)?\Z")]
"""One line of text that neither begins nor ends with a space."""

Slug = Annotated[str, msgspec.Meta(pattern=rf"\A{_SLUG}\Z")]
"""A lower-case name in letters, digits and single hyphens: `au-cert`."""

Code = Annotated[str, msgspec.Meta(pattern=r"\A[A-Z]{2}\Z")]
"""A member's ISO 3166-1 alpha-2 code: `AU`."""

Uuid4 = Annotated[str, msgspec.Meta(pattern=rf"\A{_UUID4}\Z")]
"""An RFC 4122 UUID of version 4, lower case."""

IdentityId = Annotated[str, msgspec.Meta(pattern=rf"\Aidentity--{_UUID4}\Z")]
"""The id of a STIX identity, with a UUID of version 4."""

TlpLabel = Literal["clear", "green", "amber", "amber+strict", "red"]
"""A TLP level as `Tlp.parse` reads it."""

Document = TypeVar("Document", bound=msgspec.Struct)


class StrictTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of a document: a key that it does not declare, or one missing without a default, is refused."""


def read_document(content: object, form: type[Document], *, source: str) -> Document:
    """Read parsed TOML or JSON as the form; raise ConfigurationError with the source and the key that is wrong."""
    try:
        return msgspec.convert(content, form)
    except msgspec.ValidationError as error:
        raise ConfigurationError(f"{source}: {error}") from error


def raise_all(faults: list[str]) -> None:
    """Raise one ConfigurationError with a line for each fault; do nothing where there is none."""
    if faults:
        raise ConfigurationError("\n".join(faults))
