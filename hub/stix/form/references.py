"""What an object refers to: every property whose name ends in `_ref` or `_refs`, at any depth."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Final

from hub.domain.identifiers import StixId
from hub.stix.form.names import CANONICAL_ID, id_problem
from hub.stix.form.shapes import Kind, Shape, all_shapes, all_types, common_shape, members_of
from hub.stix.problems import Code, Problem

_NOT_CONTENT: Final = frozenset({"object_marking_refs", "marking_ref", "created_by_ref"})
"""References that say whose an object is and how it is handled, not what it is about."""

_NONE: Final[frozenset[StixId]] = frozenset()
_BARREN: Final = frozenset(Kind) - {Kind.REFERENCE, Kind.LIST, Kind.OBJECT, Kind.DICTIONARY, Kind.EXTENSIONS}
"""Kinds of values that neither are nor hold references."""


def references_of(value: Mapping[str, object]) -> frozenset[StixId]:
    """Return the ids that an object is about: all its references apart from markings and its creator.

    INVARIANT: the object has passed every check, so the properties that STIX defines are what it says.
    """
    barren = _without_references(str(value["type"]))
    if value.keys() <= barren:
        return _NONE
    found: list[tuple[str, str]] = []
    _gather({name: value[name] for name in value.keys() - barren}, found)
    return frozenset(StixId(text) for name, text in found if name not in _NOT_CONTENT and CANONICAL_ID.fullmatch(text))


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


def _without_references(kind: str) -> frozenset[str]:
    """Return the properties of an object of a type in which there is no reference to content."""
    return _barren().get(kind) or _barren()[""]


@cache
def _barren() -> Mapping[str, frozenset[str]]:
    """Return these properties for each type that STIX 2.1 defines and, under no name, for all others."""
    members = {kind: members_of(kind) for kind in all_types()} | {"": common_shape()}
    return {
        kind: _NOT_CONTENT | {name for name, shape in shapes.items() if (shape.item or shape).kind in _BARREN}
        for kind, shapes in members.items()
    }


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
