"""Pages of the log: decide, then paginate. One statement is one snapshot of rows, clock and policy epoch."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice, repeat
from operator import itemgetter
from typing import Any, Final

from psycopg import sql

from hub.domain.catalogue import ALL
from hub.domain.identifiers import CollectionId, StixId, Tick
from hub.domain.pages import Query, VersionKeyword
from hub.store.database import Database
from hub.store.log.pages.asking import ask
from hub.store.log.pages.statements import Bound, Part, Shape, readable, statement
from hub.store.log.segments import Allowed, Segment, segments

SPEC_VERSION: Final = "2.1"
"""The only version of STIX that the log holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """What a page saw: the policy epoch, where the clock began, rows (position first), and whether more match.

    `rewrites` and `head` are the state of the log that the rows are of. A page is settled where only a rewrite of what
    it goes over makes it another: it is full, and no older version of an object that arrives late takes a place in it.
    `beyond` is how far it goes then: to the first row that it has no room for.
    """

    epoch: int
    genesis: Tick
    rewrites: int
    head: Tick
    rows: list[tuple[Any, ...]]
    more: bool
    beyond: Tick | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Form:
    """What is wanted of each row beside its position, and after how many bytes a page ends if it does."""

    columns: tuple[str, ...]
    most_bytes: int | None = None


_ONE: Final = replace(ALL, id=CollectionId(""))
_SOME: Final = replace(ALL, id=CollectionId(""))
"""Stand for a batch's collections: one is compared, so that an index gives rows in order; several are listed."""

CHANGED: Final = -1
"""Stands for the epoch of a page during which it changed. It is nobody's, so that such a page is given to nobody."""

_SECOND: Final = itemgetter(1)

PAGE_BYTES: Final = 32 * 1024 * 1024
"""A page of objects ends once it holds this much, however many were asked for (TAXII 2.1 §3.5 lets it)."""

LIKELY_BYTES: Final = 16 * 1024
"""Rows of more are few: where that many for each fit into a page, it is first read without adding them up."""

PLANNED_FOR_ALL: Final = False
"""Whether a statement that asks for a reader is prepared. A plan made for every reader would go through all that is
hidden from one who sees little; planned for the reader at hand, it costs 0.2 ms and is bounded by what he sees."""

SEGMENTS_AT_ONCE: Final = (2, 4, 8, 16)
"""How many segments the first statements of a page ask for; those after them as many as the last. Most pages are full
after one or two, and every segment costs planning."""


def read_payloads(database: Database, query: Query, collection: int, allowed: Allowed) -> Slice:
    """Read rows of (position, the JSON value as received), at least one where any, and not far over PAGE_BYTES."""
    form = _Form(columns=("payload",), most_bytes=PAGE_BYTES)
    return _read(database, query, (collection,), allowed, form)


def read_batch(
    database: Database, query: Query, collections: Sequence[int] | None, allowed: Allowed, *, most_bytes: int
) -> Slice:
    """Read rows as `read_payloads` does, not far over so many bytes, of some collections at once (None: of all).

    The query is one over all collections.
    """
    form = _Form(columns=("payload",), most_bytes=most_bytes)
    if collections is not None:
        query = replace(query, collection=_ONE if len(collections) == 1 else _SOME)
    return _read(database, query, collections or (), allowed, form)


def read_versions(database: Database, query: Query, collection: int, allowed: Allowed) -> Slice:
    """Read rows of (position, object id, version)."""
    form = _Form(columns=("object_id", "version"))
    return _read(database, query, (collection,), allowed, form)


def knows(database: Database, collection: int | None, object_id: StixId, allowed: Allowed) -> tuple[int, bool]:
    """Return the policy epoch, and whether some version of the object may be read in the collection (None: in any)."""
    parameters = _rights(allowed) | {"ids": [object_id], "collection": collection}
    conditions = [sql.SQL("object_id = ANY(%(ids)s)"), readable("log", aged=allowed.aged)]
    if collection is not None:
        conditions.append(sql.SQL("collection = %(collection)s"))
    asked = sql.SQL("SELECT e.epoch, EXISTS (SELECT FROM log WHERE {conditions}) FROM policy_epoch e").format(
        conditions=sql.SQL(" AND ").join(conditions)
    )
    ((epoch, known),) = database.execute(asked, parameters, prepare=PLANNED_FOR_ALL).fetchall()
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
    beyond: Tick | None = None
    for batch in _batches(segments(allowed, query.after)):
        wanted = query.limit + 1 - len(rows)
        left = None if form.most_bytes is None else form.most_bytes - spent
        parameters = common | _bounds(batch) | {"limit": wanted, "bytes": left}
        (epoch, genesis, state, tick), found, cut = _ask(database, _shape(query, allowed, batch, form), parameters)
        epochs.add(epoch)
        if rows and (found or cut) and state != rewrites:
            more = True
            break
        if not rows:
            rewrites, head = state, tick
        rows += found
        beyond = rows[query.limit][0] if len(rows) > query.limit else cut
        more = beyond is not None
        if more or len(epochs) > 1:
            break
        spent += 0 if left is None else sum(map(len, map(_SECOND, found)))
    return Slice(
        epoch=epochs.pop() if len(epochs) == 1 else CHANGED,
        genesis=Tick(genesis),
        rewrites=rewrites,
        head=Tick(head),
        rows=rows[: query.limit],
        more=more,
        beyond=None if VersionKeyword.FIRST in query.versions.keywords else beyond,
    )


def _ask(
    database: Database, shape: Shape, parameters: dict[str, Any]
) -> tuple[tuple[Any, ...], list[tuple[Any, ...]], Tick | None]:
    """Return the state and the rows, of one snapshot, and the position where these became too many bytes, if so.

    They are added up only where some row is large.
    """
    if shape.bound is Bound.SUM:
        fits = parameters["bytes"] // parameters["limit"]
        if fits >= LIKELY_BYTES:
            state, rows = _execute(database, shape._replace(bound=Bound.EACH), parameters | {"fits": fits})
            if None not in map(_SECOND, rows):
                return state, rows, None
    state, rows = _execute(database, shape, parameters)
    within = [row for row in rows if row[1] is not None]
    return state, within, rows[len(within)][0] if len(within) < len(rows) else None


def _execute(
    database: Database, shape: Shape, parameters: dict[str, Any]
) -> tuple[tuple[Any, ...], list[tuple[Any, ...]]]:
    first, *rows = ask(database, statement(shape), parameters)
    return first[-1], rows


def _batches(waiting: Iterator[Segment]) -> Iterator[list[Segment]]:
    for size in chain(SEGMENTS_AT_ONCE, repeat(SEGMENTS_AT_ONCE[-1])):
        batch = list(islice(waiting, size))
        if not batch:
            return
        yield batch


def _shape(query: Query, allowed: Allowed, batch: Sequence[Segment], form: _Form) -> Shape:
    collections = "all" if query.collection.id == ALL.id else "one"
    return Shape(
        parts=tuple(
            Part(
                aged=bool(segment.aged),
                after=segment.after is not None,
                after_seq=segment.after_seq is not None,
                through=segment.through is not None,
                base=segment.base is not None,
            )
            for segment in batch
        ),
        columns=form.columns,
        bound=Bound.NONE if form.most_bytes is None else Bound.SUM,
        collections="some" if query.collection is _SOME else collections,
        ids=query.ids is not None,
        types=query.types is not None,
        nothing=query.spec_versions is not None and SPEC_VERSION not in query.spec_versions,
        keywords=query.versions.keywords,
        ticks=bool(query.versions.ticks),
        aged=bool(allowed.aged),
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


def _rights(rights: Allowed | Segment, *, suffix: str = "") -> dict[str, object]:
    """Give the parameters of `readable`."""
    return {
        "guards" + suffix: list(rights.guards),
        "aged" + suffix: [aged.guard for aged in rights.aged],
        "own" + suffix: [aged.own_since for aged in rights.aged],
        "newest" + suffix: [aged.newest_since for aged in rights.aged],
        "producers" + suffix: [aged.producers_since for aged in rights.aged],
    }
