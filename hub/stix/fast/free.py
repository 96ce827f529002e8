"""Content that STIX leaves open: custom properties, dictionaries, and extensions that nobody here knows."""

from functools import lru_cache
from typing import Final

from hub.stix.fast.checks import REFERRING, Check, Member
from hub.stix.fast.ids import is_reference
from hub.stix.form import names

_SCALARS: Final = frozenset({str, int, float, bool})
_LONGEST_NAME: Final = 250


def content(*, least_items: int) -> tuple[Check, Member]:
    """Return a check of values of any shape, and one of members: no null, no shorter list, every reference is an id."""

    def is_content(item: object) -> bool:
        if type(item) in _SCALARS:
            return True
        if isinstance(item, dict):
            return all(is_member(name, member) for name, member in item.items())
        return isinstance(item, list) and len(item) >= least_items and all(map(is_content, item))

    def is_member(name: str, item: object) -> bool:
        if not name.endswith(REFERRING):
            return is_content(item)
        if isinstance(item, list):
            return len(item) >= least_items and all(
                is_reference(element) if isinstance(element, str) else is_content(element) for element in item
            )
        return is_reference(item) if isinstance(item, str) else is_content(item)

    return is_content, is_member


is_open, _is_open_member = content(least_items=0)
"""Content in which the hub lets empty lists stand: of extensions and, below the property itself, of custom ones."""

is_filled, _is_filled_member = content(least_items=1)
"""Content in which it does not: what is custom within a structure that STIX defines, and dictionaries."""


def is_custom(name: str, item: object) -> bool:
    """Return whether a property of an object that STIX does not define is well named and holds what may be there."""
    return item != [] and _is_custom_name(name) and _is_open_member(name, item)


def is_custom_member(name: str, item: object) -> bool:
    """Return whether this is so within a structure that STIX defines."""
    return _is_custom_name(name) and _is_filled_member(name, item)


def is_dictionary(item: object) -> bool:
    """Return whether a value is a dictionary (STIX 2.1 §2.4) that holds something."""
    return (
        isinstance(item, dict)
        and len(item) > 0
        and all(names.DICTIONARY_KEY.fullmatch(name) is not None for name in item)
        and is_filled(item)
    )


def _is_custom_name(name: str) -> bool:
    return len(name) <= _LONGEST_NAME and _is_short_custom_name(name)


@lru_cache(maxsize=4_096)
def _is_short_custom_name(name: str) -> bool:
    return names.PROPERTY_NAME.fullmatch(name) is not None and name not in names.LIBRARY_NAMES
