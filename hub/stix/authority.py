"""The second gate: the verdict of the stix2 library on one object, every exception caught.

The library is handed a copy in which what the hub has already judged by rules of its own, and what the library refuses
although it is legal, is replaced by something plain that costs nothing. What is stored is never the copy.
"""

from collections.abc import Mapping
from typing import Final

import stix2
from stix2 import exceptions as library
from stix2.hashes import infer_hash_algorithm

from hub.stix.form.names import fraction_of, type_of_id
from hub.stix.form.shapes import Kind, members_of
from hub.stix.problems import Code, Problem, shown

_MICROSECOND_DIGITS: Final = 6
_MESSAGE: Final = 300
"""Characters of what the library says; its reason stands at the end."""

_WRONG_TYPE: Final = "The type-specifying prefix"
_CODES: Final[tuple[tuple[type[Exception], Code], ...]] = (
    (library.ExtraPropertiesError, Code.PROPERTY_NAME),
    (library.DictionaryKeyError, Code.PROPERTY_NAME),
    (library.DependentPropertiesError, Code.PROPERTY_VALUE),
    (library.MutuallyExclusivePropertiesError, Code.EXCLUSIVE_PROPERTIES),
    (library.PropertyPresenceError, Code.MISSING_PROPERTY),
    (library.InvalidValueError, Code.PROPERTY_VALUE),
    (ValueError, Code.PROPERTY_VALUE),
)
"""Which code each class of exception means, the special before the general; anything else is STIX_INVALID."""


def library_problem(value: Mapping[str, object]) -> Problem | None:
    """Return why the library refuses an object, or None where it accepts it."""
    try:
        stix2.parse(_adjusted(value), allow_custom=True, version="2.1")
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - the per-object gate: the library may raise anything
        return Problem(_code_of(error, value), _sentence_of(error, value))
    return None


def _code_of(error: Exception, value: Mapping[str, object]) -> Code:
    cause = error.__cause__
    if isinstance(error, library.InvalidValueError) and isinstance(cause, library.STIXError):
        return _code_of(cause, {})
    if _WRONG_TYPE in _text_of(error):
        return Code.REFERENCE_TYPE
    if isinstance(error, library.MutuallyExclusivePropertiesError) and not value.keys() & set(error.properties):
        return Code.MISSING_PROPERTY
    return next((code for kind, code in _CODES if isinstance(error, kind)), Code.STIX_INVALID)


def _sentence_of(error: Exception, value: Mapping[str, object]) -> str:
    if isinstance(error, library.MutuallyExclusivePropertiesError) and not value.keys() & set(error.properties):
        return f"One of {', '.join(error.properties)} is missing."
    return shown(_text_of(error), most=_MESSAGE)


def _text_of(error: Exception) -> str:
    try:
        return str(error)
    except Exception:  # noqa: BLE001 - some of the library's exceptions cannot be written
        return type(error).__name__


def _adjusted(value: Mapping[str, object]) -> dict[str, object]:
    copy = {name: item for name, item in value.items() if name != "granular_markings"}
    copy["spec_version"] = "2.1"
    members = members_of(str(value["type"]))
    for name, item in copy.items():
        shape = members.get(name)
        if shape is None:
            continue
        if name == "external_references" and isinstance(item, list):
            copy[name] = [_without_unknown_hashes(reference) for reference in item]
        elif isinstance(item, list) and shape.item is not None and shape.item.kind is Kind.REFERENCE:
            copy[name] = _one_of_each_type(item)
        elif isinstance(item, str) and shape.kind is Kind.TIMESTAMP:
            copy[name] = _to_the_microsecond(item)
    if value.get("pattern_type") == "stix":
        copy["pattern_type"] = "not looked into"
    if _defines_in_its_own_way(value):
        copy |= {"definition_type": "statement", "definition": {"statement": "-"}}
    return copy


def _one_of_each_type(references: list[object]) -> list[object]:
    """Return one reference of each type, which is all that the library looks at beyond their spelling."""
    return [*{type_of_id(item): item for item in references if isinstance(item, str)}.values()]


def _without_unknown_hashes(reference: object) -> object:
    """Return an external reference without hashes of algorithms that the library does not know there."""
    if not isinstance(reference, dict) or not isinstance(reference.get("hashes"), dict):
        return reference
    known = {name: digest for name, digest in reference["hashes"].items() if infer_hash_algorithm(name) in _EXTERNAL}
    plain = {name: item for name, item in reference.items() if name != "hashes"}
    return plain | {"hashes": known} if known else plain


def _to_the_microsecond(timestamp: str) -> str:
    fraction = fraction_of(timestamp)
    return timestamp if len(fraction) <= _MICROSECOND_DIGITS else f"{timestamp[:26]}Z"


def _defines_in_its_own_way(value: Mapping[str, object]) -> bool:
    """Return whether this is a marking-definition of a type that STIX leaves open (§7.2.1)."""
    return (
        value["type"] == "marking-definition"
        and isinstance(value.get("definition"), dict)
        and value.get("definition_type", "tlp") not in ("statement", "tlp")
    )


_EXTERNAL: Final = frozenset(
    infer_hash_algorithm(name)
    for name in ("MD5", "SHA-1", "SHA-256", "SHA-512", "SHA3-256", "SHA3-512", "SSDEEP", "TLSH")
)
