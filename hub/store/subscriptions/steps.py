"""What the holder of a lease writes: what is about to be sent, how far it has got, what went wrong.

Every write names the number of the lease, and does nothing where that is not the newest.
"""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import msgspec

from hub.domain.identifiers import SubscriptionId, Tick
from hub.domain.subscriptions.subscription import SubscriptionState
from hub.store.database import Database
from hub.store.subscriptions.leases import Underway

ERRORS_KEPT: Final = 20
"""The last errors of a subscription that its owner can see."""


class Sending(msgspec.Struct, frozen=True, kw_only=True):
    """A batch that is about to be sent: `last` is its last position. The lease then goes on until `until`.

    `underway` is kept until it is known what came of the batch, None where nobody is told what is withdrawn of it.
    """

    subscription: SubscriptionId
    lease: int
    last: Tick
    until: Tick
    underway: Underway | None = None


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """How far a leased subscription has got: `position` is dealt with, `objects` of it were taken by the receiver.

    The lease then goes on until `until`; at 0 it is given back.
    """

    subscription: SubscriptionId
    lease: int
    position: Tick
    objects: int
    until: Tick
    refused: int = 0


class Trouble(msgspec.Struct, frozen=True, kw_only=True):
    """What went wrong with a leased subscription: when to try again, and what its owner may read."""

    subscription: SubscriptionId
    lease: int
    retry_at: Tick
    state: SubscriptionState
    status: int | None
    reason: str
    excerpt: str


class Complaint(msgspec.Struct, frozen=True, kw_only=True):
    """What a receiver found wrong with something that it took otherwise: kept for the owner, not held against it."""

    subscription: SubscriptionId
    status: int | None
    reason: str
    excerpt: str


_BEGIN: Final = """
    UPDATE subscriptions s SET sending = b.last, underway = b.underway, leased_until = b.until
    FROM json_to_recordset(%s::json) AS b (subscription uuid, lease int8, last int8, until int8, underway jsonb)
    WHERE s.id = b.subscription AND s.lease = b.lease RETURNING s.id::text
"""
_STEP: Final = """
    UPDATE subscriptions s SET position = greatest(s.position, b.position), sending = NULL, underway = NULL,
        leased_until = b.until, retry_at = 0,
        failures = CASE WHEN b.objects + b.refused > 0 THEN 0 ELSE s.failures END,
        failing_since = CASE WHEN b.objects + b.refused > 0 THEN NULL ELSE s.failing_since END,
        state = CASE WHEN s.state = 'failing' AND b.objects + b.refused > 0 THEN 'active' ELSE s.state END,
        deliveries = s.deliveries + (b.objects + b.refused > 0)::int, delivered = s.delivered + b.objects,
        refused = s.refused + b.refused,
        delivered_at = CASE WHEN b.objects > 0 THEN %s::int8 ELSE s.delivered_at END
    FROM json_to_recordset(%s::json)
        AS b (subscription uuid, lease int8, position int8, objects int8, refused int8, until int8)
    WHERE s.id = b.subscription AND s.lease = b.lease
"""
_TROUBLE: Final = """
    WITH written AS (
        UPDATE subscriptions SET failures = failures + 1, troubles = troubles + 1, underway = NULL,
            failing_since = coalesce(failing_since, %(now)s), retry_at = %(retry_at)s, leased_until = 0,
            state = CASE WHEN state IN ('active', 'failing') THEN %(state)s ELSE state END
        WHERE id = %(id)s AND lease = %(lease)s RETURNING id
    )
    INSERT INTO subscription_errors (subscription, at, status, reason, excerpt)
    SELECT id, %(now)s, %(status)s, %(reason)s, %(excerpt)s FROM written
"""


def begin_sending(database: Database, batches: Sequence[Sending]) -> frozenset[SubscriptionId]:
    """Note what is about to be sent, durably; return those whose lease still holds."""
    rows = database.execute(_BEGIN, (_json(batches),))
    return frozenset(SubscriptionId(number) for (number,) in rows)


def wait_for_no_disk(database: Database) -> None:
    """Let this transaction be committed before it is on the disk.

    That is for what the hub can find out again. Where PostgreSQL crashes, a step that it forgets is made again, with a
    delivery that has the id of the one before, since `sending` was durable; and as `underway` was, what it forgets of
    having been sent counts as sent when somebody takes over.
    """
    database.execute("SELECT set_config('synchronous_commit', 'off', true)")


def take_steps(database: Database, steps: Sequence[Step], *, now: Tick) -> None:
    """Move positions forward; earlier failures are forgotten where the receiver has taken something."""
    database.execute(_STEP, (now, _json(steps)))


def note_trouble(database: Database, trouble: Trouble, *, now: Tick) -> None:
    """Keep what went wrong, with the pause until the next attempt, and give the lease back."""
    known = msgspec.structs.asdict(trouble) | {"id": UUID(trouble.subscription), "now": now}
    database.execute(_TROUBLE, known)
    _forget_errors(database, trouble.subscription)


def keep_complaint(database: Database, complaint: Complaint, *, now: Tick) -> None:
    """Add to the last errors of a subscription, of which only so many are kept."""
    database.execute(
        "INSERT INTO subscription_errors (subscription, at, status, reason, excerpt) VALUES (%s, %s, %s, %s, %s)",
        (UUID(complaint.subscription), now, complaint.status, complaint.reason, complaint.excerpt),
    )
    _forget_errors(database, complaint.subscription)


def _forget_errors(database: Database, subscription: SubscriptionId) -> None:
    database.execute(
        "DELETE FROM subscription_errors WHERE subscription = %(id)s AND id <= (SELECT id FROM subscription_errors"
        " WHERE subscription = %(id)s ORDER BY id DESC OFFSET %(kept)s LIMIT 1)",
        {"id": UUID(subscription), "kept": ERRORS_KEPT},
    )


def _json(records: Sequence[msgspec.Struct]) -> str:
    """Write records for a statement, which takes one text more quickly than a list for each column."""
    return msgspec.json.encode(records).decode()
