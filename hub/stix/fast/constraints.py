"""What has to hold between the properties of an object, type by type, once each by itself is well formed."""

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from hub.stix.fast.checks import is_language
from hub.stix.fast.ids import recurring_id_of
from hub.stix.form.names import LIBRARY_NAMES, instant_of_text
from hub.stix.form.selectors import selects
from hub.stix.tlp import tlp_problem

Constraint: TypeAlias = Callable[[Mapping[str, object]], bool]

_MARKED: Final = {"marking_ref", "selectors"}
_TRANSLATED: Final = {"lang", "selectors"}
_is_marking: Final = recurring_id_of("marking-definition")


def are_granular_markings(value: Mapping[str, object]) -> bool:
    """Return whether each granular marking of an object marks something that the object has (STIX 2.1 §7.2.3)."""
    found = value["granular_markings"]
    return isinstance(found, list) and all(_is_granular(value, granular) for granular in found)


def _is_granular(value: Mapping[str, object], granular: object) -> bool:
    if not isinstance(granular, dict):
        return False
    names, selectors = granular.keys(), granular.get("selectors")
    if names == _MARKED:
        marks = _is_marking(granular["marking_ref"]) and granular["marking_ref"] != value["id"]
    else:
        marks = names == _TRANSLATED and is_language(granular["lang"])
    return (
        marks
        and isinstance(selectors, list)
        and len(selectors) > 0
        and all(isinstance(selector, str) and selects(value, selector) for selector in selectors)
    )


def _all_of(*constraints: Constraint) -> Constraint:
    return lambda value: all(constraint(value) for constraint in constraints)


def _in_order(first: str, last: str) -> Constraint:
    """Return a constraint: where both instants are there, `last` is not before `first`."""
    return lambda value: (
        last not in value
        or first not in value
        or instant_of_text(str(value[first])) <= instant_of_text(str(value[last]))
    )


def _strictly(first: str, last: str) -> Constraint:
    """Return a constraint: where both instants are there, `last` is after `first`."""
    return lambda value: (
        last not in value
        or first not in value
        or instant_of_text(str(value[first])) < instant_of_text(str(value[last]))
    )


def _is_named_family_or_sample(value: Mapping[str, object]) -> bool:
    return "name" in value or value["is_family"] is False


def _is_somewhere(value: Mapping[str, object]) -> bool:
    coordinates = ("latitude" in value) + ("longitude" in value)
    if coordinates == 1 or (coordinates == 0 and "precision" in value):
        return False
    return coordinates > 0 or "region" in value or "country" in value


def _is_over_where_it_ends(value: Mapping[str, object]) -> bool:
    return "end" not in value or value.get("is_active") is False


def _is_payload_or_proven_link(value: Mapping[str, object]) -> bool:
    return "hashes" in value if "url" in value else "payload_bin" in value


def _is_one_body_or_parts(value: Mapping[str, object]) -> bool:
    return "body" not in value if value["is_multipart"] else "body_multipart" not in value


def _is_translation(value: Mapping[str, object]) -> bool:
    contents = value["contents"]
    return isinstance(contents, dict) and all(map(is_language, contents))


def _defines_a_marking(value: Mapping[str, object]) -> bool:
    if "definition" not in value:
        return "extensions" in value
    kind, definition = value.get("definition_type"), value["definition"]
    if not isinstance(definition, dict) or kind is None or not definition.keys().isdisjoint(LIBRARY_NAMES):
        return False
    return kind != "statement" or (definition.keys() == {"statement"} and _is_some_text(definition["statement"]))


def _is_some_text(item: object) -> bool:
    return isinstance(item, str) and item != ""


def _is_itself_unmarked(value: Mapping[str, object]) -> bool:
    markings = value.get("object_marking_refs")
    return not isinstance(markings, list) or value["id"] not in markings


def _is_no_false_tlp(value: Mapping[str, object]) -> bool:
    return tlp_problem(value) is None


_SEEN: Final = _in_order("first_seen", "last_seen")

CONSTRAINTS: Final[Mapping[str, Constraint]] = {
    **dict.fromkeys(("campaign", "infrastructure", "intrusion-set", "sighting", "threat-actor"), _SEEN),
    "artifact": _all_of(_is_payload_or_proven_link, lambda value: ("url" in value) != ("payload_bin" in value)),
    "email-message": _is_one_body_or_parts,
    "indicator": _strictly("valid_from", "valid_until"),
    "language-content": _is_translation,
    "location": _is_somewhere,
    "malware": _all_of(_is_named_family_or_sample, _SEEN),
    "marking-definition": _all_of(_defines_a_marking, _is_itself_unmarked, _is_no_false_tlp),
    "network-traffic": _all_of(_is_over_where_it_ends, _in_order("start", "end")),
    "observed-data": _in_order("first_observed", "last_observed"),
    "relationship": _strictly("start_time", "stop_time"),
}
"""Types of which the library or the hub asks more than that each property is well formed."""
