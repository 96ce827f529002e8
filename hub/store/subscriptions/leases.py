"""Who works on which subscription: leases that end by themselves.

INVARIANT: only the holder of the newest lease moves a position, so that a worker which was thought dead and is not
changes nothing. Nothing here waits for the disk: where PostgreSQL crashes, a lease that it forgets is held by nobody,
for the number of a lease is drawn at random and not given twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import msgspec

from hub.domain.identifiers import SubscriptionId, Tick
from hub.store.database import Database
from hub.store.subscriptions.rows import COLUMNS, Kept, kept_row


class Underway(msgspec.Struct, frozen=True, kw_only=True):
    """A batch that is on its way: what goes over the positions after `after` and up to `last`.

    It was noted in these `readings`, and read under the policy of `epoch`, after so many `rewrites` of the log.
    """

    readings: tuple[int, ...]
    after: Tick
    last: Tick
    epoch: int
    rewrites: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Leased:
    """A subscription that this worker alone works on until the lease ends, and the `position` it goes on from.

    `sending` is the last position of a batch that is to be sent as it was begun, or None. `underway` is one of which
    the worker before, who was lost, has not said what came of it, or None.
    """

    kept: Kept
    lease: int
    position: Tick
    sending: Tick | None = None
    underway: Underway | None = None


_LEASE: Final = f"""
    WITH relaxed AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true) AS value)
    UPDATE subscriptions s SET leased_until = %(until)s, lease = (random() * 4611686018427387904)::int8
    FROM relaxed
    WHERE relaxed.value = 'off' AND s.id IN (
        SELECT id FROM subscriptions WHERE id = ANY(%(ids)s) AND channel <> 'stream'
        AND state IN ('active', 'failing') AND retry_at <= %(now)s
        AND leased_until <= %(now)s ORDER BY id FOR NO KEY UPDATE SKIP LOCKED)
    RETURNING s.lease, s.sending, s.underway::text, {COLUMNS}
"""  # noqa: S608 - a constant
_RENEW: Final = """
    WITH relaxed AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true) AS value)
    UPDATE subscriptions s SET leased_until = %(until)s
    FROM relaxed, unnest(%(ids)s::uuid[], %(leases)s::int8[]) AS b (id, lease)
    WHERE relaxed.value = 'off' AND s.id = b.id AND s.lease = b.lease AND s.leased_until > 0 AND s.id IN (
        SELECT id FROM subscriptions WHERE id = ANY(%(ids)s) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED)
"""


def due_subscriptions(database: Database, *, now: Tick, most: int) -> list[SubscriptionId]:
    """Return deliverable subscriptions that are behind the head of the log and that nobody works on, longest first."""
    rows = database.execute(
        "SELECT s.id::text FROM subscriptions s, log_head h"
        " WHERE s.channel <> 'stream' AND s.state IN ('active', 'failing')"
        " AND s.position < h.tick AND s.retry_at <= %(now)s AND s.leased_until <= %(now)s"
        " ORDER BY s.position LIMIT %(most)s",
        {"now": now, "most": most},
    )
    return [SubscriptionId(number) for (number,) in rows]


def lease_subscriptions(
    database: Database, subscriptions: Sequence[SubscriptionId], *, now: Tick, until: Tick
) -> list[Leased]:
    """Take those of the subscriptions that are deliverable, due and free; others are left to whoever has them."""
    rows = database.execute(_LEASE, {"ids": [UUID(each) for each in subscriptions], "now": now, "until": until})
    found = []
    for lease, sending, underway, *columns in rows:
        kept = kept_row(columns)
        found.append(
            Leased(
                kept=kept,
                lease=lease,
                position=kept.subscription.position,
                sending=sending,
                underway=None if underway is None else msgspec.json.decode(underway, type=Underway),
            )
        )
    return found


def renew_leases(database: Database, leases: Sequence[tuple[SubscriptionId, int]], *, until: Tick) -> None:
    """Let leases go on that still hold. Rows that another transaction is writing are left to it: nobody waits here."""
    ids, numbers = zip(*leases, strict=True)
    database.execute(_RENEW, {"ids": [UUID(each) for each in ids], "leases": list(numbers), "until": until})


def give_back(database: Database, leases: Sequence[tuple[SubscriptionId, int]]) -> None:
    """End leases that are not needed any more; one whose row is being written ends by itself, or by that."""
    renew_leases(database, leases, until=Tick(0))
