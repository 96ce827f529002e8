"""The query string of TAXII 2.1 §3.4: what is malformed is refused, what is unknown is not looked at."""

import re
from collections.abc import Container
from dataclasses import dataclass
from typing import Final

from werkzeug.datastructures import MultiDict

from hub.domain.clock import parse_timestamp
from hub.domain.errors import RequestError
from hub.domain.identifiers import Tick
from hub.domain.pages import VersionKeyword, Versions
from hub.web.taxii.cursors import Cursors

Arguments = MultiDict[str, str]

_LIMIT: Final = re.compile(r"[0-9]{1,100}")
_SPEC_VERSION: Final = re.compile(r"[0-9]{1,3}\.[0-9]{1,3}")
_KEYWORDS: Final = frozenset(VersionKeyword)


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """The `match[…]` fields of a request; None where a field is absent."""

    ids: frozenset[str] | None
    types: frozenset[str] | None
    versions: Versions | None
    spec_versions: frozenset[str] | None


def read_match(arguments: Arguments, fields: Container[str]) -> Match:
    """Read those match fields that the endpoint takes; raises RequestError."""
    ids, types, spec_versions, versions = (
        _listed(arguments, f"match[{field}]") if field in fields else None
        for field in ("id", "type", "spec_version", "version")
    )
    for value in spec_versions or ():
        if not _SPEC_VERSION.fullmatch(value):
            raise RequestError(f"match[spec_version] takes versions like 2.1; {value!r} is not one.")
    return Match(
        ids=None if ids is None else frozenset(ids),
        types=None if types is None else frozenset(types),
        versions=None if versions is None else _versions(versions),
        spec_versions=None if spec_versions is None else frozenset(spec_versions),
    )


def read_after(arguments: Arguments, cursors: Cursors) -> Tick | None:
    """Read where the page starts: the later of `added_after` and `next`, exclusive; raises RequestError."""
    positions = []
    added_after = _single(arguments, "added_after")
    if added_after is not None:
        positions.append(_instant(added_after, "added_after"))
    following = _single(arguments, "next")
    if following is not None:
        positions.append(cursors.read(following))
    return max(positions, default=None)


def read_limit(arguments: Arguments, *, default: int, maximum: int) -> int:
    """Read the largest size of the page, which the server caps; raises RequestError."""
    value = _single(arguments, "limit")
    if value is None:
        return default
    if not _LIMIT.fullmatch(value) or int(value) == 0:
        raise RequestError("limit takes a whole number above zero.")
    return min(int(value), maximum)


def _single(arguments: Arguments, name: str) -> str | None:
    values = arguments.getlist(name)
    if not values:
        return None
    if len(values) > 1:
        raise RequestError(f"{name} is given {len(values)} times; give it once.")
    if not values[0] or "\0" in values[0]:
        raise RequestError(f"{name} has no usable value; leave it out, or give it one.")
    return values[0]


def _listed(arguments: Arguments, name: str) -> list[str] | None:
    value = _single(arguments, name)
    if value is None:
        return None
    parts = value.split(",")
    if "" in parts:
        raise RequestError(f"{name} has an empty value between commas.")
    return parts


def _versions(values: list[str]) -> Versions:
    keywords = [VersionKeyword(value) for value in values if value in _KEYWORDS]
    ticks = [_instant(value, "match[version]") for value in values if value not in _KEYWORDS]
    if VersionKeyword.ALL in keywords and len(values) > 1:
        raise RequestError("match[version] takes all alone, not with anything else.")
    if len({*keywords, *ticks}) < len(values):
        raise RequestError("match[version] names the same version twice.")
    return Versions(keywords=frozenset(keywords), ticks=frozenset(ticks))


def _instant(value: str, name: str) -> Tick:
    tick = parse_timestamp(value)
    if tick is None:
        raise RequestError(f"{name} takes timestamps like 2026-01-31T12:00:00.000000Z; {value!r} is not one.")
    return tick
