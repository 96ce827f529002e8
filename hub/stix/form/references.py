"""What an object refers to: every property whose name ends in `_ref` or `_refs`, at any depth."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from hub.domain.identifiers import StixId
from hub.stix.form.names import CANONICAL_ID, id_problem
from hub.stix.form.shapes import Kind, Shape, all_shapes, all_types, members_of
from hub.stix.problems import Code, Problem

_NOT_CONTENT: Final = frozenset({"object_marking_refs", "marking_ref", "created_by_ref"})
"""References that say whose an object is and how it is handled, not what it is about."""

_UNKNOWN: Final = ""
_NONE: Final[frozenset[StixId]] = frozenset()
_BARREN: Final = frozenset(Kind) - {Kind.REFERENCE, Kind.LIST, Kind.OBJECT, Kind.DICTIONARY, Kind.EXTENSIONS}
"""Kinds of values that neither are nor hold references."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Places:
    """Where objects of a type refer to content: properties that are an id, that are several, and that hold none.

    In all other properties there may be references at any depth.
    """

    one: frozenset[str]
    several: frozenset[str]
    none: frozenset[str]


def references_of(value: Mapping[str, Any]) -> frozenset[StixId]:
    """Return the ids that an object is about: all its references apart from markings and its creator.

    INVARIANT: the object has passed every check, so the properties that STIX defines are what it says.
    """
    places = _places().get(value["type"]) or _places()[_UNKNOWN]
    if places.none.issuperset(value):
        return _NONE
    found: set[StixId] = set()
    others: dict[str, object] = {}
    for name in value.keys() - places.none:
        if name in places.one:
            found.add(value[name])
        elif name in places.several:
            found.update(value[name])
        else:
            others[name] = value[name]
    if others:
        found.update(_references_within(others))
    return frozenset(found)


def reference_problems(value: Mapping[str, object]) -> Iterator[Problem]:
    """Yield what is wrong with the spelling of references.

    Properties that STIX defines hold ids. What a custom property of that name holds is its producer's affair, except
    that an id in another spelling than the canonical one would be a second name for one object. The deprecated
    `objects` of observed-data have references of their own kind (STIX 2.1 §4.14.1), which the library judges.
    """
    found: list[tuple[str, str]] = []
    _gather({name: item for name, item in value.items() if name != "objects"}, found)
    for name, text in found:
        problem = id_problem(text, name)
        if problem and (name in _defined_names() or problem.code is Code.ID_NOT_CANONICAL):
            yield problem
        elif text.startswith("bundle--"):
            yield Problem(Code.REFERENCE_TYPE, f"{name}: a bundle is no object that could be referred to.")


@cache
def _places() -> Mapping[str, _Places]:
    """Return the places of each type that STIX 2.1 defines and, under no name, of all others."""
    return {kind: _places_in(members_of(kind)) for kind in (*all_types(), _UNKNOWN)}


def _places_in(members: Mapping[str, Shape]) -> _Places:
    return _Places(
        one=frozenset(name for name, shape in members.items() if shape.kind is Kind.REFERENCE),
        several=frozenset(name for name, shape in members.items() if shape.kind is Kind.LIST and _is_reference(shape)),
        none=_NOT_CONTENT | {name for name, shape in members.items() if (shape.item or shape).kind in _BARREN},
    )


def _references_within(value: Mapping[str, object]) -> list[StixId]:
    """Return the references to content in properties that STIX leaves open, and in structures."""
    found: list[tuple[str, str]] = []
    _gather(value, found)
    return [StixId(text) for name, text in found if name not in _NOT_CONTENT and CANONICAL_ID.fullmatch(text)]


def _gather(value: Mapping[str, object], found: list[tuple[str, str]]) -> None:
    """Append the name and the text of every reference. INVARIANT: the depth of what is read has been capped."""
    for name, item in value.items():
        if isinstance(item, str):
            if name.endswith("_ref"):
                found.append((name, item))
        elif isinstance(item, list):
            _gather_list(name, item, found)
        elif isinstance(item, dict):
            _gather(item, found)


def _gather_list(name: str, items: list[object], found: list[tuple[str, str]]) -> None:
    are_references = name.endswith("_refs")
    for item in items:
        if isinstance(item, str):
            if are_references:
                found.append((name, item))
        elif isinstance(item, dict):
            _gather(item, found)
        elif isinstance(item, list):
            _gather_list("", item, found)


@cache
def _defined_names() -> frozenset[str]:
    """Return the names of all references that STIX 2.1 defines, on whatever object."""
    names: set[str] = set()
    waiting = [*all_shapes()]
    while waiting:
        shape = waiting.pop()
        if shape.item is not None:
            waiting.append(shape.item)
        for name, member in shape.members.items():
            waiting.append(member)
            if _is_reference(member):
                names.add(name)
    return frozenset(names)


def _is_reference(shape: Shape) -> bool:
    return shape.kind is Kind.REFERENCE or (shape.item is not None and shape.item.kind is Kind.REFERENCE)
