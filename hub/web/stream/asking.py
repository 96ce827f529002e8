"""The query string of a stream: a filter, and where to begin."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from werkzeug.datastructures import MultiDict

from hub.domain.catalogue import Catalogue
from hub.domain.clock import instant_of, parse_timestamp
from hub.domain.errors import RequestError, UnprocessableError
from hub.domain.identifiers import MemberCode
from hub.domain.subscriptions.documents import filter_of
from hub.domain.subscriptions.filters import Filter
from hub.services.subscriptions.positions import Place

Arguments = MultiDict[str, str]

_FROM: Final = "from"
_LISTS: Final = ("collections", "types", "origins", "labels", "indicator_types", "pattern_types")
_SINGLE: Final = ("tlp_min", "tlp_max", "confidence_min")
_KNOWN: Final = (*_LISTS, *_SINGLE, _FROM)


def read_filter(arguments: Arguments, catalogue: Catalogue, members: Collection[MemberCode]) -> Filter:
    """Read the conditions; lists are comma-separated, repeated, or both. Raises RequestError."""
    unknown = sorted(set(arguments) - set(_KNOWN))
    if unknown:
        raise RequestError(f"{unknown[0]!r} is not a key of a stream; its keys are {', '.join(_KNOWN)}.")
    document: dict[str, object] = {name: _listed(arguments, name) for name in _LISTS if name in arguments}
    document |= {name: _single(arguments, name) for name in _SINGLE if name in arguments}
    least = document.get("confidence_min")
    if isinstance(least, str) and least.isascii() and least.isdigit():
        document["confidence_min"] = int(least[:4])
    try:
        return filter_of(document, catalogue, members, source="query")
    except UnprocessableError as error:
        raise RequestError(error.sentence, code=error.code) from error


def read_start(arguments: Arguments) -> Place | datetime:
    """Read `from`: `now`, `beginning`, or an instant after which to begin. Raises RequestError."""
    value = _single(arguments, _FROM) if _FROM in arguments else Place.NOW
    if value in set(Place):
        return Place(value)
    position = parse_timestamp(value)
    if position is None:
        raise RequestError(
            f"from takes now, beginning, or a timestamp like 2026-01-31T12:00:00.000000Z; {value!r} is none."
        )
    return instant_of(position)


def _single(arguments: Arguments, name: str) -> str:
    values = arguments.getlist(name)
    if len(values) > 1:
        raise RequestError(f"{name} is given {len(values)} times; give it once.")
    return values[0]


def _listed(arguments: Arguments, name: str) -> list[str]:
    return [part for value in arguments.getlist(name) for part in value.split(",")]
