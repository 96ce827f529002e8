"""Pages of the log: decide, then paginate. One statement is one snapshot of rows, clock and policy epoch."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice, repeat
from typing import Any, Final

from psycopg import sql

from hub.domain.catalogue import ALL
from hub.domain.identifiers import CollectionId, StixId, Tick
from hub.domain.pages import Query, VersionKeyword
from hub.store.database import Database
from hub.store.log.segments import Allowed, Segment, segments

SPEC_VERSION: Final = "2.1"
"""The only version of STIX that the log holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """What a page saw: the policy epoch, where the clock began, rows (position first), and whether more match.

    `rewrites` and `head` are the state of the log that the rows are of. A page is settled where only a rewrite of what
    it goes over makes it another: it is full, and no older version of an object that arrives late takes a place in it.
    """

    epoch: int
    genesis: Tick
    rewrites: int
    head: Tick
    rows: list[tuple[Any, ...]]
    more: bool
    settled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Form:
    """What is wanted of each row beside its position, and whether their size in bytes ends a page: after how many."""

    columns: tuple[str, ...]
    measured: bool
    most_bytes: int = 0


_TYPES: Final = {"payload": "bytea", "object_id": "text", "version": "text"}
"""Of the columns that a page may have."""

_ONE: Final = replace(ALL, id=CollectionId(""))
_SOME: Final = replace(ALL, id=CollectionId(""))
"""Stand for a batch's collections: one is compared, so that an index gives rows in order; several are listed."""

CHANGED: Final = -1
"""Stands for the epoch of a page during which it changed. It is nobody's, so that such a page is given to nobody."""

PAGE_BYTES: Final = 32 * 1024 * 1024
"""A page of objects ends once it holds this much, however many were asked for (TAXII 2.1 §3.5 lets it)."""

PLANNED_FOR_ALL: Final = False
"""Whether a statement that asks for a reader is prepared. A plan made for every reader would go through all that is
hidden from one who sees little; planned for the reader at hand, it costs 0.2 ms and is bounded by what he sees."""

SEGMENTS_AT_ONCE: Final = (2, 4, 8, 16)
"""How many segments the first statements of a page ask for; those after them as many as the last. Most pages are full
after one or two, and every segment costs planning."""

_PAGE: Final = sql.SQL(
    "SELECT NULL::int8 AS position, {nothing}, ARRAY[e.epoch, h.genesis, h.rewrites, h.tick] AS state"
    " FROM log_head h CROSS JOIN policy_epoch e UNION ALL SELECT r.*, NULL FROM ({rows}) r"
)
"""One row with the state of the log, then the rows, in their order: see `_SEVERAL`."""

_SEGMENT: Final = sql.SQL(
    "SELECT {position} AS position, {columns} FROM log WHERE {conditions} ORDER BY log.tick LIMIT %(limit)s"
)
_SEVERAL: Final = sql.SQL("SELECT * FROM ({segments}) AS several LIMIT %(limit)s")
"""Segments one after another. Nothing sorts them: a plan goes through the parts of a union in the order in which they
are written, since none of them has a limit that workers could share, and comes to the next when the last is empty."""

_BOUNDED: Final = sql.SQL(
    "SELECT position, CASE WHEN total - octet_length(payload) < %(bytes)s THEN payload END FROM ("
    "SELECT position, payload, sum(octet_length(payload)) OVER (ROWS UNBOUNDED PRECEDING) AS total"
    " FROM ({rows}) AS found) AS measured"
)
"""The same rows without the payloads beyond the bound; what is not returned is not fetched from storage either. The sum
goes along the rows as they come: to order them by position anew costs as much as reading them."""

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


def read_payloads(database: Database, query: Query, collection: int, allowed: Allowed) -> Slice:
    """Read rows of (position, the JSON value as received), at least one where any, and not far over PAGE_BYTES."""
    form = _Form(columns=("payload",), measured=True, most_bytes=PAGE_BYTES)
    return _read(database, query, (collection,), allowed, form)


def read_batch(
    database: Database, query: Query, collections: Sequence[int] | None, allowed: Allowed, *, most_bytes: int
) -> Slice:
    """Read rows as `read_payloads` does, not far over so many bytes, of some collections at once (None: of all).

    The query is one over all collections.
    """
    form = _Form(columns=("payload",), measured=True, most_bytes=most_bytes)
    if collections is not None:
        query = replace(query, collection=_ONE if len(collections) == 1 else _SOME)
    return _read(database, query, collections or (), allowed, form)


def read_versions(database: Database, query: Query, collection: int, allowed: Allowed) -> Slice:
    """Read rows of (position, object id, version)."""
    form = _Form(columns=("object_id", "version"), measured=False)
    return _read(database, query, (collection,), allowed, form)


def knows(database: Database, collection: int | None, object_id: StixId, allowed: Allowed) -> tuple[int, bool]:
    """Return the policy epoch, and whether some version of the object may be read in the collection (None: in any)."""
    parameters = _rights(allowed) | {"ids": [object_id], "collection": collection}
    conditions = [sql.SQL("object_id = ANY(%(ids)s)"), _readable("log", allowed)]
    if collection is not None:
        conditions.append(sql.SQL("collection = %(collection)s"))
    statement = sql.SQL("SELECT e.epoch, EXISTS (SELECT FROM log WHERE {conditions}) FROM policy_epoch e").format(
        conditions=sql.SQL(" AND ").join(conditions)
    )
    ((epoch, known),) = database.execute(statement, parameters, prepare=PLANNED_FOR_ALL).fetchall()
    return epoch, known


def _read(database: Database, query: Query, collections: Sequence[int], allowed: Allowed, form: _Form) -> Slice:
    """Go through the segments until the page is full, or the epoch changes.

    A page ends where rows of the log were rewritten since its first, so that all of its rows are of one state.
    """
    common = _rights(allowed) | {
        "collection": collections[0] if len(collections) == 1 else None,
        "collections": list(collections),
        "ids": None if query.ids is None else list(query.ids),
        "types": None if query.types is None else list(query.types),
        "versions": list(query.versions.ticks),
    }
    rows: list[tuple[Any, ...]] = []
    epochs: set[int] = set()
    genesis = rewrites = head = 0
    spent = 0
    more = False
    for batch in _batches(segments(allowed, query.after)):
        limits = {"limit": query.limit + 1 - len(rows), "bytes": form.most_bytes - spent}
        statement = _PAGE.format(nothing=_nothing(form), rows=_rows(query, allowed, batch, form))
        parameters = common | limits | _bounds(batch)
        with database.cursor(binary=True) as cursor:
            fetched = cursor.execute(statement, parameters, prepare=PLANNED_FOR_ALL).fetchall()
        epoch, genesis, state, tick = fetched[0][-1]
        epochs.add(epoch)
        found = fetched[1:]
        if rows and found and state != rewrites:
            more = True
            break
        if not rows:
            rewrites, head = state, tick
        kept = [row for row in found if row[1] is not None]
        rows += kept
        more = len(kept) < len(found) or len(rows) > query.limit
        if more or len(epochs) > 1:
            break
        spent += sum(len(row[1]) for row in kept) if form.measured else 0
    return Slice(
        epoch=epochs.pop() if len(epochs) == 1 else CHANGED,
        genesis=Tick(genesis),
        rewrites=rewrites,
        head=Tick(head),
        rows=rows[: query.limit],
        more=more,
        settled=more and VersionKeyword.FIRST not in query.versions.keywords,
    )


def _batches(waiting: Iterator[Segment]) -> Iterator[list[Segment]]:
    for size in chain(SEGMENTS_AT_ONCE, repeat(SEGMENTS_AT_ONCE[-1])):
        batch = list(islice(waiting, size))
        if not batch:
            return
        yield batch


def _nothing(form: _Form) -> sql.Composable:
    """Stand in the row of the state for the columns of the others."""
    return sql.SQL(", ").join(sql.SQL("NULL::{}").format(sql.SQL(_TYPES[name])) for name in form.columns)


def _rows(query: Query, allowed: Allowed, batch: Sequence[Segment], form: _Form) -> sql.Composable:
    parts = [_segment(query, allowed, segment, number, form) for number, segment in enumerate(batch)]
    rows = parts[0]
    if len(parts) > 1:
        rows = _SEVERAL.format(segments=sql.SQL(" UNION ALL ").join(sql.SQL("({})").format(part) for part in parts))
    return _BOUNDED.format(rows=rows) if form.measured else rows


def _segment(query: Query, allowed: Allowed, segment: Segment, number: int, form: _Form) -> sql.Composable:
    """Write the statement of one segment; its parameters are those of `_bounds`, told apart by its number."""

    def bound(name: str) -> sql.Composable:
        return sql.Placeholder(f"{name}_{number}")

    conditions = [_readable("log", segment, suffix=f"_{number}")]
    if segment.after is not None:
        conditions.append(sql.SQL("tick > {}").format(bound("after")))
    if segment.after_seq is not None:
        conditions.append(_BEYOND_SEQ.format(seq=bound("after_seq")))
    if segment.through is not None:
        conditions.append(sql.SQL("tick <= {}").format(bound("through")))
    return _SEGMENT.format(
        position=sql.SQL("tick") if segment.base is None else sql.SQL("seq + {}::int8").format(bound("base")),
        columns=sql.SQL(", ").join(map(sql.Identifier, form.columns)),
        conditions=sql.SQL(" AND ").join([*conditions, *_conditions(query, allowed)]),
    )


def _bounds(batch: Sequence[Segment]) -> dict[str, object]:
    parameters: dict[str, object] = {}
    for number, segment in enumerate(batch):
        parameters |= _rights(segment, suffix=f"_{number}") | {
            f"after_{number}": segment.after,
            f"after_seq_{number}": segment.after_seq,
            f"through_{number}": segment.through,
            f"base_{number}": segment.base,
        }
    return parameters


def _conditions(query: Query, allowed: Allowed) -> Iterator[sql.Composable]:
    """Give what the query asks for, wherever it looks."""
    if query.collection is _SOME:
        yield sql.SQL("collection = ANY(%(collections)s)")
    elif query.collection.id != ALL.id:
        yield sql.SQL("collection = %(collection)s")
    if query.ids is not None:
        yield sql.SQL("object_id = ANY(%(ids)s)")
    if query.types is not None:
        yield sql.SQL("type = ANY(%(types)s)")
    if query.spec_versions is not None and SPEC_VERSION not in query.spec_versions:
        yield sql.SQL("false")
    if VersionKeyword.ALL not in query.versions.keywords:
        yield _chosen_versions(query, allowed)


def _chosen_versions(query: Query, allowed: Allowed) -> sql.Composable:
    choices: list[sql.Composable] = []
    if VersionKeyword.LAST in query.versions.keywords:
        choices.append(sql.SQL("latest"))
    if VersionKeyword.FIRST in query.versions.keywords:
        choices.append(_FIRST.format(readable=_readable("earlier", allowed)))
    if query.versions.ticks:
        choices.append(sql.SQL("version_tick = ANY(%(versions)s)"))
    return sql.SQL("({})").format(sql.SQL(" OR ").join(choices)) if choices else sql.SQL("false")


def _readable(table: str, rights: Allowed | Segment, *, suffix: str = "") -> sql.Composable:
    form = _READABLE_AGED if rights.aged else _READABLE
    names = {name: sql.Placeholder(name + suffix) for name in ("guards", "aged", "own", "newest", "producers")}
    return form.format(table=sql.Identifier(table), **names)


def _rights(rights: Allowed | Segment, *, suffix: str = "") -> dict[str, object]:
    """Give the parameters of `_readable`."""
    return {
        "guards" + suffix: list(rights.guards),
        "aged" + suffix: [aged.guard for aged in rights.aged],
        "own" + suffix: [aged.own_since for aged in rights.aged],
        "newest" + suffix: [aged.newest_since for aged in rights.aged],
        "producers" + suffix: [aged.producers_since for aged in rights.aged],
    }
