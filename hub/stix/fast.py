"""The first gate: a check on the raw value that only ever accepts, and only what the second gate accepts for certain.

It understands the commonest types that STIX defines, with values of the plain kinds, and custom properties that hold
scalars; whatever else it meets, it leaves to the full checks. Caps and patterns are judged beside it, not by it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final, TypeAlias

from hub.stix.form.names import instant_of_text
from hub.stix.form.plain import Check, check_of, is_plain_custom, never
from hub.stix.form.shapes import OBSERVABLE_TYPES, members_of, shape_of_type

Constraint: TypeAlias = Callable[[Mapping[str, object]], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Gate:
    checks: Mapping[str, Check]
    required: frozenset[str]
    holds: Constraint


def accepts(value: Mapping[str, object]) -> bool:
    """Return whether an object is certain to pass the full checks and the library, its size and pattern apart."""
    kind = value.get("type")
    gate = _gate_of(kind) if isinstance(kind, str) and kind in _CONSTRAINTS else None
    if gate is None or not gate.required <= value.keys():
        return False
    checks = gate.checks
    for name, item in value.items():
        check = checks.get(name)
        if not (is_plain_custom(name, item) if check is None else check(item)):
            return False
    return gate.holds(value)


@cache
def _gate_of(kind: str) -> _Gate:
    shape = shape_of_type(kind)
    library_needs = shape.required if shape is not None else frozenset[str]()
    hub_needs = {"id"} if kind in OBSERVABLE_TYPES else {"id", "spec_version", "created", "modified"}
    checks = {name: check_of(name, member, kind) for name, member in members_of(kind).items()}
    return _Gate(
        checks=checks | dict.fromkeys(_LEFT_TO_FULL_CHECKS, never),
        required=library_needs | hub_needs,
        holds=_CONSTRAINTS[kind],
    )


def _nothing_more(_value: Mapping[str, object]) -> bool:
    return True


def _any_of(*names: str) -> Constraint:
    return lambda value: any(name in value for name in names)


def _in_order(first: str, last: str) -> Constraint:
    """Return a constraint: where both instants are there, `last` is not before `first`."""

    def holds(value: Mapping[str, object]) -> bool:
        earlier, later = value.get(first), value.get(last)
        if not isinstance(earlier, str) or not isinstance(later, str):
            return True
        return instant_of_text(earlier) <= instant_of_text(later)

    return holds


def _strictly(first: str, last: str) -> Constraint:
    """Return a constraint: where both instants are there, `last` is after `first`."""

    def holds(value: Mapping[str, object]) -> bool:
        earlier, later = value.get(first), value.get(last)
        if not isinstance(earlier, str) or not isinstance(later, str):
            return True
        return instant_of_text(earlier) < instant_of_text(later)

    return holds


def _is_named_family_or_sample(value: Mapping[str, object]) -> bool:
    return ("name" in value or value["is_family"] is False) and _SEEN(value)


def _is_somewhere(value: Mapping[str, object]) -> bool:
    coordinates = ("latitude" in value) + ("longitude" in value)
    if coordinates == 1 or (coordinates == 0 and "precision" in value):
        return False
    return coordinates > 0 or "region" in value or "country" in value


def _has_traffic(value: Mapping[str, object]) -> bool:
    return ("src_ref" in value or "dst_ref" in value) and "end" not in value


def _has_begun(value: Mapping[str, object]) -> bool:
    return "valid_from" in value and _VALID(value)


_SEEN: Final = _in_order("first_seen", "last_seen")
_VALID: Final = _strictly("valid_from", "valid_until")

_LEFT_TO_FULL_CHECKS: Final = ("extensions", "granular_markings", "objects", "action")
"""Properties that the fast gate does not judge, whatever they hold."""

_CONSTRAINTS: Final[Mapping[str, Constraint]] = {
    **dict.fromkeys(
        (
            "attack-pattern",
            "course-of-action",
            "grouping",
            "identity",
            "incident",
            "note",
            "opinion",
            "report",
            "tool",
            "vulnerability",
            "autonomous-system",
            "directory",
            "domain-name",
            "email-addr",
            "ipv4-addr",
            "ipv6-addr",
            "mac-addr",
            "mutex",
            "software",
            "url",
            "user-account",
            "windows-registry-key",
        ),
        _nothing_more,
    ),
    **dict.fromkeys(("campaign", "infrastructure", "intrusion-set", "sighting", "threat-actor"), _SEEN),
    "file": _any_of("hashes", "name"),
    "indicator": _has_begun,
    "location": _is_somewhere,
    "malware": _is_named_family_or_sample,
    "network-traffic": _has_traffic,
    "relationship": _strictly("start_time", "stop_time"),
}
"""The types that the fast gate understands, and what holds between properties of each."""
