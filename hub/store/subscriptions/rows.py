"""Subscriptions: one row each."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from psycopg.types.json import Jsonb

from hub.domain.identifiers import AccountId, OrganisationId, SubscriptionId, Tick
from hub.domain.subscriptions.documents import filter_document, stored_filter
from hub.domain.subscriptions.subscription import (
    Channel,
    StreamTarget,
    Subscription,
    SubscriptionState,
    Target,
    TaxiiTarget,
    WebhookTarget,
)
from hub.store.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A subscription with what has come of it. `secrets` are sealed, the newest first; `start` is where it began.

    `deliveries` and `delivered` count what was taken, `refused` the objects that the receiver would not have,
    `troubles` all attempts in vain; `failing_since` is when the first of the present failures was.
    """

    subscription: Subscription
    secrets: tuple[bytes, ...] = field(repr=False)
    start: Tick
    made: datetime
    failing_since: Tick | None
    retry_at: Tick
    deliveries: int
    delivered: int
    refused: int
    delivered_at: Tick | None
    troubles: int = 0

    @property
    def retries(self) -> int:
        """How often an attempt in vain was followed by another."""
        return max(0, self.troubles - (self.subscription.failures > 0))


COLUMNS: Final = (
    "s.id, s.account, s.channel, s.target, s.filter, s.state, s.position, s.batch_objects, s.batch_bytes,"
    " s.failures, s.secrets, s.start, s.made, s.failing_since, s.retry_at, s.deliveries, s.delivered,"
    " s.refused, s.delivered_at, s.troubles"
)
"""What `kept_row` reads of a subscription `s`."""

_SELECT: Final = f"SELECT {COLUMNS} FROM subscriptions s JOIN accounts a ON a.id = s.account"  # noqa: S608 - a constant
_TARGETS: Final[dict[Channel, type[Target]]] = {
    Channel.WEBHOOK: WebhookTarget,
    Channel.STREAM: StreamTarget,
    Channel.TAXII: TaxiiTarget,
}


def list_subscriptions(
    database: Database,
    *,
    account: AccountId | None = None,
    organisation: OrganisationId | None = None,
) -> tuple[Kept, ...]:
    """Return the subscriptions of an account, of an organisation's accounts, or all."""
    rows = database.execute(
        _SELECT + " WHERE (%(account)s::text IS NULL OR s.account = %(account)s)"
        " AND (%(organisation)s::text IS NULL OR a.organisation = %(organisation)s) ORDER BY s.made, s.id",
        {"account": account, "organisation": organisation},
    )
    return tuple(kept_row(row) for row in rows)


def find_subscription(database: Database, subscription: SubscriptionId) -> Kept | None:
    """Return the subscription of an id."""
    row = database.execute(_SELECT + " WHERE s.id = %s", (UUID(subscription),)).fetchone()
    return None if row is None else kept_row(row)


def count_subscriptions(database: Database, account: AccountId) -> int:
    """Return how many subscriptions an account has."""
    ((count,),) = database.execute("SELECT count(*) FROM subscriptions WHERE account = %s", (account,)).fetchall()
    return int(count)


def heads_of_secrets(database: Database, *, size: int) -> dict[bytes, int]:
    """Return how the secrets of all subscriptions begin, in so many bytes, and how many of them begin so."""
    rows = database.execute(
        "SELECT substring(secret FROM 1 FOR %s) AS head, count(*) FROM subscriptions, unnest(secrets) AS secret"
        " GROUP BY head ORDER BY head",
        (size,),
    )
    return {bytes(head): int(count) for head, count in rows}


def lock_subscription(database: Database, subscription: SubscriptionId) -> Kept | None:
    """Return the subscription of an id, and let nobody else change it before this transaction ends."""
    row = database.execute(
        _SELECT + " WHERE s.id = %s FOR NO KEY UPDATE OF s",
        (UUID(subscription),),
    ).fetchone()
    return None if row is None else kept_row(row)


def insert_subscription(database: Database, subscription: Subscription, secrets: Sequence[bytes]) -> None:
    """Add a subscription that starts at its position."""
    database.execute(
        "INSERT INTO subscriptions (id, account, channel, target, filter, secrets, state, start, position,"
        " batch_objects, batch_bytes) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            UUID(subscription.id),
            subscription.account,
            subscription.channel,
            Jsonb(msgspec.to_builtins(subscription.target)),
            Jsonb(filter_document(subscription.filter)),
            list(secrets),
            subscription.state,
            subscription.position,
            subscription.position,
            subscription.batch_objects,
            subscription.batch_bytes,
        ),
    )


def update_subscription(database: Database, subscription: Subscription) -> None:
    """Write what its owner may change: target, filter, state, batch sizes; a failure before is forgotten.

    Whoever works on it now has lost its lease.
    """
    database.execute(
        "UPDATE subscriptions SET target = %s, filter = %s, state = %s, batch_objects = %s, batch_bytes = %s,"
        " failures = 0, failing_since = NULL, retry_at = 0, leased_until = 0, lease = lease + 1, sending = NULL"
        " WHERE id = %s",
        (
            Jsonb(msgspec.to_builtins(subscription.target)),
            Jsonb(filter_document(subscription.filter)),
            subscription.state,
            subscription.batch_objects,
            subscription.batch_bytes,
            UUID(subscription.id),
        ),
    )


def move_subscription(database: Database, subscription: Subscription) -> None:
    """Let a subscription go on from its position in its state, at once; a failure before is forgotten.

    Whoever works on it now has lost its lease.
    """
    database.execute(
        "UPDATE subscriptions SET position = %(position)s, start = least(start, %(position)s), state = %(state)s,"
        " failures = 0, failing_since = NULL, retry_at = 0, leased_until = 0, lease = lease + 1, sending = NULL"
        " WHERE id = %(id)s",
        {"position": subscription.position, "state": subscription.state, "id": UUID(subscription.id)},
    )


def write_secrets(database: Database, subscription: SubscriptionId, secrets: Sequence[bytes]) -> None:
    """Keep these sealed secrets, the newest first, in place of those before.

    Whoever works on it now has lost its lease, and a batch that was on its way is sent again as it was.
    """
    database.execute(
        "UPDATE subscriptions SET secrets = %s, retry_at = 0, leased_until = 0, lease = lease + 1 WHERE id = %s",
        (list(secrets), UUID(subscription)),
    )


def delete_subscription(database: Database, subscription: SubscriptionId) -> None:
    """Remove a subscription with its errors."""
    database.execute("DELETE FROM subscriptions WHERE id = %s", (UUID(subscription),))


def kept_row(row: Sequence[Any]) -> Kept:
    """Read a subscription from the columns that `COLUMNS` names."""
    number, account, channel, target, chosen, state, position, objects, size, failures, *rest = row
    secrets, start, made, failing_since, retry_at, deliveries, delivered, refused, delivered_at, troubles = rest
    return Kept(
        subscription=Subscription(
            id=SubscriptionId(str(number)),
            account=AccountId(account),
            target=msgspec.convert(target, _TARGETS[Channel(channel)]),
            position=Tick(position),
            filter=stored_filter(chosen),
            state=SubscriptionState(state),
            batch_objects=objects,
            batch_bytes=size,
            failures=failures,
        ),
        secrets=tuple(secrets),
        start=Tick(start),
        made=made,
        failing_since=failing_since,
        retry_at=Tick(retry_at),
        deliveries=deliveries,
        delivered=delivered,
        refused=refused,
        delivered_at=delivered_at,
        troubles=troubles,
    )
