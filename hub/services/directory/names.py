"""How things of the directory may be called."""

import re
from typing import Final

from hub.domain.errors import RequestError
from hub.domain.identifiers import AccountId, MemberCode, OrganisationId, StixId

_CODE: Final = re.compile(r"[A-Z]{2}")
_SLUG: Final = re.compile(r"(?=.{1,63}\Z)[a-z0-9]+(?:-[a-z0-9]+)*")
_ACCOUNT_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")
_IDENTITY: Final = re.compile(r"identity--[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_LINE: Final = re.compile(r"[^\x00-\x1f\x7f]{1,200}")


def member_code(text: str) -> MemberCode:
    """Read an ISO 3166-1 alpha-2 code; raise RequestError where it is none."""
    if not _CODE.fullmatch(text):
        raise RequestError(f"{text!r} is no member code; it is two capital letters (ISO 3166-1 alpha-2), like AU.")
    return MemberCode(text)


def organisation_id(text: str) -> OrganisationId:
    """Read an id that agreements can name too; raise RequestError where it is none."""
    if not _SLUG.fullmatch(text):
        raise RequestError(
            f"{text!r} is no organisation id; it is lower-case letters, digits and single hyphens, at most 63, like"
            " au-cert."
        )
    return OrganisationId(text)


def account_id(text: str) -> AccountId:
    """Read ORGANISATION/NAME; raise RequestError where it is none."""
    organisation, slash, name = text.partition("/")
    if not (slash and _SLUG.fullmatch(organisation) and _ACCOUNT_NAME.fullmatch(name)):
        raise RequestError(
            f"{text!r} is no account; it is ORGANISATION/NAME like au-cert/ana, and the name is at most 63 lower-case"
            " letters, digits, dots, underscores and hyphens, with a letter or digit first."
        )
    return AccountId(text)


def organisation_of_account(account: AccountId) -> OrganisationId:
    """Return the part before the slash."""
    return OrganisationId(account.partition("/")[0])


def purpose(text: str) -> str:
    """Read a purpose that agreements can name too; raise RequestError where it is none."""
    if not _SLUG.fullmatch(text):
        raise RequestError(f"{text!r} is no purpose; it is one word with hyphens, like network-defence.")
    return text


def line(text: str) -> str:
    """Read the name by which people know something; raise RequestError where it is none."""
    stripped = text.strip()
    if not _LINE.fullmatch(stripped):
        raise RequestError("A name is one line of 1 to 200 characters.")
    return stripped


def identity(text: str) -> StixId:
    """Read the id of a STIX identity; raise RequestError where it is none."""
    if not _IDENTITY.fullmatch(text):
        raise RequestError(f"{text!r} is no STIX identity; it is identity-- and a UUID in lower case.")
    return StixId(text)
