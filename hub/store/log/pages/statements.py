"""The text of the statements that read the log, each written once for all questions of its shape."""

import re
from collections.abc import Iterator
from enum import Enum
from functools import lru_cache
from typing import Final, NamedTuple

from psycopg import sql

from hub.domain.pages import VersionKeyword


class Bound(Enum):
    """How a statement keeps a page from growing too large: not at all, by the size of each row, or by their sum."""

    NONE = "none"
    EACH = "each"
    SUM = "sum"


class Statement(NamedTuple):
    """A text with numbered parameters, and their names in that order."""

    text: bytes
    names: tuple[str, ...]


class Part(NamedTuple):
    """What the statement of one segment says."""

    aged: bool
    after: bool
    after_seq: bool
    through: bool
    base: bool


class Shape(NamedTuple):
    """All that decides the text of a statement. `collections` is how many are asked for: one, some or all."""

    parts: tuple[Part, ...]
    columns: tuple[str, ...]
    bound: Bound
    collections: str
    ids: bool
    types: bool
    nothing: bool
    keywords: frozenset[VersionKeyword]
    ticks: bool
    aged: bool


_NAMED: Final = re.compile(r"%\((\w+)\)s")
_TYPES: Final = {"payload": "bytea", "object_id": "text", "version": "text"}
"""Of the columns that a page may have."""

_PAGE: Final = sql.SQL(
    "SELECT NULL::int8 AS position, {nothing}, ARRAY[e.epoch, h.genesis, h.rewrites, h.tick] AS state"
    " FROM log_head h CROSS JOIN policy_epoch e UNION ALL ({rows})"
)
"""One row with the state of the log, then the rows, in their order: see `_SEVERAL`. What can be said of a row is said
where it is read: every level around that costs planning, and a step for each row."""

_SEGMENT: Final = sql.SQL(
    "SELECT {position} AS position, {columns}, NULL::int8[] AS state FROM log WHERE {conditions}"
    " ORDER BY log.tick LIMIT %(limit)s"
)
_SEVERAL: Final = sql.SQL("SELECT * FROM ({segments}) AS several LIMIT %(limit)s")
"""Segments one after another. Nothing sorts them: a plan goes through the parts of a union in the order in which they
are written, since none of them has a limit that workers could share, and comes to the next when the last is empty."""

_EACH_BOUNDED: Final = sql.SQL("CASE WHEN octet_length(payload) <= %(fits)s THEN payload END AS payload")
"""In the place of the payload: those are left out that would be too large if all were so. Where none is, all fit."""

_SUM_BOUNDED: Final = sql.SQL(
    "SELECT position, CASE WHEN total - octet_length(payload) < %(bytes)s THEN payload END, state FROM ("
    "SELECT position, payload, state, sum(octet_length(payload)) OVER (ROWS UNBOUNDED PRECEDING) AS total"
    " FROM ({rows}) AS found) AS measured"
)
"""The same rows without the payloads beyond the bound; what is not returned is not fetched from storage either. The sum
goes along the rows as they come: to order them by position anew costs as much as reading them. It still makes
PostgreSQL keep a copy of the page, a quarter of what the page costs."""

_READABLE: Final = sql.SQL("{table}.guard = ANY({guards})")
_READABLE_AGED: Final = sql.SQL(
    "({table}.guard = ANY({guards}) OR EXISTS ("
    "SELECT FROM unnest({aged}::int[], {own}::int8[], {newest}::int8[], {producers}::int8[])"
    " AS a (guard, own, newest, producers) WHERE a.guard = {table}.guard AND {table}.accepted >= a.own"
    " AND {table}.newest_accepted >= a.newest AND {table}.producers_accepted >= a.producers))"
)
_BEYOND_SEQ: Final = sql.SQL("tick > coalesce((SELECT tick FROM log WHERE seq <= {seq} ORDER BY seq DESC LIMIT 1), 0)")
_FIRST: Final = sql.SQL(
    "NOT EXISTS (SELECT FROM log earlier WHERE earlier.object_id = log.object_id"
    " AND earlier.producer = log.producer AND earlier.collection = log.collection"
    " AND earlier.version_tick < log.version_tick AND {readable})"
)


@lru_cache(maxsize=1_000)
def statement(shape: Shape) -> Statement:
    """Write a statement; writing it anew for every page costs as much as the page of a poller that has seen all."""
    parts = [_segment(shape, part, number) for number, part in enumerate(shape.parts)]
    rows = parts[0]
    if len(parts) > 1:
        rows = _SEVERAL.format(segments=sql.SQL(" UNION ALL ").join(sql.SQL("({})").format(part) for part in parts))
    if shape.bound is Bound.SUM:
        rows = _SUM_BOUNDED.format(rows=rows)
    nothing = sql.SQL(", ").join(sql.SQL("NULL::{}").format(sql.SQL(_TYPES[name])) for name in shape.columns)
    return _numbered(_PAGE.format(nothing=nothing, rows=rows).as_string(None))


def _numbered(text: str) -> Statement:
    names = tuple(dict.fromkeys(_NAMED.findall(text)))
    return Statement(_NAMED.sub(lambda named: f"${names.index(named[1]) + 1}", text).encode(), names)


def _segment(shape: Shape, part: Part, number: int) -> sql.Composed:
    """Write the statement of one segment; its parameters are told from those of others by its number."""

    def bound(name: str) -> sql.Composable:
        return sql.Placeholder(f"{name}_{number}")

    conditions = [readable("log", aged=part.aged, suffix=f"_{number}")]
    if part.after:
        conditions.append(sql.SQL("tick > {}").format(bound("after")))
    if part.after_seq:
        conditions.append(_BEYOND_SEQ.format(seq=bound("after_seq")))
    if part.through:
        conditions.append(sql.SQL("tick <= {}").format(bound("through")))
    return _SEGMENT.format(
        position=sql.SQL("seq + {}::int8").format(bound("base")) if part.base else sql.SQL("tick"),
        columns=_EACH_BOUNDED if shape.bound is Bound.EACH else sql.SQL(", ").join(map(sql.Identifier, shape.columns)),
        conditions=sql.SQL(" AND ").join([*conditions, *_conditions(shape)]),
    )


def _conditions(shape: Shape) -> Iterator[sql.Composable]:
    """Give what the query asks for, wherever it looks."""
    if shape.collections == "some":
        yield sql.SQL("collection = ANY(%(collections)s)")
    elif shape.collections == "one":
        yield sql.SQL("collection = %(collection)s")
    if shape.ids:
        yield sql.SQL("object_id = ANY(%(ids)s)")
    if shape.types:
        yield sql.SQL("type = ANY(%(types)s)")
    if shape.nothing:
        yield sql.SQL("false")
    if VersionKeyword.ALL not in shape.keywords:
        yield _chosen_versions(shape)


def _chosen_versions(shape: Shape) -> sql.Composable:
    choices: list[sql.Composable] = []
    if VersionKeyword.LAST in shape.keywords:
        choices.append(sql.SQL("latest"))
    if VersionKeyword.FIRST in shape.keywords:
        choices.append(_FIRST.format(readable=readable("earlier", aged=shape.aged)))
    if shape.ticks:
        choices.append(sql.SQL("version_tick = ANY(%(versions)s)"))
    return sql.SQL("({})").format(sql.SQL(" OR ").join(choices)) if choices else sql.SQL("false")


def readable(table: str, *, aged: object, suffix: str = "") -> sql.Composable:
    """Write the condition under which a row may be read; `suffix` tells its parameters from those of others."""
    form = _READABLE_AGED if aged else _READABLE
    names = {name: sql.Placeholder(name + suffix) for name in ("guards", "aged", "own", "newest", "producers")}
    return form.format(table=sql.Identifier(table), **names)
