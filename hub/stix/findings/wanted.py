"""What subscribers' filters look at inside a stored object: confidence, labels, indicator types, pattern types."""

import re
from dataclasses import replace
from typing import Final

import msgspec

from hub.domain.identifiers import StixId
from hub.domain.subscriptions.facts import Content
from hub.domain.subscriptions.filters import Filter

_GAP: Final = r"(?:\s++|/\*(?>.*?(?:\*/|\Z))|//[^\r\n]*+)"
_COMPARED: Final = re.compile(
    rf"'(?:[^'\\]|\\.)*+(?:'|\Z)|{_GAP}|([A-Za-z_][A-Za-z0-9_-]*+)(?:{_GAP}*+(:))?+",
    re.DOTALL,
)
"""A text, a gap between tokens, or a word and the colon after it, if any. Nothing is gone over twice: no alternative
gives back what it has taken, and a text or comment without end goes to the end."""


class _Opened(msgspec.Struct, frozen=True):
    """The members that filters look at; what else the object holds is skipped unread."""

    id: object = None
    type: object = None
    revoked: object = None
    confidence: object = None
    labels: object = None
    indicator_types: object = None
    pattern_type: object = None
    pattern: object = None


def content_of(payload: bytes) -> Content:
    """Return what filters look at in the JSON of an object that the hub has accepted.

    A member that is not of the type STIX gives it counts as not there, as does everything in bytes that are no JSON
    object: a condition on it is then not met.
    """
    opened = _open(payload)
    return replace(_content(opened), pattern_types=_compared(opened))


def content_for(chosen: Filter, payload: bytes) -> Content:
    """Return the same, as far as a filter has conditions on it: reading a pattern takes longer than all the rest."""
    return _content(_open(payload)) if chosen.pattern_types is None else content_of(payload)


def id_of(payload: bytes) -> StixId:
    """Return the id in the JSON of an object that the hub has accepted."""
    return StixId(str(_DECODER.decode(payload).id))


def pattern_types(pattern: str) -> frozenset[str]:
    """Return the object types that a valid STIX pattern compares.

    In the grammar (STIX 2.1 §9) a colon outside texts and comments stands after an object type and nowhere else.
    """
    return frozenset(word for word, colon in _COMPARED.findall(pattern) if colon)


_DECODER: Final = msgspec.json.Decoder(_Opened)


def _open(payload: bytes) -> _Opened:
    try:
        return _DECODER.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _Opened()


def _content(opened: _Opened) -> Content:
    return Content(
        confidence=_whole(opened.confidence),
        labels=_texts(opened.labels),
        indicator_types=_texts(opened.indicator_types) if opened.type == "indicator" else frozenset(),
        revoked=opened.revoked is True,
    )


def _compared(opened: _Opened) -> frozenset[str]:
    stated = opened.type == "indicator" and opened.pattern_type == "stix"
    return pattern_types(opened.pattern) if stated and isinstance(opened.pattern, str) else frozenset()


def _whole(value: object) -> int | None:
    """Return a JSON number that is whole, however it is spelled; `true` is none."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _texts(value: object) -> frozenset[str]:
    return frozenset(item for item in value if isinstance(item, str)) if isinstance(value, list) else frozenset()
