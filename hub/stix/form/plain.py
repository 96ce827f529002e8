"""The plain values that the fast gate takes: one check for each property of each type, made once."""

import re
from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from hub.domain.clock import EPOCH
from hub.stix.form import names
from hub.stix.form.shapes import Kind, Shape

Check: TypeAlias = Callable[[object], bool]

_LONGEST_TIMESTAMP: Final = len("2026-01-31T12:00:00.000000Z")
_VERSION_DIGITS: Final = range(3, 7)
_CONFIDENCE: Final = range(101)
_PLAIN_STRUCTURES: Final = frozenset({"kill_chain_phases", "external_references", "values"})
_EXTERNAL: Final = frozenset({"source_name", "description", "external_id", "url"})
_SCALARS: Final = frozenset({str, int, float, bool})
_HASHES: Final = {
    "MD5": re.compile(r"[0-9a-fA-F]{32}", re.ASCII),
    "SHA-1": re.compile(r"[0-9a-fA-F]{40}", re.ASCII),
    "SHA-256": re.compile(r"[0-9a-fA-F]{64}", re.ASCII),
    "SHA-512": re.compile(r"[0-9a-fA-F]{128}", re.ASCII),
}


def check_of(name: str, shape: Shape, kind: str) -> Check:
    """Return the check of a property of a type."""
    special: Mapping[str, Check] = {
        "type": lambda item: item == kind,
        "spec_version": lambda item: item == "2.1",
        "id": lambda item: _is_id(item) and names.type_of_id(str(item)) == kind,
        "created": is_version,
        "modified": is_version,
        "confidence": lambda item: type(item) is int and item in _CONFIDENCE,
        "lang": lambda item: isinstance(item, str) and names.is_language_tag(item),
        "external_references": _all(_is_external_reference),
    }
    return special.get(name) or _check_of_shape(name, shape)


def is_plain_custom(name: str, item: object) -> bool:
    """Return whether a property that STIX does not define is well named and holds a scalar, or a list of scalars."""
    if names.PROPERTY_NAME.fullmatch(name) is None or name in names.LIBRARY_NAMES:
        return False
    if name.endswith("_ref"):
        return _is_id(item)
    if isinstance(item, list):
        is_plain = _is_id if name.endswith("_refs") else _is_scalar
        return len(item) > 0 and all(is_plain(element) for element in item)
    return _is_scalar(item)


def is_version(item: object) -> bool:
    """Return whether a value is a `created` or `modified` that the hub takes."""
    return (
        isinstance(item, str)
        and names.is_timestamp(item)
        and len(names.fraction_of(item)) in _VERSION_DIGITS
        and names.instant_of_text(item) >= EPOCH
    )


def never(_item: object) -> bool:
    """Leave a property to the full checks."""
    return False


def _check_of_shape(name: str, shape: Shape) -> Check:  # noqa: PLR0911 - one line a kind
    match shape.kind:
        case Kind.TEXT if shape.allowed is not None:
            allowed = shape.allowed
            return lambda item: isinstance(item, str) and item in allowed
        case Kind.TEXT if not shape.opaque:
            return _is_text
        case Kind.INTEGER | Kind.NUMBER:
            return _number(shape)
        case Kind.BOOLEAN:
            return lambda item: item is True or item is False
        case Kind.TIMESTAMP:
            return _is_timestamp
        case Kind.REFERENCE:
            return _reference(shape)
        case Kind.LIST if shape.item is not None:
            return _all(_check_of_shape(name, shape.item))
        case Kind.HASHES:
            return _is_hashes
        case Kind.OBJECT if name in _PLAIN_STRUCTURES:
            return _structure(shape)
    return never


def _number(shape: Shape) -> Check:
    types = (int,) if shape.kind is Kind.INTEGER else (int, float)
    least = float("-inf") if shape.least is None else shape.least
    most = float("inf") if shape.most is None else shape.most
    return lambda item: isinstance(item, types) and not isinstance(item, bool) and least <= item <= most


def _reference(shape: Shape) -> Check:
    types, forbidden = shape.types, shape.forbidden
    if types is None:
        return lambda item: _is_id(item) and names.type_of_id(str(item)) not in forbidden
    return lambda item: _is_id(item) and names.type_of_id(str(item)) in types


def _structure(shape: Shape) -> Check:
    checks = {name: _check_of_shape(name, member) for name, member in shape.members.items()}

    def check(item: object) -> bool:
        return (
            isinstance(item, dict)
            and len(item) > 0
            and shape.required <= item.keys()
            and all(name in checks and checks[name](member) for name, member in item.items())
        )

    return check


def _all(check: Check) -> Check:
    return lambda item: isinstance(item, list) and len(item) > 0 and all(map(check, item))


def _is_text(item: object) -> bool:
    return isinstance(item, str)


def _is_scalar(item: object) -> bool:
    return type(item) in _SCALARS


def _is_id(item: object) -> bool:
    return (
        isinstance(item, str) and names.CANONICAL_ID.fullmatch(item) is not None and names.type_of_id(item) != "bundle"
    )


def _is_timestamp(item: object) -> bool:
    return isinstance(item, str) and len(item) <= _LONGEST_TIMESTAMP and names.is_timestamp(item)


def _is_external_reference(item: object) -> bool:
    return (
        isinstance(item, dict)
        and "source_name" in item
        and len(item) > 1
        and item.keys() <= _EXTERNAL
        and all(isinstance(text, str) for text in item.values())
    )


def _is_hashes(item: object) -> bool:
    return (
        isinstance(item, dict)
        and len(item) > 0
        and all(
            name in _HASHES and isinstance(digest, str) and _HASHES[name].fullmatch(digest) is not None
            for name, digest in item.items()
        )
    )
