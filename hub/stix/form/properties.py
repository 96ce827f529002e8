"""The names of an object's properties, and what must never be among their values."""

from collections.abc import Iterator, Mapping
from typing import Final

from hub.stix.form.names import DICTIONARY_KEY, EXTENSION_NAME, LIBRARY_NAMES, PROPERTY_NAME, id_problem
from hub.stix.form.shapes import Kind, Shape, members_of, shape_of_extension
from hub.stix.problems import Code, Problem, shown

_UNVERSIONED: Final = frozenset({"modified", "revoked"})
_RESERVED: Final = frozenset({("course-of-action", "action")})
"""Properties that STIX 2.1 keeps for itself and does not define yet (§4.3.1)."""

_EXTENSION_DEFINITION: Final = "extension-definition--"


def name_problems(value: Mapping[str, object]) -> Iterator[Problem]:
    """Yield what is wrong with the names of properties, here and in every structure that STIX defines (§3.1, §11.1)."""
    kind = str(value["type"])
    if kind == "marking-definition":
        for name in _UNVERSIONED & value.keys():
            yield Problem(Code.PROPERTY_NAME, f"{name}: a marking-definition has no versions, so it cannot have this.")
    for name in value:
        if (kind, name) in _RESERVED:
            yield Problem(Code.RESERVED_PROPERTY, f"{name} is reserved on a {kind} and means nothing yet.")
    yield from _member_names(value, members_of(kind), "")


def emptiness_problems(value: Mapping[str, object]) -> Iterator[Problem]:
    """Yield nulls and empty lists (STIX 2.1 §2.6, §3.1).

    Inside custom properties and extensions an empty list is left to their producers: ATT&CK is published with them.
    """
    members = members_of(str(value["type"]))
    for name, item in value.items():
        if item == []:
            yield Problem(Code.EMPTY_LIST, f"{name} is an empty list; leave it out.")
        else:
            yield from _emptiness(item, name, _keeps_lists(name, members))


def _keeps_lists(name: str, members: Mapping[str, Shape]) -> Code | None:
    """Return the code for an empty list within a property, or None where it may stand."""
    shape = members.get(name)
    return None if shape is None or shape.kind is Kind.EXTENSIONS else Code.EMPTY_LIST


def _emptiness(item: object, where: str, empty: Code | None) -> Iterator[Problem]:
    if item is None:
        yield Problem(Code.NULL_VALUE, f"{where} is null; leave it out.")
    elif isinstance(item, dict):
        for name, member in item.items():
            yield from _emptiness(member, f"{where}.{shown(name)}", empty)
    elif isinstance(item, list):
        if not item and empty:
            yield Problem(empty, f"{where} is an empty list; leave it out.")
        for index, element in enumerate(item):
            if element is None or isinstance(element, dict | list):
                yield from _emptiness(element, f"{where}[{index}]", empty)


def _member_names(value: Mapping[str, object], members: Mapping[str, Shape], where: str) -> Iterator[Problem]:
    for name, item in value.items():
        shape = members.get(name)
        if shape is not None:
            yield from _names_within(item, shape, f"{where}{name}")
        elif name in LIBRARY_NAMES or not PROPERTY_NAME.fullmatch(name):
            yield Problem(
                Code.PROPERTY_NAME,
                f"{where}{shown(name)} cannot be the name of a property: 3 to 250 of a-z, 0-9 and _, a letter first.",
            )


def _names_within(item: object, shape: Shape, where: str) -> Iterator[Problem]:
    match shape.kind:
        case Kind.OBJECT if isinstance(item, dict):
            yield from _member_names(item, shape.members, f"{where}.")
        case Kind.LIST if isinstance(item, list) and shape.item is not None and shape.item.kind is Kind.OBJECT:
            for index, element in enumerate(item):
                yield from _names_within(element, shape.item, f"{where}[{index}]")
        case Kind.EXTENSIONS if isinstance(item, dict):
            yield from _extension_names(item, where)
        case Kind.DICTIONARY | Kind.HASHES if isinstance(item, dict):
            for key in item:
                if not DICTIONARY_KEY.fullmatch(key) or (where == "definition" and key in LIBRARY_NAMES):
                    yield Problem(Code.PROPERTY_NAME, f"{where}: {shown(key)} cannot be a key of a dictionary.")


def _extension_names(extensions: Mapping[str, object], where: str) -> Iterator[Problem]:
    for name, item in extensions.items():
        if name.startswith(_EXTENSION_DEFINITION):
            problem = id_problem(name, where)
            if problem:
                yield problem
        elif not EXTENSION_NAME.fullmatch(name):
            yield Problem(Code.PROPERTY_NAME, f"{where}: {shown(name)} cannot be the name of an extension.")
        shape = shape_of_extension(name)
        if shape is not None:
            yield from _names_within(item, shape, f"{where}.{name}")
