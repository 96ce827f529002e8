"""Why an object is refused: the closed list of codes, and the problem that carries one with its sentence."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

_SHOWN: Final = 80


class Code(StrEnum):
    """What is wrong, for programs. A code never changes its meaning; the sentence beside it is for people."""

    JSON_ENCODING = "JSON_ENCODING"
    JSON_SYNTAX = "JSON_SYNTAX"
    JSON_DUPLICATE_KEY = "JSON_DUPLICATE_KEY"
    JSON_NONFINITE = "JSON_NONFINITE"
    JSON_NUMBER_RANGE = "JSON_NUMBER_RANGE"
    JSON_DEPTH = "JSON_DEPTH"
    NOT_AN_ENVELOPE = "NOT_AN_ENVELOPE"
    EMPTY_LIST = "EMPTY_LIST"
    TOO_LARGE = "TOO_LARGE"
    TOO_MANY_PROPERTIES = "TOO_MANY_PROPERTIES"
    TOO_MANY_ITEMS = "TOO_MANY_ITEMS"
    TOO_MANY_REFS = "TOO_MANY_REFS"
    TOO_MANY_SELECTORS = "TOO_MANY_SELECTORS"
    TYPE_INVALID = "TYPE_INVALID"
    SPEC_VERSION = "SPEC_VERSION"
    MISSING_PROPERTY = "MISSING_PROPERTY"
    PROPERTY_NAME = "PROPERTY_NAME"
    RESERVED_PROPERTY = "RESERVED_PROPERTY"
    PROPERTY_TYPE = "PROPERTY_TYPE"
    PROPERTY_VALUE = "PROPERTY_VALUE"
    EXCLUSIVE_PROPERTIES = "EXCLUSIVE_PROPERTIES"
    NULL_VALUE = "NULL_VALUE"
    ID_FORM = "ID_FORM"
    ID_NOT_CANONICAL = "ID_NOT_CANONICAL"
    TIMESTAMP_FORM = "TIMESTAMP_FORM"
    TIMESTAMP_RANGE = "TIMESTAMP_RANGE"
    REFERENCE_TYPE = "REFERENCE_TYPE"
    MARKING_FORM = "MARKING_FORM"
    MARKING_CYCLE = "MARKING_CYCLE"
    TLP_REDEFINED = "TLP_REDEFINED"
    TLP_COUNTERFEIT = "TLP_COUNTERFEIT"
    SELECTOR_INVALID = "SELECTOR_INVALID"
    PATTERN_INVALID = "PATTERN_INVALID"
    PATTERN_VERSION = "PATTERN_VERSION"
    PATTERN_TOO_COMPLEX = "PATTERN_TOO_COMPLEX"
    STIX_INVALID = "STIX_INVALID"


@dataclass(frozen=True, slots=True)
class Problem:
    """One reason to refuse an object: the code, and a sentence that says where and what to do."""

    code: Code
    sentence: str


def shown(value: object, *, most: int = _SHOWN) -> str:
    """Return a value as a sentence quotes it: printable, and cut where it is longer than `most` characters."""
    text = value if isinstance(value, str) else repr(value)
    cut = text if len(text) <= most else text[: most - 1] + "…"
    return "".join(character if character.isprintable() else "�" for character in cut)
