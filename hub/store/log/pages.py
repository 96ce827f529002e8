"""Pages of the log: decide, then paginate. One statement is one snapshot of rows, clock and policy epoch."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from psycopg import sql

from hub.domain.catalogue import ALL
from hub.domain.identifiers import GuardId, StixId, Tick
from hub.domain.pages import Query, VersionKeyword
from hub.store.database import Database

SPEC_VERSION: Final = "2.1"
"""The only version of STIX that the log holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgedGuard:
    """A guard that may be read only while its parts are young.

    For each part: the tick at which it was accepted at the earliest, 0 where any will do.
    """

    guard: GuardId
    own_since: int
    newest_since: int
    producers_since: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """What one reader may read at one instant: guards at any age, and guards with their least ticks."""

    guards: Sequence[GuardId]
    aged: Sequence[AgedGuard]


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """What one statement saw: the policy epoch, where the clock began, rows (tick first), and whether more match."""

    epoch: int
    genesis: Tick
    rows: list[tuple[Any, ...]]
    more: bool


PAGE_BYTES: Final = 32 * 1024 * 1024
"""A page of objects ends once it holds this much, however many were asked for (TAXII 2.1 §3.5 lets it)."""

PLANNED_FOR_ALL: Final = False
"""Whether a statement that asks for a reader is prepared. A plan made for every reader would go through all that is
hidden from one who sees little; planned for the reader at hand, it costs 0.2 ms and is bounded by what he sees."""

_PAGE: Final = sql.SQL(
    "SELECT e.epoch, h.genesis, r.* FROM log_head h CROSS JOIN policy_epoch e LEFT JOIN LATERAL ({rows}) r ON true"
)
_ROWS: Final = sql.SQL("SELECT {columns} FROM log WHERE {conditions} ORDER BY tick LIMIT %(limit)s")
_BOUNDED: Final = sql.SQL(
    "SELECT tick, CASE WHEN total - size < %(bytes)s THEN payload END FROM ("
    "SELECT tick, payload, octet_length(payload) AS size, sum(octet_length(payload)) OVER (ORDER BY tick) AS total"
    " FROM ({rows}) AS found) AS measured"
)
"""The same rows without the payloads beyond the bound; what is not returned is not fetched from storage either."""

_READABLE: Final = sql.SQL("{table}.guard = ANY(%(guards)s)")
_READABLE_AGED: Final = sql.SQL(
    "({table}.guard = ANY(%(guards)s) OR EXISTS ("
    "SELECT FROM unnest(%(aged)s::int[], %(own)s::int8[], %(newest)s::int8[], %(producers)s::int8[])"
    " AS a (guard, own, newest, producers) WHERE a.guard = {table}.guard AND {table}.accepted >= a.own"
    " AND {table}.newest_accepted >= a.newest AND {table}.producers_accepted >= a.producers))"
)
_FIRST: Final = sql.SQL(
    "NOT EXISTS (SELECT FROM log earlier WHERE earlier.object_id = log.object_id"
    " AND earlier.producer = log.producer AND earlier.collection = log.collection"
    " AND earlier.version_tick < log.version_tick AND {readable})"
)


def read_payloads(database: Database, query: Query, collection: int, allowed: Allowed) -> Slice:
    """Read rows of (tick, the JSON value as received), at least one where any matches, and not far over PAGE_BYTES."""
    rows = _BOUNDED.format(rows=_rows(query, allowed, ("tick", "payload")))
    seen = _read(database, query, collection, allowed, rows)
    within = [row for row in seen.rows if row[1] is not None]
    return replace(seen, rows=within, more=seen.more or len(within) < len(seen.rows))


def read_versions(database: Database, query: Query, collection: int, allowed: Allowed) -> Slice:
    """Read rows of (tick, object id, version)."""
    return _read(database, query, collection, allowed, _rows(query, allowed, ("tick", "object_id", "version")))


def knows(database: Database, collection: int | None, object_id: StixId, allowed: Allowed) -> tuple[int, bool]:
    """Return the policy epoch, and whether some version of the object may be read in the collection (None: in any)."""
    parameters = _parameters(allowed) | {"ids": [object_id], "collection": collection}
    conditions = [sql.SQL("object_id = ANY(%(ids)s)"), _readable("log", allowed)]
    if collection is not None:
        conditions.append(sql.SQL("collection = %(collection)s"))
    statement = sql.SQL("SELECT e.epoch, EXISTS (SELECT FROM log WHERE {conditions}) FROM policy_epoch e").format(
        conditions=sql.SQL(" AND ").join(conditions)
    )
    ((epoch, known),) = database.execute(statement, parameters, prepare=PLANNED_FOR_ALL).fetchall()
    return epoch, known


def _read(database: Database, query: Query, collection: int, allowed: Allowed, rows: sql.Composable) -> Slice:
    parameters = _parameters(allowed) | {
        "bytes": PAGE_BYTES,
        "limit": query.limit + 1,
        "collection": collection,
        "after": query.after,
        "ids": None if query.ids is None else list(query.ids),
        "types": None if query.types is None else list(query.types),
        "versions": list(query.versions.ticks),
    }
    statement = _PAGE.format(rows=rows)
    with database.cursor(binary=True) as cursor:
        fetched = cursor.execute(statement, parameters, prepare=PLANNED_FOR_ALL).fetchall()
    epoch, genesis = fetched[0][:2]
    found = [row[2:] for row in fetched if row[2] is not None]
    return Slice(epoch=epoch, genesis=Tick(genesis), rows=found[: query.limit], more=len(found) > query.limit)


def _rows(query: Query, allowed: Allowed, columns: Sequence[str]) -> sql.Composable:
    return _ROWS.format(
        columns=sql.SQL(", ").join(map(sql.Identifier, columns)),
        conditions=sql.SQL(" AND ").join(_conditions(query, allowed)),
    )


def _conditions(query: Query, allowed: Allowed) -> list[sql.Composable]:
    conditions: list[sql.Composable] = [_readable("log", allowed)]
    if query.collection.id != ALL.id:
        conditions.append(sql.SQL("collection = %(collection)s"))
    if query.after is not None:
        conditions.append(sql.SQL("tick > %(after)s"))
    if query.ids is not None:
        conditions.append(sql.SQL("object_id = ANY(%(ids)s)"))
    if query.types is not None:
        conditions.append(sql.SQL("type = ANY(%(types)s)"))
    if query.spec_versions is not None and SPEC_VERSION not in query.spec_versions:
        conditions.append(sql.SQL("false"))
    if VersionKeyword.ALL not in query.versions.keywords:
        conditions.append(_chosen_versions(query, allowed))
    return conditions


def _chosen_versions(query: Query, allowed: Allowed) -> sql.Composable:
    choices: list[sql.Composable] = []
    if VersionKeyword.LAST in query.versions.keywords:
        choices.append(sql.SQL("latest"))
    if VersionKeyword.FIRST in query.versions.keywords:
        choices.append(_FIRST.format(readable=_readable("earlier", allowed)))
    if query.versions.ticks:
        choices.append(sql.SQL("version_tick = ANY(%(versions)s)"))
    return sql.SQL("({})").format(sql.SQL(" OR ").join(choices)) if choices else sql.SQL("false")


def _readable(table: str, allowed: Allowed) -> sql.Composable:
    form = _READABLE_AGED if allowed.aged else _READABLE
    return form.format(table=sql.Identifier(table))


def _parameters(allowed: Allowed) -> dict[str, object]:
    return {
        "guards": list(allowed.guards),
        "aged": [aged.guard for aged in allowed.aged],
        "own": [aged.own_since for aged in allowed.aged],
        "newest": [aged.newest_since for aged in allowed.aged],
        "producers": [aged.producers_since for aged in allowed.aged],
    }
