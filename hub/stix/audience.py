"""The hub's audience marking: a marking-definition that narrows what it marks to those whom it names.

It is referred to like any marking, and arrives and leaves by plain TAXII. An audience never widens anything.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from hub.domain.handling import Audience
from hub.domain.identifiers import AccountId, MemberCode, OrganisationId, StixId
from hub.stix.problems import Code, Problem, shown

EXTENSION_ID: Final = "extension-definition--4387d852-077f-4cd4-83ed-4337ddb94955"
HUB_IDENTITY: Final = StixId("identity--d858c4eb-7901-4b44-aa70-0e375a248075")
"""The identity that created the extension-definition: the hub's own."""

_EXTENSION_TYPE: Final = "property-extension"
_LISTS: Final[Mapping[str, re.Pattern[str]]] = {
    "members": re.compile(r"[A-Z]{2}", re.ASCII),
    "organisations": re.compile(r"[a-z0-9][a-z0-9-]*", re.ASCII),
    "accounts": re.compile(r"[a-z0-9][a-z0-9-]*/[^/\s]+", re.ASCII),
}


def extension_definition() -> dict[str, object]:
    """Return the extension-definition object that says what an audience marking is (STIX 2.1 §7.3)."""
    return {
        "type": "extension-definition",
        "spec_version": "2.1",
        "id": EXTENSION_ID,
        "created": "2026-11-01T00:00:00.000Z",
        "modified": "2026-11-01T00:00:00.000Z",
        "created_by_ref": HUB_IDENTITY,
        "name": "Audience",
        "description": (
            "Narrows the objects that carry the marking to the members, organisations and accounts it names. "
            "Several audiences intersect; TLP and the sharing agreements hold as before."
        ),
        "schema": (
            "On a marking-definition, an extension with extension_type 'property-extension' and at least one of these "
            "lists, each of at least one text: members (ISO 3166-1 alpha-2 codes, upper case), organisations (ids of "
            "the hub's organisations), accounts (ORGANISATION/NAME). No other property is allowed in it."
        ),
        "version": "1.0.0",
        "extension_types": [_EXTENSION_TYPE],
    }


def audience_marking(
    name: StixId,
    *,
    created: str,
    members: Iterable[str] = (),
    organisations: Iterable[str] = (),
    accounts: Iterable[str] = (),
) -> dict[str, object]:
    """Return a marking-definition that narrows what it marks to the given members, organisations and accounts."""
    named = {"members": sorted(members), "organisations": sorted(organisations), "accounts": sorted(accounts)}
    lists = {key: texts for key, texts in named.items() if texts}
    return {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": name,
        "created": created,
        "name": "For " + ", ".join(text for texts in lists.values() for text in texts),
        "extensions": {EXTENSION_ID: {"extension_type": _EXTENSION_TYPE, **lists}},
    }


def has_audience(value: Mapping[str, object]) -> bool:
    """Return whether an object carries the audience extension."""
    extensions = value.get("extensions")
    return isinstance(extensions, dict) and EXTENSION_ID in extensions


def audience_problem(value: Mapping[str, object]) -> Problem | None:
    """Return what is wrong with an audience extension, or None where there is none or it is well formed."""
    if not has_audience(value):
        return None
    broken = _broken_rule(value)
    return Problem(Code.MARKING_FORM, f"The audience extension {broken}.") if broken else None


def audience_of(value: Mapping[str, object]) -> Audience:
    """Return whom a well-formed audience marking names."""
    extension = _extension_of(value)
    return Audience(
        members=frozenset(MemberCode(text) for text in _texts(extension, "members")),
        organisations=frozenset(OrganisationId(text) for text in _texts(extension, "organisations")),
        accounts=frozenset(AccountId(text) for text in _texts(extension, "accounts")),
    )


def _broken_rule(value: Mapping[str, object]) -> str | None:
    """Return which rule of the extension-definition an audience extension breaks."""
    extension = _extension_of(value)
    unknown = extension.keys() - _LISTS.keys() - {"extension_type"}
    if value["type"] != "marking-definition":
        return "belongs on a marking-definition that the object refers to, not on the object itself"
    if extension.get("extension_type") != _EXTENSION_TYPE:
        return f"needs the extension_type {_EXTENSION_TYPE}"
    if unknown:
        return f"has no property {shown(min(unknown))}"
    if not extension.keys() & _LISTS.keys():
        return "names nobody: give members, organisations or accounts"
    ill_formed = (name for name, form in _LISTS.items() if name in extension and not _is_list_of(extension[name], form))
    return next((f"needs {name} as a list of at least one text {_LISTS[name].pattern}" for name in ill_formed), None)


def _extension_of(value: Mapping[str, object]) -> Mapping[str, object]:
    extensions = value["extensions"]
    extension = extensions[EXTENSION_ID] if isinstance(extensions, dict) else None
    return extension if isinstance(extension, dict) else {}


def _is_list_of(texts: object, form: re.Pattern[str]) -> bool:
    return (
        isinstance(texts, list)
        and len(texts) > 0
        and all(isinstance(text, str) and form.fullmatch(text) is not None for text in texts)
    )


def _texts(extension: Mapping[str, object], name: str) -> list[str]:
    texts = extension.get(name, [])
    return [text for text in texts if isinstance(text, str)] if isinstance(texts, list) else []
