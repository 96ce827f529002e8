"""The decision of the fast gate: each type's properties by the shapes of STIX, and what holds between them.

Caps and patterns are judged beside it, not by it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Final

from hub.stix.fast import checks
from hub.stix.fast.checks import Check
from hub.stix.fast.constraints import CONSTRAINTS, Constraint, are_granular_markings
from hub.stix.fast.free import is_custom
from hub.stix.fast.ids import id_of, is_reference
from hub.stix.fast.plain import check_of, structure
from hub.stix.form.names import TYPE_NAME, type_of_id
from hub.stix.form.shapes import OBSERVABLE_TYPES, Kind, Shape, all_types, common_shape, members_of, shape_of_type

_OBSERVABLE_NEEDS: Final = frozenset({"type", "id"})
_UNVERSIONED_NEEDS: Final = _OBSERVABLE_NEEDS | {"spec_version", "created"}
_VERSIONED_NEEDS: Final = _UNVERSIONED_NEEDS | {"modified"}
_NEEDS_BESIDES: Final[Mapping[str, frozenset[str]]] = {
    "indicator": frozenset({"valid_from"}),
    "observed-data": frozenset({"object_refs"}),
}
"""What the library or the hub asks for though the shape of the type leaves it open."""

_SPECIAL: Final[Mapping[str, Check]] = {
    "spec_version": checks.exactly("2.1"),
    "created": checks.is_version,
    "modified": checks.is_version,
    "confidence": checks.is_confidence,
    "lang": checks.is_language,
    "granular_markings": lambda item: isinstance(item, list) and len(item) > 0,  # the rest is looked at with the whole
    "objects": checks.never,
}
"""Checks that say more than the shape of a property does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Gate:
    is_well_formed: Check
    holds: Constraint | None = None


def accepts(value: Mapping[str, object]) -> bool:
    """Return whether an object is certain to pass the full checks and the library, its size and pattern apart."""
    kind = value.get("type")
    if not isinstance(kind, str):
        return False
    gate = _gates().get(kind) or _gate_of_unknown(value)
    return (
        gate.is_well_formed(value)
        and (gate.holds is None or gate.holds(value))
        and ("granular_markings" not in value or are_granular_markings(value))
    )


@cache
def _gates() -> Mapping[str, _Gate]:
    return MappingProxyType({kind: _gate_of(kind) for kind in all_types()})


def _gate_of(kind: str) -> _Gate:
    shape = shape_of_type(kind) or Shape(kind=Kind.OBJECT)
    properties = {name: check_of(member) for name, member in members_of(kind).items()}
    properties.update(_SPECIAL, type=checks.is_text, id=id_of(kind), **_OF_TYPE.get(kind, {}))
    required = shape.required | _needs_of(kind) | _NEEDS_BESIDES.get(kind, frozenset())
    return _Gate(
        is_well_formed=structure(properties, required=required, some=shape.some, otherwise=is_custom),
        holds=CONSTRAINTS.get(kind),
    )


def _needs_of(kind: str) -> frozenset[str]:
    if kind in OBSERVABLE_TYPES:
        return _OBSERVABLE_NEEDS
    return _UNVERSIONED_NEEDS if kind == "marking-definition" else _VERSIONED_NEEDS


def _gate_of_unknown(value: Mapping[str, object]) -> _Gate:
    """Return the gate of a type that STIX does not define; what has no instants is taken for an observable."""
    return _unknown_versioned() if "created" in value or "modified" in value else _unknown_observable()


@cache
def _unknown_versioned() -> _Gate:
    return _unknown(_VERSIONED_NEEDS)


@cache
def _unknown_observable() -> _Gate:
    return _unknown(_OBSERVABLE_NEEDS)


def _unknown(required: frozenset[str]) -> _Gate:
    properties = {name: check_of(member) for name, member in common_shape().items()}
    properties.update(_SPECIAL, type=checks.is_text, id=is_reference)
    is_well_formed = structure(properties, required=required, some=frozenset(), otherwise=is_custom)
    return _Gate(is_well_formed=is_well_formed, holds=_is_named_by_type)


def _is_named_by_type(value: Mapping[str, object]) -> bool:
    kind, identifier = str(value["type"]), str(value["id"])
    return type_of_id(identifier) == kind and TYPE_NAME.fullmatch(kind) is not None


_OF_TYPE: Final[Mapping[str, Mapping[str, Check]]] = {
    "course-of-action": {"action": checks.never},
    "marking-definition": dict.fromkeys(("modified", "revoked"), checks.never),
    "relationship": {"relationship_type": lambda item: isinstance(item, str) and item != ""},
}
"""Checks of single types: what is reserved, what has no versions, and what the library takes for missing when empty."""
