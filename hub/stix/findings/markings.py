"""How an object is marked, and what a marking-definition defines."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

from hub.domain.handling import Tlp
from hub.domain.identifiers import StixId
from hub.domain.submissions import Marking, MarkingKind
from hub.stix.audience import EXTENSION_ID, audience_of, audience_problem, has_audience
from hub.stix.form.names import is_language_tag, type_of_id
from hub.stix.form.selectors import selects
from hub.stix.problems import Code, Problem, shown
from hub.stix.tlp import LEVELS, tlp_problem

_MARKING_DEFINITION: Final = "marking-definition"
_GRANULAR_MEMBERS: Final = frozenset({"marking_ref", "lang", "selectors"})


def marking_problems(value: Mapping[str, object]) -> Iterator[Problem]:
    """Yield what is wrong with TLP bodies, audiences, marking references and selectors (STIX 2.1 §7.2)."""
    if value["type"] == _MARKING_DEFINITION:
        redefined = tlp_problem(value)
        if redefined:
            yield redefined
    ill_formed = audience_problem(value)
    if ill_formed:
        yield ill_formed
    for where, name in _marking_ids(value):
        if type_of_id(name) != _MARKING_DEFINITION:
            yield Problem(Code.REFERENCE_TYPE, f"{where}: {shown(name)} is not a marking-definition.")
        elif name == value["id"]:
            yield Problem(Code.MARKING_CYCLE, f"{where}: a marking-definition cannot mark itself.")
    for index, granular in enumerate(_list_of(value, "granular_markings")):
        yield from _granular_problems(value, granular, f"granular_markings[{index}]")


def markings_of(value: Mapping[str, Any]) -> tuple[Tlp | None, frozenset[StixId]]:
    """Return the highest TLP level among object and granular markings, None where there is none, and the other ones.

    INVARIANT: the object has passed every check, so its markings are what STIX says.
    """
    names = value.get("object_marking_refs", ())
    if "granular_markings" in value:
        names = {*names, *(granular.get("marking_ref") for granular in value["granular_markings"])} - {None}
    return _meaning_of(*names)


@lru_cache(maxsize=256)
def _meaning_of(*names: StixId) -> tuple[Tlp | None, frozenset[StixId]]:
    """Return what markings say together; most objects of a producer carry the same few."""
    levels = (LEVELS[name] for name in names if name in LEVELS)
    return max(levels, default=None), frozenset(names).difference(LEVELS)


def definition_of(value: Mapping[str, object]) -> Marking | None:
    """Return what a marking-definition defines; None for TLP and for every other object.

    A statement restricts nothing. Whatever carries an extension that the hub does not know may restrict, and is OTHER.
    """
    if value["type"] != _MARKING_DEFINITION or value["id"] in LEVELS:
        return None
    extensions = value.get("extensions", {})
    if has_audience(value) and isinstance(extensions, dict) and extensions.keys() == {EXTENSION_ID}:
        return Marking(kind=MarkingKind.AUDIENCE, audience=audience_of(value))
    definition = value.get("definition")
    is_statement = isinstance(definition, dict) and isinstance(definition.get("statement"), str)
    if value.get("definition_type") == "statement" and is_statement and not extensions:
        return Marking(kind=MarkingKind.STATEMENT)
    return Marking(kind=MarkingKind.OTHER)


def _marking_ids(value: Mapping[str, object]) -> list[tuple[str, str]]:
    found = [("object_marking_refs", name) for name in _list_of(value, "object_marking_refs") if isinstance(name, str)]
    if "granular_markings" in value:
        found += (
            ("granular_markings", granular["marking_ref"])
            for granular in _list_of(value, "granular_markings")
            if isinstance(granular, dict) and isinstance(granular.get("marking_ref"), str)
        )
    return found


def _list_of(value: Mapping[str, object], name: str) -> list[object]:
    found = value.get(name)
    return found if isinstance(found, list) else []


def _granular_problems(value: Mapping[str, object], granular: object, where: str) -> Iterator[Problem]:
    if not isinstance(granular, dict):
        yield Problem(Code.MARKING_FORM, f"{where} is not an object.")
        return
    if ("marking_ref" in granular) == ("lang" in granular) or not granular.keys() <= _GRANULAR_MEMBERS:
        yield Problem(Code.MARKING_FORM, f"{where} has not exactly one of marking_ref and lang, and selectors.")
    lang = granular.get("lang", "en")
    if isinstance(lang, str) and not is_language_tag(lang):
        yield Problem(Code.PROPERTY_VALUE, f"{where}.lang: {shown(lang)} is not a language tag (RFC 5646).")
    selectors = _list_of(granular, "selectors")
    if not selectors:
        yield Problem(Code.MARKING_FORM, f"{where} has no selectors.")
    for selector in selectors:
        if not isinstance(selector, str) or not selects(value, selector):
            yield Problem(Code.SELECTOR_INVALID, f"{where}: {shown(selector)} selects nothing of this object.")
