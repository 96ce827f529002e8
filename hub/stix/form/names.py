"""How things are spelled in STIX: ids, types, property names, timestamps and language tags."""

import re
from datetime import datetime
from functools import lru_cache
from typing import Final

from hub.domain.clock import EPOCH
from hub.stix.problems import Code, Problem, shown

LIBRARY_NAMES: Final = frozenset(
    {"self", "cls", "allow_custom", "interoperability", "custom_properties", "_valid_refs"}
)
"""Names that the library's constructors take as arguments of their own: never properties."""

TYPE_NAME: Final = re.compile(r"(?=.{3,250}\Z)[a-z][a-z0-9]*(?:-[a-z0-9]+)*", re.ASCII)
PROPERTY_NAME: Final = re.compile(r"[a-z][a-z0-9_]{2,249}", re.ASCII)
EXTENSION_NAME: Final = re.compile(r"[a-z][a-z0-9-]{2,249}", re.ASCII)
DICTIONARY_KEY: Final = re.compile(r"[A-Za-z0-9_-]{1,250}", re.ASCII)
UUID_FORM: Final = r"[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
CANONICAL_ID: Final = re.compile(rf"[a-z][a-z0-9]*(?:-[a-z0-9]+)*--{UUID_FORM}", re.ASCII)
"""`TYPE--UUID` in the one spelling that is an id here: lower case, RFC 4122 variant (STIX 2.1 §2.9)."""

_LONGEST_REMEMBERED: Final = len("2026-01-31T12:00:00.000000000Z")
_TIMESTAMP: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z", re.ASCII)
_VERSION_DIGITS: Final = range(3, 7)
_LANGUAGE_TAG: Final = re.compile(
    r"(?:[a-z]{2,3}(?:-[a-z]{3}){0,3}|[a-z]{4,8})"  # language, extended language
    r"(?:-[a-z]{4})?"  # script
    r"(?:-(?:[a-z]{2}|\d{3}))?"  # region
    r"(?:-(?:[a-z0-9]{5,8}|\d[a-z0-9]{3}))*"  # variants
    r"(?:-[0-9a-wy-z](?:-[a-z0-9]{2,8})+)*"  # extensions
    r"(?:-x(?:-[a-z0-9]{1,8})+)?"  # private use
    r"|x(?:-[a-z0-9]{1,8})+",
    re.ASCII | re.IGNORECASE,
)


def is_language_tag(text: str) -> bool:
    """Return whether a text is a well-formed language tag (RFC 5646 §2.1)."""
    return _LANGUAGE_TAG.fullmatch(text) is not None


def type_of_id(identifier: str) -> str:
    """Return the type that a canonical id begins with."""
    return identifier[:-38]


def uuid_version_of(identifier: str) -> str:
    """Return the digit that says which version of UUID a canonical id has."""
    return identifier[-22]


def id_problem(text: str, where: str) -> Problem | None:
    """Return what is wrong with the spelling of an id, or None."""
    if CANONICAL_ID.fullmatch(text):
        return None
    kind, _, rest = text.partition("--")
    if CANONICAL_ID.fullmatch(f"{kind}--{rest.lower()}"):
        return Problem(Code.ID_NOT_CANONICAL, f"{where}: write the UUID of {shown(text)} in lower case.")
    return Problem(Code.ID_FORM, f"{where}: {shown(text)} is not an id of the form type--UUID (RFC 4122).")


def timestamp_problem(text: str, where: str) -> Problem | None:
    """Return what is wrong with a timestamp (STIX 2.1 §2.16), or None."""
    if is_timestamp(text):
        return None
    return Problem(Code.TIMESTAMP_FORM, f"{where}: {shown(text)} is not a timestamp like 2026-01-31T12:00:00.000Z.")


def version_problem(text: str, where: str) -> Problem | None:
    """Return what is wrong with a `created` or `modified`, or None.

    They have three to six fraction digits (STIX 2.1 §3.2), so that a version is one instant on the hub's clock, and
    are not before 1970.
    """
    if not is_timestamp(text) or len(fraction_of(text)) not in _VERSION_DIGITS:
        return Problem(
            Code.TIMESTAMP_FORM,
            f"{where}: {shown(text)} is not a timestamp with three to six fraction digits"
            " like 2026-01-31T12:00:00.000Z.",
        )
    if instant_of_text(text) < EPOCH:
        return Problem(Code.TIMESTAMP_RANGE, f"{where}: {shown(text)} is before 1970.")
    return None


def is_timestamp(text: str) -> bool:
    """Return whether a text is an RFC 3339 timestamp in UTC, of a day and a second that exist."""
    return (instant_of_short if len(text) <= _LONGEST_REMEMBERED else _read_instant)(text) is not None


def fraction_of(timestamp: str) -> str:
    """Return the fraction digits of a well-formed timestamp."""
    return timestamp[20:-1]


def instant_of_text(timestamp: str) -> datetime:
    """Return the instant of a well-formed timestamp, to the microsecond."""
    known = instant_of_short(timestamp) if len(timestamp) <= _LONGEST_REMEMBERED else None
    return known or datetime.fromisoformat(timestamp)


def _read_instant(text: str) -> datetime | None:
    if _TIMESTAMP.fullmatch(text) is None:
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


instant_of_short: Final = lru_cache(maxsize=8_192)(_read_instant)
"""Return the instant of a text that is a timestamp, else None. For texts that are short enough to be remembered.

An object says the same instant several times, and is asked for it by several checks.
"""
