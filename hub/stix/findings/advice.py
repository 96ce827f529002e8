"""What is accepted and yet worth a word to its producer: the warnings of an accepted object."""

import re
from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime
from functools import cache
from typing import Any, Final

from hub.stix.audience import EXTENSION_ID
from hub.stix.findings.derivation import derived_id
from hub.stix.form.names import instant_of_text, uuid_version_of
from hub.stix.form.shapes import META_TYPES, OBSERVABLE_TYPES, all_types, members_of, shape_of_extension, shape_of_type
from hub.stix.problems import shown
from hub.stix.tlp import TLP2_EXTENSION

HASH_ALGORITHMS: Final = frozenset({"MD5", "SHA-1", "SHA-256", "SHA-512", "SHA3-256", "SHA3-512", "SSDEEP", "TLSH"})
"""hash-algorithm-ov (STIX 2.1 §10.9)."""

RELATIONSHIPS: Final = frozenset(
    {
        "analysis-of",
        "attributed-to",
        "authored-by",
        "based-on",
        "beacons-to",
        "belongs-to",
        "characterizes",
        "communicates-with",
        "compromises",
        "consists-of",
        "contains",
        "controls",
        "delivers",
        "derived-from",
        "detects",
        "downloads",
        "drops",
        "duplicate-of",
        "dynamic-analysis-of",
        "exfiltrates-to",
        "exploits",
        "has",
        "hosts",
        "impersonates",
        "indicates",
        "investigates",
        "located-at",
        "mitigates",
        "originates-from",
        "owns",
        "related-to",
        "remediates",
        "resolves-to",
        "revoked-by",
        "static-analysis-of",
        "subtechnique-of",
        "targets",
        "uses",
        "variant-of",
    }
)
"""Relationship types of STIX 2.1 (appendix B) and the three that ATT&CK adds."""

KNOWN_EXTENSIONS: Final = frozenset({TLP2_EXTENSION, EXTENSION_ID})
"""Extension-definitions that mean something to the hub."""

_LINK: Final = re.compile(r"(?:https?|ftps?)://", re.ASCII | re.IGNORECASE)
_TLP_WORDS: Final = re.compile(r"\s*tlp\b", re.IGNORECASE)


def warnings_about(value: Mapping[str, object], *, at: datetime) -> tuple[str, ...]:
    """Return sentences about an accepted object; nothing here refuses."""
    return () if _needs_no_word(value) else tuple(_warnings(value, at))


def _needs_no_word(value: Mapping[str, Any]) -> bool:
    """Return whether it is certain that there is none, without going through all that there might be."""
    kind = value["type"]
    quiet = _quiet().get(kind)
    return (
        quiet is not None
        and (quiet.issuperset(value) or all(map(_is_named_as_custom, value.keys() - quiet)))
        and uuid_version_of(value["id"]) == "4"
        and value.get("name") != ""
        and (kind != "relationship" or value["relationship_type"] in RELATIONSHIPS)
        and ("external_references" not in value or not any(_link_warnings(value["external_references"])))
    )


@cache
def _quiet() -> Mapping[str, frozenset[str]]:
    """Return, for each type that is no observable, the defined properties that need no more than a glance."""
    kinds = [kind for kind in all_types() if kind not in OBSERVABLE_TYPES]
    return {
        kind: frozenset(members_of(kind)) - {"extensions", "hashes"} - _CLOSELY_READ.get(kind, frozenset())
        for kind in kinds
    }


def _warnings(value: Mapping[str, object], at: datetime) -> Iterator[str]:
    kind = str(value["type"])
    is_defined = shape_of_type(kind) is not None
    if is_defined:
        yield from _id_warnings(kind, value)
    else:
        yield f"type: STIX 2.1 defines no {shown(kind)}; its own properties were not checked."
    if value.get("name") == "":
        yield "name is empty."
    members = members_of(kind).keys()
    if is_defined and not value.keys() <= members:
        yield from _name_warnings(value, value.keys() - members, kind)
    for name, warnings in _BY_PROPERTY.items():
        if name in value:
            yield from warnings(value[name])
    of_this_type = _BY_TYPE.get(kind)
    if of_this_type is not None:
        yield from of_this_type(value, at)


def _id_warnings(kind: str, value: Mapping[str, object]) -> Iterator[str]:
    identifier = str(value["id"])
    uuid_version = uuid_version_of(identifier)
    if kind in OBSERVABLE_TYPES:
        if uuid_version == "5" and derived_id(value) not in (None, identifier):
            yield "id: a UUID of version 5, but not the one that STIX derives from the properties."
    elif uuid_version != "4":
        yield f"id: a UUID of version {uuid_version}; it should be of version 4."


def _name_warnings(value: Mapping[str, object], custom: AbstractSet[str], kind: str) -> Iterator[str]:
    if not _has_toplevel_extension(value):
        for name in value:
            if name in custom and not _is_named_as_custom(name):
                yield f"{shown(name)}: STIX 2.1 defines no such property on {kind}; custom names should begin with x_."


def _is_named_as_custom(name: str) -> bool:
    return name.startswith("x_")


def _has_toplevel_extension(value: Mapping[str, object]) -> bool:
    extensions = value.get("extensions")
    return isinstance(extensions, dict) and any(
        isinstance(extension, dict) and extension.get("extension_type") == "toplevel-property-extension"
        for extension in extensions.values()
    )


def _extension_warnings(extensions: object) -> Iterator[str]:
    for name in extensions if isinstance(extensions, dict) else ():
        if shape_of_extension(name) is None and name not in KNOWN_EXTENSIONS:
            yield f"extensions: {shown(name)} is not known to the hub; it was not checked."


def _link_warnings(references: object) -> Iterator[str]:
    for reference in references if isinstance(references, list) else ():
        url = reference.get("url") if isinstance(reference, dict) else None
        if isinstance(url, str) and not _LINK.match(url):
            yield f"external_references: {shown(url)} is not a web address and is never shown as a link."


def _hash_warnings(hashes: object) -> Iterator[str]:
    for algorithm in sorted(hashes.keys() - HASH_ALGORITHMS) if isinstance(hashes, dict) else ():
        yield f"hashes: {shown(algorithm)} is not one of STIX's names of hash algorithms; kept as sent."


def _relationship_warnings(value: Mapping[str, object], _at: datetime) -> Iterator[str]:
    kind = value.get("relationship_type")
    if kind not in RELATIONSHIPS:
        yield f"relationship_type: STIX 2.1 defines no {shown(kind)}."


def _indicator_warnings(value: Mapping[str, object], at: datetime) -> Iterator[str]:
    until = value.get("valid_until")
    if isinstance(until, str) and instant_of_text(until) <= at:
        yield "valid_until has passed: whoever receives this indicator will not use it."


def _reference_warnings(value: Mapping[str, object], _at: datetime) -> Iterator[str]:
    references = value.get("object_refs")
    for kind in META_TYPES:
        if isinstance(references, list) and any(str(item).startswith(f"{kind}--") for item in references):
            yield f"object_refs: a {kind} is seldom what an object is about."


def _marking_warnings(value: Mapping[str, object], _at: datetime) -> Iterator[str]:
    definition = value.get("definition")
    statement = definition.get("statement") if isinstance(definition, dict) else None
    if isinstance(statement, str) and _TLP_WORDS.match(statement):
        yield "definition: a statement about TLP sets no level; refer to TLP's own ids."
    if value.get("definition_type", "statement") not in ("statement", "tlp"):
        yield "definition_type: neither statement nor tlp; only you will see what carries this marking."


_BY_PROPERTY: Final[Mapping[str, Callable[[object], Iterator[str]]]] = {
    "extensions": _extension_warnings,
    "external_references": _link_warnings,
    "hashes": _hash_warnings,
}

_CLOSELY_READ: Final[Mapping[str, frozenset[str]]] = {
    "indicator": frozenset({"valid_until"}),
    "marking-definition": frozenset({"definition", "definition_type"}),
    **dict.fromkeys(("report", "grouping", "note", "opinion"), frozenset({"object_refs"})),
}
"""Properties of single types that need more than a glance."""

_BY_TYPE: Final[Mapping[str, Callable[[Mapping[str, object], datetime], Iterator[str]]]] = {
    "relationship": _relationship_warnings,
    "indicator": _indicator_warnings,
    "marking-definition": _marking_warnings,
    **dict.fromkeys(("report", "grouping", "note", "opinion"), _reference_warnings),
}
