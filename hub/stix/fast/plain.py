"""Checks made once from the shapes that STIX gives: of a value, of a structure with its members, of extensions."""

import re
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

from hub.stix.audience import EXTENSION_ID
from hub.stix.fast import checks
from hub.stix.fast.checks import Check, Member
from hub.stix.fast.free import is_custom_member, is_dictionary, is_open
from hub.stix.fast.ids import reference
from hub.stix.form import names
from hub.stix.form.shapes import Kind, Shape, extension_names, shape_of_extension

_EXTENSION_NAME: Final = re.compile(
    rf"extension-definition--{names.UUID_FORM}|(?!extension-definition--){names.EXTENSION_NAME.pattern}", re.ASCII
)
_NOT_INNER: Final = dict.fromkeys(("extensions", "granular_markings"), checks.never)
"""Properties that the library reads on whatever it makes an object of."""

_NOT_IN_EXTENSION: Final = _NOT_INNER | {"extension_type": checks.never, "options": checks.never}
"""What it reads on extensions that it knows besides, and the dictionary of socket-ext, which has rules of its own."""


def structure(
    members: Mapping[str, Check], *, required: frozenset[str], some: frozenset[str], otherwise: Member
) -> Check:
    """Return a check of objects.

    All required members are there, one of `some` where there are such, each is well formed; `otherwise` judges others.
    """
    check_of_member, is_text = members.get, checks.is_text

    def holds(item: object) -> bool:
        if not isinstance(item, dict) or not item.keys() >= required:
            return False
        for name, member in item.items():
            check = check_of_member(name)
            if check is is_text:  # half of all members, so without a call
                if type(member) is not str:
                    return False
            elif not (otherwise(name, member) if check is None else check(member)):
                return False
        return not some or not some.isdisjoint(item)

    return holds


def check_of(shape: Shape) -> Check:  # noqa: C901, PLR0911, PLR0912 - one line a kind
    """Return the check of a shape."""
    match shape.kind:
        case Kind.TEXT:
            return checks.is_text if shape.allowed is None else checks.one_of(shape.allowed)
        case Kind.HEX:
            return checks.is_hexadecimal
        case Kind.BINARY:
            return checks.is_base64
        case Kind.INTEGER:
            return checks.number(shape, int)
        case Kind.NUMBER:
            return checks.number(shape, int, float)
        case Kind.BOOLEAN:
            return lambda item: item is True or item is False
        case Kind.TIMESTAMP:
            return checks.is_timestamp
        case Kind.REFERENCE:
            return reference(shape)
        case Kind.LIST if shape.item is not None:
            return checks.list_of(check_of(shape.item))
        case Kind.OBJECT:
            return _structure_of(shape, _NOT_INNER)
        case Kind.DICTIONARY:
            return is_dictionary
        case Kind.HASHES:
            return checks.is_hashes
        case Kind.EXTENSIONS:
            return are_extensions
    return checks.never


def are_extensions(item: object) -> bool:
    """Return whether a value holds extensions: well formed where STIX defines them, of any content elsewhere."""
    return isinstance(item, dict) and len(item) > 0 and all(_is_extension(name, held) for name, held in item.items())


def _is_extension(name: str, item: object) -> bool:
    known = _known_extensions().get(name)
    if known is not None:
        return known(item)
    return isinstance(item, dict) and _EXTENSION_NAME.fullmatch(name) is not None and is_open(item)


@cache
def _known_extensions() -> Mapping[str, Check]:
    shapes = {name: shape_of_extension(name) for name in extension_names()}
    known = {name: _structure_of(shape, _NOT_IN_EXTENSION) for name, shape in shapes.items() if shape is not None}
    return MappingProxyType(known | {EXTENSION_ID: checks.never})


def _structure_of(shape: Shape, besides: Mapping[str, Check]) -> Check:
    members = {name: check_of(member) for name, member in shape.members.items()}
    return structure({**members, **besides}, required=shape.required, some=shape.some, otherwise=is_custom_member)
