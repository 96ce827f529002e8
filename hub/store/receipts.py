"""Receipts: what each account was given of the log, as intervals of its positions."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any, Final, NamedTuple

import msgspec
from psycopg import Cursor
from psycopg.rows import TupleRow

from hub.domain.identifiers import AccountId, GuardId, StixId, SubscriptionId, Tick
from hub.domain.pages import Channel, Query, VersionKeyword
from hub.store.database import Database
from hub.store.log.segments import AgedGuard, Allowed, Block

Noted = Callable[[], list[list[int]]]
"""Gives the numbers of the readings that pages were noted in, for each page one an owner."""

EVERYWHERE: Final = 0
"""The collection of a reading that went over all of them."""

BROUGHT: Final = frozenset({Channel.WEBHOOK, Channel.STREAM})
"""Channels of which it is known how far the receiver has been sent what was noted."""


class Filter(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a query asked for beside its place; the versions are those that `Versions` has where none is said."""

    ids: tuple[str, ...] | None = None
    types: tuple[str, ...] | None = None
    keywords: tuple[VersionKeyword, ...] = (VersionKeyword.LAST,)
    ticks: tuple[int, ...] = ()

    def asks_for(self, object_id: StixId, kind: str) -> bool:
        """Whether an object is among those that were asked for."""
        return (self.ids is None or object_id in self.ids) and (self.types is None or kind in self.types)


class Owner(NamedTuple):
    """Whom a page is given to: an account, and the subscription that it is brought to, where it is one that is kept."""

    account: AccountId
    subscription: SubscriptionId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A page that was given: after which position and up to which, and the state of the log that it was read in.

    Where there was `nothing` on it, whoever was sent all there is up to its beginning was so up to its end.
    """

    channel: Channel
    collection: int
    query: Query
    allowed: Allowed
    rewrites: int
    head: Tick
    last: Tick
    at: datetime
    nothing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingRow:
    """Pages of one walk. `allowed` is what they were read with, `filter` what was asked for.

    All that matched after the position `after` up to `last` was given, as it stood after `rewrites` rewrites, or as it
    was first where it came later.
    """

    account: AccountId
    channel: Channel
    collection: int
    filter: Filter
    allowed: Allowed
    rewrites: int
    head: Tick
    after: int
    last: int
    first_at: datetime
    last_at: datetime
    pages: int


def filter_of(query: Query) -> Filter:
    """Keep what a query asks for, in one spelling."""
    return Filter(
        ids=None if query.ids is None else tuple(sorted(query.ids)),
        types=None if query.types is None else tuple(sorted(query.types)),
        keywords=tuple(sorted(query.versions.keywords)),
        ticks=tuple(sorted(query.versions.ticks)),
    )


class Receipts:
    """Notes what leaves the hub. One instance is shared by the threads of a process."""

    def __init__(self) -> None:
        self._known: dict[tuple[tuple[GuardId, ...], tuple[Block, ...]], bytes] = {}

    def keep(self, database: Database, rights: Iterable[Allowed]) -> list[bytes]:
        """Keep clearances where that is not known to be done, and return the digest of each.

        INVARIANT: each is kept in a transaction of its own, for others count on it from here on.
        """
        return [self._clearance(database, allowed) for allowed in rights]

    def note_all(
        self,
        database: Database,
        pages: Sequence[tuple[Given, Sequence[Owner]]],
        clearances: Sequence[bytes],
        *,
        apart: Callable[[], None],
    ) -> Noted:
        """Note pages, given with clearances that are kept, in transactions that do not wait for the disk.

        Pages that differ in nothing but whose they are are noted by one statement. Between two, `apart` ends the
        transaction: who waits for a reading holds none of another statement, so that none wait in a circle. What is
        brought is noted before it leaves, and counts as sent only when `hub.store.withdrawals.sent` says so. A page
        with nothing on it begins no reading. Return what gives the numbers of the readings, for each page those of its
        owners: it waits for the statements, which in a pipeline are not done yet.

        What is noted outlives the hub. Where PostgreSQL itself crashes, what it had not yet written out is lost, at
        most three times its `wal_writer_delay`, which is 0.6 s unless it was changed.
        """
        alike: dict[Hashable, dict[str, Owner]] = defaultdict(dict)
        places: list[tuple[Hashable, list[str]]] = []
        facts: dict[Hashable, Mapping[str, object]] = {}
        for (given, owners), clearance in zip(pages, clearances, strict=True):
            written = msgspec.json.encode(filter_of(given.query))
            key: Hashable = (
                (given.channel, given.collection, written, clearance, tuple(given.allowed.aged)),
                (given.query.after, given.last, given.rewrites, given.head, given.nothing),
            )
            common = _common(given, written, clearance)
            walks = [_walk(owner, common) for owner in owners]
            alike[key].update(zip(walks, owners, strict=True))
            places.append((key, walks))
            if key not in facts:
                facts[key] = _facts(given, clearance)
        cursors: dict[Hashable, Cursor[TupleRow]] = {}
        for key, owned in alike.items():
            if cursors:
                apart()
            cursors[key] = _note_alike(database, owned, facts[key])

        def numbers() -> list[list[int]]:
            found: dict[Hashable, dict[str, int]] = {key: dict(cursor.fetchall()) for key, cursor in cursors.items()}
            return [[found[key][walk] for walk in walks if walk in found[key]] for key, walks in places]

        return numbers

    def note_again(self, database: Database, given: Given, owner: Owner, *, epoch: int | None) -> bool:
        """Note a page that was read before, in a transaction as those of `note_all`, if nothing has changed since.

        Return whether that is so: the policy is that of `epoch`, and no row was rewritten since the page was read.
        """
        clearance = self._clearance(database, given.allowed)
        walk = _walk(owner, _common(given, msgspec.json.encode(filter_of(given.query)), clearance))
        facts = {**_facts(given, clearance), "epoch": epoch}
        return _note_alike(database, {walk: owner}, facts, statement=_NOTE_AGAIN).fetchone() is not None

    def _clearance(self, database: Database, allowed: Allowed) -> bytes:
        """Return the digest of a clearance, keeping the clearance where that is not known to be done."""
        guards, blocks = tuple(allowed.guards), tuple(allowed.blocks)
        known = self._known.get((guards, blocks))
        return known if known is not None else self._keep(database, guards, blocks)

    def _keep(self, database: Database, guards: tuple[GuardId, ...], blocks: tuple[Block, ...]) -> bytes:
        document = msgspec.json.encode([_block_document(block) for block in blocks])
        digest = sha256(msgspec.json.encode(guards) + document).digest()
        database.execute(
            "INSERT INTO clearances_given (digest, guards, blocks) VALUES (%s, %s, %s) ON CONFLICT (digest) DO NOTHING",
            (digest, list(guards), document.decode()),
        )
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        self._known[guards, blocks] = digest
        return digest


def unchanged(database: Database, given: Given, *, beyond: Tick | None) -> int | None:
    """Return after how many rewrites of the log a settled page was found to be what it was; None where it may not be.

    `beyond` is where the row stands of which it says that there is more.

    A row that changes where it stands or who may read it leaves its former place behind, and one that is new stands
    beyond every full page. What the reader could not see there counts for nothing: it has not been in the page, and
    what opens takes a new place, so the reader is not made to wait for what is hidden.
    """
    if beyond is None:
        return None
    facts = _places(replace(given, last=beyond)) | {
        "rewrites": given.rewrites,
        "most": _MOST_REWRITTEN,
        "guards": list(given.allowed.guards),
    }
    ((rewrites, same),) = database.execute(_REWRITTEN, facts).fetchall()
    return rewrites if same else None


def readings_of(database: Database, versions: Iterable[tuple[int, Tick, GuardId]]) -> list[ReadingRow]:
    """Read every reading that may have held one of some versions, each known by its collection, tick and guard.

    More are returned than did: whether one held a version is for the caller to work out.
    """
    collections, ticks, guards = zip(*versions, strict=True)
    rows = database.execute(
        _MAY_HAVE_HELD, {"collections": list(collections), "ticks": list(ticks), "guards": list(guards)}
    ).fetchall()
    return [reading_row(*row) for row in rows]


_USUAL: Final = Filter()
_MOST_KNOWN: Final = 10_000
_MOST_REWRITTEN: Final = 1_000
"""So many rows that were rewritten since a page was read are compared with it; beyond that it is read anew."""

_REWRITTEN: Final = """
    SELECT h.rewrites, count(f.tick) < %(most)s AND NOT coalesce(bool_or(f.guard = ANY(%(guards)s::int4[]) AND (
        (f.tick > %(after)s::int8 AND f.tick <= %(last)s::int8)
        OR EXISTS (SELECT FROM unnest(%(from_seqs)s::int8[], %(to_seqs)s::int8[]) AS span (low, high)
                   WHERE f.seq > span.low AND f.seq <= span.high))), false)
    FROM log_head h
    LEFT JOIN (SELECT tick, seq, guard FROM former_rows WHERE until > %(rewrites)s ORDER BY until LIMIT %(most)s) AS f
        ON true
    GROUP BY h.rewrites
"""

_AS_READ: Final = "SELECT %(rewrites)s::int8 AS rewrites, %(head)s::int8 AS head"
_AS_IT_IS: Final = """
        SELECT h.rewrites, h.tick AS head FROM log_head h CROSS JOIN policy_epoch e
        WHERE e.epoch = %(epoch)s AND h.rewrites = %(rewrites)s LIMIT 1
    """
"""The state of the log that a page is given in: the one that it was read in; or the one that there is, if the page has
to be the same in it."""

_NOTE_IN: Final = """
    WITH relaxed AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true) AS value),
    state AS MATERIALIZED ({state}),
    given AS MATERIALIZED (
        SELECT decode(g.walk, 'hex') AS walk, g.account, g.subscription
        FROM json_to_recordset(%(owners)s::json) AS g (walk text, account text, subscription uuid)
    ),
    found AS MATERIALIZED (
        SELECT g.walk, c.id FROM state CROSS JOIN given g CROSS JOIN LATERAL (
            SELECT r.id FROM readings r
            WHERE %(grows)s AND r.walk = g.walk AND coalesce(r.sent, r.last) >= %(after)s::int8
              AND r.after <= %(after)s::int8
              AND r.rewrites <= state.rewrites
              AND (r.rewrites = state.rewrites OR NOT EXISTS (
                SELECT FROM former_rows f WHERE f.tick > %(after)s::int8 AND f.tick <= %(last)s::int8
                   AND f.until > r.rewrites AND f.until <= state.rewrites
                UNION ALL
                SELECT FROM unnest(%(from_seqs)s::int8[], %(to_seqs)s::int8[]) AS span (low, high)
                JOIN former_rows f ON f.seq > span.low AND f.seq <= span.high
                WHERE f.until > r.rewrites AND f.until <= state.rewrites))
            ORDER BY r.last DESC LIMIT 1
        ) AS c
    ),
    held AS MATERIALIZED (
        SELECT r.id FROM readings r JOIN found USING (id) ORDER BY r.id FOR NO KEY UPDATE OF r
    ),
    grown AS (
        UPDATE readings SET last = GREATEST(readings.last, %(last)s::int8),
            sent = CASE WHEN %(nothing)s THEN GREATEST(readings.sent, %(last)s::int8) ELSE readings.sent END,
            pages = readings.pages + (NOT %(nothing)s)::int,
            last_at = CASE WHEN %(nothing)s THEN readings.last_at ELSE GREATEST(readings.last_at, %(at)s) END
        FROM relaxed, held
        WHERE relaxed.value = 'off' AND readings.id = held.id
        RETURNING readings.walk, readings.id
    ),
    begun AS (
        INSERT INTO readings (walk, account, channel, collection, filter, clearance, aged, rewrites, head, after, last,
                              first_at, last_at, subscription, sent)
        SELECT g.walk, g.account, %(channel)s, %(collection)s, %(filter)s::jsonb, %(clearance)s, %(aged)s::jsonb,
               state.rewrites, state.head, %(after)s, %(last)s, %(at)s, %(at)s, g.subscription, %(sent)s
        FROM relaxed, state, given g
        WHERE NOT %(nothing)s AND NOT EXISTS (SELECT FROM grown WHERE grown.walk = g.walk)
        RETURNING walk, id
    )
    SELECT encode(walk, 'hex'), id FROM grown UNION ALL SELECT encode(walk, 'hex'), id FROM begun
"""
"""Grow the walk that this page continues or repeats, unless a row that the page goes over was rewritten since the walk
began, or what was noted before the page was not sent: then the page is the first of another."""

_NOTE: Final = _NOTE_IN.format(state=_AS_READ).encode()
_NOTE_AGAIN: Final = _NOTE_IN.format(state=_AS_IT_IS).encode()

READING: Final = (
    "r.account, r.channel, r.collection, r.filter, r.aged, r.rewrites, r.head, r.after, r.last, r.first_at, r.last_at,"
    " r.pages, c.guards, c.blocks"
)
"""The columns of a reading `r` and of its clearance `c`."""

_MAY_HAVE_HELD: Final = f"""
    SELECT {READING}
    FROM readings r JOIN clearances_given c ON c.digest = r.clearance
    WHERE EXISTS (
        SELECT FROM unnest(%(collections)s::int2[], %(ticks)s::int8[], %(guards)s::int4[])
            AS v (collection, tick, guard)
        WHERE r.collection IN (0, v.collection) AND r.last >= v.tick AND (r.after < v.tick OR c.blocks <> '[]'::jsonb)
          AND (r.aged IS NOT NULL OR v.guard = ANY(c.guards))
    )
    ORDER BY r.id
"""  # noqa: S608 - a constant


def _facts(given: Given, clearance: bytes) -> Mapping[str, object]:
    """Give the parameters of `_NOTE` that do not say whose a page is."""
    kept = filter_of(given.query)
    places = _places(given)
    return {
        **places,
        "grows": not given.allowed.aged and VersionKeyword.FIRST not in kept.keywords,
        "channel": given.channel,
        "sent": places["after"] if given.channel in BROUGHT else None,
        "collection": given.collection,
        "filter": None if kept == _USUAL else msgspec.json.encode(kept).decode(),
        "clearance": clearance,
        "aged": msgspec.json.encode(given.allowed.aged).decode() if given.allowed.aged else None,
        "rewrites": given.rewrites,
        "head": given.head,
        "at": given.at,
        "nothing": given.nothing,
    }


def _places(given: Given) -> dict[str, object]:
    """Give the parameters that say which places a page goes over: ticks, and seqs of rows in blocks."""
    after = Tick(0) if given.query.after is None else given.query.after
    spans = spans_of(given.allowed.blocks, after, given.last)
    return {
        "after": after,
        "last": given.last,
        "from_seqs": [low for low, _ in spans],
        "to_seqs": [high for _, high in spans],
    }


def _note_alike(
    database: Database, walks: Mapping[str, Owner], facts: Mapping[str, object], *, statement: bytes = _NOTE
) -> Cursor[TupleRow]:
    """Note a page of several readers; readings are held in the order of their numbers, here and where they are sent."""
    owners = [
        {"walk": walk, "account": owner.account, "subscription": owner.subscription} for walk, owner in walks.items()
    ]
    return database.execute(statement, {**facts, "owners": msgspec.json.encode(owners).decode()})


def _common(given: Given, written: bytes, clearance: bytes) -> bytes:
    """Write what pages have in common that one walk may hold, beside whose it is."""
    return b"\0".join((given.channel.encode(), str(given.collection).encode(), written, clearance))


def _walk(owner: Owner, common: bytes) -> str:
    own = b"" if owner.subscription is None else b"\0" + owner.subscription.encode()
    return sha256(owner.account.encode() + b"\0" + common + own).hexdigest()


def spans_of(blocks: Sequence[Block], after: Tick, last: Tick) -> list[tuple[int, int]]:
    """Return the seqs, from exclusive to inclusive, that positions after one and up to another stand for in blocks."""
    return [(after - block.base, last - block.base) for block in blocks if after < block.end and last > block.base]


def _block_document(block: Block) -> dict[str, object]:
    return {
        "guards": sorted(block.guards),
        "through_seq": block.through_seq,
        "through_tick": block.through_tick,
        "base": block.base,
    }


def reading_row(account: str, channel: str, collection: int, asked: object, aged: object, *rest: Any) -> ReadingRow:  # noqa: ANN401 - columns
    """Read a reading from the columns that `READING` names."""
    rewrites, head, after, last, first_at, last_at, pages, guards, blocks = rest
    return ReadingRow(
        account=AccountId(account),
        channel=Channel(channel),
        collection=collection,
        filter=_USUAL if asked is None else msgspec.convert(asked, Filter),
        allowed=Allowed(
            guards=guards,
            aged=[] if aged is None else msgspec.convert(aged, list[AgedGuard]),
            blocks=[msgspec.convert(block, Block) for block in blocks],
        ),
        rewrites=rewrites,
        head=head,
        after=after,
        last=last,
        first_at=first_at,
        last_at=last_at,
        pages=pages,
    )
