"""The values that the fast gate takes for certain: scalars, lists, timestamps, digests."""

import re
from collections.abc import Callable
from typing import Final, TypeAlias

from stix2.hashes import check_hash, infer_hash_algorithm

from hub.stix.form import names
from hub.stix.form.names import instant_of_short
from hub.stix.form.shapes import Shape

Check: TypeAlias = Callable[[object], bool]
Member: TypeAlias = Callable[[str, object], bool]

REFERRING: Final = ("_ref", "_refs")
"""How the names of references end, wherever they stand."""

_SECOND: Final = len("2026-01-31T12:00:00Z")
_MILLISECOND: Final = len("2026-01-31T12:00:00.000Z")
_MICROSECOND: Final = len("2026-01-31T12:00:00.000000Z")
_FIRST_YEAR: Final = "1970"
_CONFIDENCE: Final = range(101)
_PAIRS_OF_HEX: Final = re.compile(r"(?:[0-9a-fA-F]{2})+", re.ASCII)
_BASE64: Final = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?", re.ASCII)
_COMMON_DIGESTS: Final = {
    "MD5": re.compile(r"[0-9a-fA-F]{32}", re.ASCII),
    "SHA-1": re.compile(r"[0-9a-fA-F]{40}", re.ASCII),
    "SHA-256": re.compile(r"[0-9a-fA-F]{64}", re.ASCII),
}


def never(_item: object) -> bool:
    """Leave a property to the full checks, whatever it holds."""
    return False


def is_text(item: object) -> bool:
    """Return whether a value is a text."""
    return isinstance(item, str)


def is_timestamp(item: object) -> bool:
    """Return whether a value is a timestamp that the library can read too: to the microsecond, and no further."""
    return isinstance(item, str) and _SECOND <= len(item) <= _MICROSECOND and instant_of_short(item) is not None


def is_version(item: object) -> bool:
    """Return whether a value is a `created` or `modified` that the hub takes."""
    return (
        isinstance(item, str)
        and _MILLISECOND <= len(item) <= _MICROSECOND
        and item >= _FIRST_YEAR
        and instant_of_short(item) is not None
    )


def is_confidence(item: object) -> bool:
    """Return whether a value is a confidence (STIX 2.1 §3.2)."""
    return type(item) is int and item in _CONFIDENCE


def is_language(item: object) -> bool:
    """Return whether a value is a language tag."""
    return isinstance(item, str) and names.is_language_tag(item)


def is_hexadecimal(item: object) -> bool:
    """Return whether a value is a text of bytes in hexadecimal."""
    return isinstance(item, str) and _PAIRS_OF_HEX.fullmatch(item) is not None


def is_base64(item: object) -> bool:
    """Return whether a value is a text in base64, padded."""
    return isinstance(item, str) and _BASE64.fullmatch(item) is not None


def is_hashes(item: object) -> bool:
    """Return whether a value is a dictionary of digests, each of the form of its algorithm where that is known."""
    return isinstance(item, dict) and len(item) > 0 and all(_is_digest(name, text) for name, text in item.items())


def exactly(text: str) -> Check:
    """Return a check of a value that is always the same."""
    return lambda item: item == text


def one_of(texts: frozenset[str]) -> Check:
    """Return a check of a closed vocabulary."""
    return lambda item: isinstance(item, str) and item in texts


def number(shape: Shape, *types: type[float]) -> Check:
    """Return a check of numbers of some JSON types within the limits of a property."""
    least = float("-inf") if shape.least is None else shape.least
    most = float("inf") if shape.most is None else shape.most
    return lambda item: type(item) in types and isinstance(item, int | float) and least <= item <= most


def list_of(check: Check) -> Check:
    """Return a check of lists that hold something, and nothing but what passes another check."""

    def holds(item: object) -> bool:
        if not isinstance(item, list) or not item:
            return False
        for element in item:  # noqa: SIM110 - most lists are short, and a generator would cost more than they do
            if not check(element):
                return False
        return True

    return holds


def _is_digest(name: str, text: object) -> bool:
    if not isinstance(text, str):
        return False
    common = _COMMON_DIGESTS.get(name)
    if common is not None:
        return common.fullmatch(text) is not None
    if name.endswith(REFERRING) or names.DICTIONARY_KEY.fullmatch(name) is None:
        return False
    return bool(check_hash(infer_hash_algorithm(name), text))
