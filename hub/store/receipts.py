"""Receipts: what each account was given of the log, as intervals of its positions."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

import msgspec

from hub.domain.identifiers import AccountId, GuardId, StixId, SubscriptionId, Tick
from hub.domain.pages import Channel, Query, VersionKeyword
from hub.store.database import Database
from hub.store.log.segments import AgedGuard, Allowed, Block

EVERYWHERE: Final = 0
"""The collection of a reading that went over all of them."""

BROUGHT: Final = frozenset({Channel.WEBHOOK, Channel.STREAM})
"""Channels of which it is known how far the receiver has been sent what was noted."""

Noted = Callable[[], int]
"""Gives the number of the reading that a page was noted in."""


class Filter(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a query asked for beside its place; the versions are those that `Versions` has where none is said."""

    ids: tuple[str, ...] | None = None
    types: tuple[str, ...] | None = None
    keywords: tuple[VersionKeyword, ...] = (VersionKeyword.LAST,)
    ticks: tuple[int, ...] = ()

    def asks_for(self, object_id: StixId, kind: str) -> bool:
        """Whether an object is among those that were asked for."""
        return (self.ids is None or object_id in self.ids) and (self.types is None or kind in self.types)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A page that was given: after which position and up to which, and the state of the log that it was read in.

    `subscription` is the one that it is brought to, where it is one that is kept.
    """

    account: AccountId
    channel: Channel
    collection: int
    query: Query
    allowed: Allowed
    rewrites: int
    head: Tick
    last: Tick
    at: datetime
    subscription: SubscriptionId | None = None


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

    def note(self, database: Database, given: Given) -> Noted:
        """Note a page that is not empty, in a transaction of its own that does not wait for the disk.

        What is brought is noted before it leaves, and counts as sent only when `hub.store.withdrawals.sent` says so.
        Return what gives the number of the reading: it waits for the statement, which in a pipeline is not done yet.

        What is noted outlives the hub. Where PostgreSQL itself crashes, what it had not yet written out is lost, at
        most three times its `wal_writer_delay`, which is 0.6 s unless it was changed.
        """
        kept = filter_of(given.query)
        written = msgspec.json.encode(kept)
        clearance = self._clearance(database, given.allowed)
        after = 0 if given.query.after is None else given.query.after
        spans = _spans(given.allowed.blocks, after, given.last)
        cursor = database.execute(
            _NOTE,
            {
                "walk": _walk(given, written, clearance),
                "grows": not given.allowed.aged and VersionKeyword.FIRST not in kept.keywords,
                "account": given.account,
                "channel": given.channel,
                "subscription": None if given.subscription is None else UUID(given.subscription),
                "sent": after if given.channel in BROUGHT else None,
                "collection": given.collection,
                "filter": None if kept == _USUAL else written.decode(),
                "clearance": clearance,
                "aged": msgspec.json.encode(given.allowed.aged).decode() if given.allowed.aged else None,
                "rewrites": given.rewrites,
                "head": given.head,
                "after": after,
                "last": given.last,
                "at": given.at,
                "from_seqs": [low for low, _ in spans],
                "to_seqs": [high for _, high in spans],
            },
        )
        return lambda: int(cursor.fetchall()[0][0])

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

_NOTE: Final = """
    WITH relaxed AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true) AS value),
    grown AS (
        UPDATE readings SET last = GREATEST(readings.last, %(last)s::int8), pages = readings.pages + 1,
            last_at = GREATEST(readings.last_at, %(at)s)
        FROM relaxed
        WHERE relaxed.value = 'off' AND readings.id = (
            SELECT r.id FROM readings r
            WHERE %(grows)s AND r.walk = %(walk)s AND coalesce(r.sent, r.last) >= %(after)s::int8
              AND r.after <= %(after)s::int8
              AND r.rewrites <= %(rewrites)s::int8
              AND (r.rewrites = %(rewrites)s::int8 OR NOT EXISTS (
                SELECT FROM former_rows f WHERE f.tick > %(after)s::int8 AND f.tick <= %(last)s::int8
                   AND f.until > r.rewrites AND f.until <= %(rewrites)s::int8
                UNION ALL
                SELECT FROM unnest(%(from_seqs)s::int8[], %(to_seqs)s::int8[]) AS span (low, high)
                JOIN former_rows f ON f.seq > span.low AND f.seq <= span.high
                WHERE f.until > r.rewrites AND f.until <= %(rewrites)s::int8))
            ORDER BY r.last DESC LIMIT 1
        )
        RETURNING readings.id
    ),
    begun AS (
        INSERT INTO readings (walk, account, channel, collection, filter, clearance, aged, rewrites, head, after, last,
                              first_at, last_at, subscription, sent)
        SELECT %(walk)s, %(account)s, %(channel)s, %(collection)s, %(filter)s::jsonb, %(clearance)s, %(aged)s::jsonb,
               %(rewrites)s, %(head)s, %(after)s, %(last)s, %(at)s, %(at)s, %(subscription)s, %(sent)s
        FROM relaxed WHERE NOT EXISTS (SELECT FROM grown)
        RETURNING id
    )
    SELECT id FROM grown UNION ALL SELECT id FROM begun
"""
"""Grow the walk that this page continues or repeats, unless a row that the page goes over was rewritten since the walk
began, or what was noted before the page was not sent: then the page is the first of another."""

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


def _walk(given: Given, written: bytes, clearance: bytes) -> bytes:
    parts = (given.account.encode(), given.channel.encode(), str(given.collection).encode(), written, clearance)
    own = () if given.subscription is None else (given.subscription.encode(),)
    return sha256(b"\0".join((*parts, *own))).digest()


def _spans(blocks: Sequence[Block], after: int, last: int) -> list[tuple[int, int]]:
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
