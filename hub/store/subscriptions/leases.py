"""Who works on which subscription: leases that end by themselves, and what their holders write.

INVARIANT: only the holder of the newest lease moves a position, so that a worker which was thought dead and is not
changes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from hub.domain.identifiers import SubscriptionId, Tick
from hub.domain.subscriptions.subscription import SubscriptionState
from hub.store.database import Database
from hub.store.subscriptions.rows import Kept, list_subscriptions

ERRORS_KEPT: Final = 20
"""The last errors of a subscription that its owner can see."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leased:
    """A subscription that this worker alone works on until the lease ends.

    `sending` is the last position of a batch that was on its way when a worker before was lost, or None.
    """

    kept: Kept
    lease: int
    sending: Tick | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """A batch that is about to be sent: `last` is its last position. The lease then goes on until `until`."""

    subscription: SubscriptionId
    lease: int
    last: Tick
    until: Tick


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """How far a leased subscription has got: `position` is dealt with, `objects` of it were taken by the receiver.

    The lease then goes on until `until`; at 0 it is given back.
    """

    subscription: SubscriptionId
    lease: int
    position: Tick
    objects: int
    until: Tick
    refused: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What went wrong with a leased subscription: when to try again, and what its owner may read."""

    subscription: SubscriptionId
    lease: int
    retry_at: Tick
    state: SubscriptionState
    status: int | None
    reason: str
    excerpt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """What a receiver found wrong with something that it took otherwise: kept for the owner, not held against it."""

    subscription: SubscriptionId
    status: int | None
    reason: str
    excerpt: str


def due_subscriptions(database: Database, *, now: Tick, most: int) -> list[SubscriptionId]:
    """Return deliverable subscriptions that are behind the head of the log and that nobody works on, longest first."""
    rows = database.execute(
        "SELECT s.id FROM subscriptions s, log_head h WHERE s.channel <> 'stream' AND s.state IN ('active', 'failing')"
        " AND s.position < h.tick AND s.retry_at <= %(now)s AND s.leased_until <= %(now)s"
        " ORDER BY s.position LIMIT %(most)s",
        {"now": now, "most": most},
    )
    return [SubscriptionId(str(number)) for (number,) in rows]


def lease_subscriptions(
    database: Database, subscriptions: Sequence[SubscriptionId], *, now: Tick, until: Tick
) -> list[Leased]:
    """Take those of the subscriptions that are deliverable, due and free; others are left to whoever has them."""
    rows = database.execute(
        "UPDATE subscriptions SET leased_until = %(until)s, lease = lease + 1 WHERE id IN ("
        " SELECT id FROM subscriptions WHERE id = ANY(%(ids)s) AND channel <> 'stream'"
        " AND state IN ('active', 'failing') AND retry_at <= %(now)s"
        " AND leased_until <= %(now)s ORDER BY id FOR NO KEY UPDATE SKIP LOCKED)"
        " RETURNING id, lease, sending",
        {"ids": [UUID(each) for each in subscriptions], "now": now, "until": until},
    ).fetchall()
    taken = {SubscriptionId(str(number)): (lease, sending) for number, lease, sending in rows}
    if not taken:
        return []
    return [
        Leased(kept=kept, lease=taken[kept.subscription.id][0], sending=taken[kept.subscription.id][1])
        for kept in list_subscriptions(database, only=list(taken))
    ]


def renew_leases(database: Database, leases: Sequence[tuple[SubscriptionId, int]], *, until: Tick) -> None:
    """Let leases go on that still hold. Rows that another transaction is writing are left to it: nobody waits here."""
    ids, numbers = _columns(leases)
    database.execute(
        "UPDATE subscriptions s SET leased_until = %s FROM unnest(%s::uuid[], %s::int8[]) AS b (id, lease)"
        " WHERE s.id = b.id AND s.lease = b.lease AND s.leased_until > 0 AND s.id IN ("
        " SELECT id FROM subscriptions WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED)",
        (until, ids, numbers, ids),
    )


def begin_sending(database: Database, batches: Sequence[Sending]) -> frozenset[SubscriptionId]:
    """Note what is about to be sent, durably; return those whose lease still holds."""
    rows = database.execute(
        "UPDATE subscriptions s SET sending = b.last, leased_until = b.until"
        " FROM unnest(%s::uuid[], %s::int8[], %s::int8[], %s::int8[]) AS b (id, lease, last, until)"
        " WHERE s.id = b.id AND s.lease = b.lease RETURNING s.id",
        _columns([(batch.subscription, batch.lease, batch.last, batch.until) for batch in batches]),
    )
    return frozenset(SubscriptionId(str(number)) for (number,) in rows)


def take_steps(database: Database, steps: Sequence[Step], *, now: Tick) -> None:
    """Move positions forward; earlier failures are forgotten where the receiver has taken something.

    This does not wait for the disk: where PostgreSQL crashes, a step that it forgets is made again, with a delivery
    that has the id of the one before, since `sending` was durable.
    """
    rows = [(step.subscription, step.lease, step.position, step.objects, step.refused, step.until) for step in steps]
    database.execute(
        "WITH relaxed AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true) AS value)"
        " UPDATE subscriptions s SET position = greatest(s.position, b.position), sending = NULL,"
        " leased_until = b.until, retry_at = 0,"
        " failures = CASE WHEN b.objects + b.refused > 0 THEN 0 ELSE s.failures END,"
        " failing_since = CASE WHEN b.objects + b.refused > 0 THEN NULL ELSE s.failing_since END,"
        " state = CASE WHEN s.state = 'failing' AND b.objects + b.refused > 0 THEN 'active' ELSE s.state END,"
        " deliveries = s.deliveries + (b.objects + b.refused > 0)::int, delivered = s.delivered + b.objects,"
        " refused = s.refused + b.refused,"
        " delivered_at = CASE WHEN b.objects > 0 THEN %s::int8 ELSE s.delivered_at END"
        " FROM relaxed, unnest(%s::uuid[], %s::int8[], %s::int8[], %s::int8[], %s::int8[], %s::int8[])"
        " AS b (id, lease, position, objects, refused, until)"
        " WHERE relaxed.value = 'off' AND s.id = b.id AND s.lease = b.lease",
        [now, *_columns(rows)],
    )


def note_trouble(database: Database, trouble: Trouble, *, now: Tick) -> None:
    """Keep what went wrong, with the pause until the next attempt, and give the lease back."""
    written = database.execute(
        "UPDATE subscriptions SET failures = failures + 1, troubles = troubles + 1,"
        " failing_since = coalesce(failing_since, %(now)s),"
        " retry_at = %(retry_at)s, leased_until = 0,"
        " state = CASE WHEN state IN ('active', 'failing') THEN %(state)s ELSE state END"
        " WHERE id = %(id)s AND lease = %(lease)s",
        {
            "id": UUID(trouble.subscription),
            "lease": trouble.lease,
            "retry_at": trouble.retry_at,
            "state": trouble.state,
            "now": now,
        },
    )
    if written.rowcount:
        complaint = Complaint(
            subscription=trouble.subscription, status=trouble.status, reason=trouble.reason, excerpt=trouble.excerpt
        )
        keep_complaint(database, complaint, now=now)


def give_back(database: Database, leases: Sequence[tuple[SubscriptionId, int]]) -> None:
    """End leases that are not needed any more; one whose row is being written ends by itself, or by that."""
    ids, numbers = _columns(leases)
    database.execute(
        "UPDATE subscriptions s SET leased_until = 0 FROM unnest(%s::uuid[], %s::int8[]) AS b (id, lease)"
        " WHERE s.id = b.id AND s.lease = b.lease AND s.id IN ("
        " SELECT id FROM subscriptions WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED)",
        (ids, numbers, ids),
    )


def keep_complaint(database: Database, complaint: Complaint, *, now: Tick) -> None:
    """Add to the last errors of a subscription, of which only so many are kept."""
    database.execute(
        "INSERT INTO subscription_errors (subscription, at, status, reason, excerpt) VALUES (%s, %s, %s, %s, %s)",
        (UUID(complaint.subscription), now, complaint.status, complaint.reason, complaint.excerpt),
    )
    database.execute(
        "DELETE FROM subscription_errors WHERE subscription = %(id)s AND id <= (SELECT id FROM subscription_errors"
        " WHERE subscription = %(id)s ORDER BY id DESC OFFSET %(kept)s LIMIT 1)",
        {"id": UUID(complaint.subscription), "kept": ERRORS_KEPT},
    )


def _columns(rows: Sequence[tuple[object, ...]]) -> list[list[object]]:
    """Turn rows into columns; the first is the id."""
    columns = [list(column) for column in zip(*rows, strict=True)]
    return [[UUID(str(each)) for each in columns[0]], *columns[1:]]
