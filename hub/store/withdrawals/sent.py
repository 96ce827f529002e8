"""What was sent, of what was noted before it left: exactly, subscription by subscription.

INVARIANT: a batch that is said to be sent is seen by whoever goes through an event afterwards, or has seen what the
event did, or is gone through for itself. The lock below puts the two in one order.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import msgspec

from hub.domain.catalogue import ALL
from hub.domain.identifiers import AccountId, GuardId, StixId, SubscriptionId, Tick
from hub.domain.pages import Query, VersionKeyword, Versions
from hub.domain.subscriptions.withdrawals import Addressee
from hub.store.database import Database
from hub.store.log.pages import read_versions
from hub.store.log.segments import Allowed
from hub.store.receipts import EVERYWHERE, READING, ReadingRow, reading_row, spans_of
from hub.store.subscriptions.leases import Underway

_LOCK: Final = 0x7769746864726177
"""The key of the advisory lock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A batch that has reached its receiver, or may have: noted in these readings, up to the position `last`.

    It was read under the policy of `epoch`, after so many `rewrites` of the log. `objects` gives what it holds.
    """

    account: AccountId
    subscription: SubscriptionId | None
    readings: tuple[int, ...]
    last: Tick
    objects: Callable[[], Sequence[StixId]]
    epoch: int
    rewrites: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SentReading:
    """What an addressee was sent of a reading: its `last` is the last position of that."""

    addressee: Addressee
    row: ReadingRow


def confirm(database: Database, batches: Sequence[Sent], *, now: Tick) -> None:
    """Keep that batches were sent. Call it in a transaction of which it is the first act."""
    marks = [(reading, batch.last) for batch in batches for reading in batch.readings]
    with database.pipeline():
        database.execute("SELECT pg_advisory_xact_lock_shared(%s)", (_LOCK,))
        cursor = database.execute(
            "SELECT epoch, rewrites FROM withdrawal_events WHERE kind <> 'sent' ORDER BY id DESC LIMIT 1"
        )
        database.execute(_SENT, (msgspec.json.encode(marks).decode(),))
    state = cursor.fetchone()
    if state is None:
        return
    for batch in batches:
        if batch.epoch < state[0] or batch.rewrites < state[1]:
            _note_late(database, batch, at=now)


_SENT: Final = """
    WITH marks AS (
        SELECT (m.mark->>0)::int8 AS id, max((m.mark->>1)::int8) AS last
        FROM json_array_elements(%s::json) AS m (mark) GROUP BY 1
    ),
    held AS MATERIALIZED (
        SELECT r.id, marks.last FROM readings r JOIN marks USING (id) ORDER BY r.id FOR NO KEY UPDATE OF r
    )
    UPDATE readings SET sent = greatest(readings.sent, held.last) FROM held WHERE readings.id = held.id
"""
"""Readings are held in the order of their numbers, as where they are noted, so that none wait in a circle."""


def presume_sent(
    database: Database, account: AccountId, subscription: SubscriptionId, underway: Underway, *, now: Tick
) -> None:
    """Keep that a batch may have been sent of which its sender has not said what came of it, and never will.

    What was read for it is found again: as it stands, and as it stood where it has left its place since.
    """
    lost = Sent(
        account=account,
        subscription=subscription,
        readings=underway.readings,
        last=underway.last,
        objects=lambda: _brought(database, underway),
        epoch=underway.epoch,
        rewrites=underway.rewrites,
    )
    confirm(database, [lost], now=now)


def hold_sent(database: Database) -> None:
    """Let nothing be said to be sent until this transaction ends; what was said before is seen from here on."""
    database.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))


def sent_readings(
    database: Database,
    versions: Iterable[tuple[int, Tick, GuardId, StixId]],
    *,
    accounts: Collection[AccountId] | None = None,
) -> list[SentReading]:
    """Read what may have brought one of some versions, each known by its collection, tick, guard and object.

    That is what was brought to some accounts, or to any. More are returned than did: as `readings_of` says.
    """
    collections, ticks, guards, ids = zip(*versions, strict=True)
    rows = database.execute(
        _MAY_HAVE_BROUGHT,
        {
            "collections": list(collections),
            "ticks": list(ticks),
            "guards": list(guards),
            "ids": list(ids),
            "first": min(ticks),
            "last": max(ticks),
            "accounts": None if accounts is None else list(accounts),
        },
    )
    found = []
    for subscription, *columns in rows:
        row = reading_row(*columns)
        named = None if subscription is None else SubscriptionId(subscription)
        found.append(SentReading(addressee=Addressee(row.account, named), row=row))
    return found


def _note_late(database: Database, batch: Sent, *, at: Tick) -> None:
    """Note that a batch was sent which had not seen all that was noted; nobody needs the log's lock for that."""
    database.execute(
        "INSERT INTO withdrawal_events (kind, at, epoch, rewrites, seq, tick, before, objects, accounts, subscription)"
        " VALUES ('sent', %s, %s, %s, 0, 0, 0, %s, %s, %s)",
        (
            at,
            batch.epoch,
            batch.rewrites,
            list(batch.objects()),
            [batch.account],
            None if batch.subscription is None else UUID(batch.subscription),
        ),
    )


def _brought(database: Database, underway: Underway) -> list[StixId]:
    """Return the ids of what a batch may have held. More are returned than it did, and none left out."""
    rows = database.execute(
        f"SELECT {READING} FROM readings r JOIN clearances_given c ON c.digest = r.clearance WHERE r.id = ANY(%s)",  # noqa: S608 - a constant
        (list(underway.readings),),
    ).fetchall()
    found: set[StixId] = set()
    for row in (reading_row(*columns) for columns in rows):
        found.update(_placed_between(database, row.allowed, underway))
    return sorted(found)


def _placed_between(database: Database, allowed: Allowed, underway: Underway) -> Iterator[StixId]:
    after = underway.after
    more = True
    while more:
        query = Query(collection=ALL, limit=_AT_ONCE, after=after, versions=_EVERY_VERSION)
        page = read_versions(database, query, EVERYWHERE, allowed)
        within = [row for row in page.rows if row[0] <= underway.last]
        yield from (StixId(row[1]) for row in within)
        more = page.more and len(within) == len(page.rows)
        after = within[-1][0] if within else after
    spans = spans_of(allowed.blocks, underway.after, underway.last)
    left = database.execute(
        "SELECT object_id FROM former_rows WHERE until > %(rewrites)s AND tick > %(after)s AND tick <= %(last)s"
        " UNION SELECT f.object_id FROM unnest(%(lows)s::int8[], %(highs)s::int8[]) AS span (low, high)"
        " JOIN former_rows f ON f.seq > span.low AND f.seq <= span.high WHERE f.until > %(rewrites)s",
        {
            "rewrites": underway.rewrites,
            "after": underway.after,
            "last": underway.last,
            "lows": [low for low, _ in spans],
            "highs": [high for _, high in spans],
        },
    )
    yield from (StixId(name) for (name,) in left)


_AT_ONCE: Final = 1_000
_EVERY_VERSION: Final = Versions(keywords=frozenset({VersionKeyword.ALL}))

_MAY_HAVE_BROUGHT: Final = f"""
    SELECT r.subscription::text, {READING.replace("r.last,", "r.sent,")}
    FROM readings r JOIN clearances_given c ON c.digest = r.clearance
    WHERE r.channel IN ('webhook', 'stream')
      AND (%(accounts)s::text[] IS NULL OR r.account = ANY(%(accounts)s::text[]))
      AND r.sent >= %(first)s AND (r.after < %(last)s OR c.blocks <> '[]'::jsonb)
      AND (r.subscription IS NULL OR EXISTS (SELECT FROM subscriptions s WHERE s.id = r.subscription))
      AND EXISTS (
        SELECT FROM unnest(%(collections)s::int2[], %(ticks)s::int8[], %(guards)s::int4[], %(ids)s::text[])
            AS v (collection, tick, guard, object_id)
        WHERE r.collection IN (0, v.collection) AND r.sent >= v.tick AND (r.after < v.tick OR c.blocks <> '[]'::jsonb)
          AND (r.aged IS NOT NULL OR v.guard = ANY(c.guards))
          AND (r.filter IS NULL OR NOT r.filter ? 'ids' OR r.filter->'ids' ? v.object_id)
      )
    ORDER BY r.id
"""  # noqa: S608 - constants
