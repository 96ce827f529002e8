"""The caps on one object: counts first, then the pattern, the whole, and single texts."""

from collections.abc import Iterator, Mapping
from typing import Final

from hub.domain.submissions import Caps
from hub.stix.problems import Code, Problem, shown

_LEAST_OF_ITEM: Final = len("0,")
_LEAST_OF_MEMBER: Final = len('"a":0,')
"""Bytes that an item of a list and a member of an object have at least; one member may do without a name."""


def size_problems(value: Mapping[str, object], size: int, caps: Caps) -> Iterator[Problem]:
    """Yield what of an object exceeds a cap; `size` is its length in bytes as it was sent."""
    yield from _count_problems(value, caps)
    yield from _marking_count_problems(value, caps)
    pattern = value.get("pattern")
    if isinstance(pattern, str) and value["type"] == "indicator" and _bytes_of(pattern) > caps.pattern_bytes:
        yield Problem(Code.PATTERN_TOO_COMPLEX, f"pattern is longer than {caps.pattern_bytes} bytes.")
    if size > caps.object_bytes:
        yield Problem(Code.TOO_LARGE, f"The object has {size} bytes; the hub takes {caps.object_bytes}.")
    if size > caps.string_bytes:
        yield from _text_problems(value, caps)


def is_within_caps(value: Mapping[str, object], piece: bytes, caps: Caps) -> bool:
    """Return whether an object exceeds no cap; `piece` are the bytes that it was read from."""
    return _is_surely_small(value, piece, caps) or next(size_problems(value, len(piece), caps), None) is None


def _is_surely_small(value: Mapping[str, object], piece: bytes, caps: Caps) -> bool:
    """Return whether an object exceeds no cap because its bytes are few: the usual case, and quickly seen.

    No text is longer than the object, no list has more items than half of its bytes, no object more members than a
    sixth of them, nor more than there are colons.
    """
    size = len(piece)
    return (
        size <= caps.object_bytes
        and size <= caps.string_bytes
        and size <= caps.pattern_bytes
        and size <= _LEAST_OF_ITEM * caps.list_items
        and (size <= _LEAST_OF_MEMBER * caps.properties or piece.count(b":") <= caps.properties)
        and _has_few(value, "object_marking_refs", caps.marking_refs)
        and _has_few(value, "external_references", caps.external_references)
        and "granular_markings" not in value
    )


def _has_few(value: Mapping[str, object], name: str, most: int) -> bool:
    found = value.get(name)
    return found is None or (isinstance(found, list) and len(found) <= most)


def _count_problems(value: Mapping[str, object], caps: Caps) -> Iterator[Problem]:
    waiting: list[tuple[str, object]] = [("", value)]
    while waiting:
        name, item = waiting.pop()
        if isinstance(item, dict):
            if len(item) > caps.properties:
                yield Problem(
                    Code.TOO_MANY_PROPERTIES,
                    f"{shown(name) or 'The object'} has {len(item)} properties; the hub takes {caps.properties}.",
                )
            waiting += ((key, member) for key, member in item.items() if isinstance(member, dict | list))
        elif isinstance(item, list):
            if len(item) > caps.list_items:
                code = Code.TOO_MANY_REFS if name.endswith("_refs") else Code.TOO_MANY_ITEMS
                yield Problem(code, f"{shown(name)} has {len(item)} items; the hub takes {caps.list_items}.")
            waiting += ((name, element) for element in item if isinstance(element, dict | list))


def _marking_count_problems(value: Mapping[str, object], caps: Caps) -> Iterator[Problem]:
    markings = value.get("object_marking_refs")
    if isinstance(markings, list) and len(markings) > caps.marking_refs:
        yield Problem(
            Code.TOO_MANY_REFS, f"object_marking_refs has {len(markings)} items; the hub takes {caps.marking_refs}."
        )
    external = value.get("external_references")
    if isinstance(external, list) and len(external) > caps.external_references:
        yield Problem(
            Code.TOO_MANY_ITEMS,
            f"external_references has {len(external)} items; the hub takes {caps.external_references}.",
        )
    granular = value.get("granular_markings")
    if isinstance(granular, list):
        lists = (item.get("selectors") for item in granular if isinstance(item, dict))
        selectors = sum(len(selected) for selected in lists if isinstance(selected, list))
        if max(selectors, len(granular)) > caps.selectors:
            yield Problem(Code.TOO_MANY_SELECTORS, f"granular_markings hold more than {caps.selectors} selectors.")


def _text_problems(value: object, caps: Caps) -> Iterator[Problem]:
    waiting: list[tuple[str, object]] = [("", value)]
    while waiting:
        name, item = waiting.pop()
        if isinstance(item, str):
            if _bytes_of(item) > caps.string_bytes:
                yield Problem(Code.PROPERTY_VALUE, f"A text in {shown(name)} is longer than {caps.string_bytes} bytes.")
        elif isinstance(item, dict):
            waiting += item.items()
            waiting += ((name, key) for key in item)
        elif isinstance(item, list):
            waiting += ((name, element) for element in item)


def _bytes_of(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode())
