"""Subscriptions as the store gives them, without a store."""

from collections.abc import Sequence
from datetime import UTC, datetime

from hub.domain.identifiers import Tick
from hub.domain.subscriptions.subscription import Subscription
from hub.store.subscriptions.rows import Kept


def untried(subscription: Subscription, secrets: Sequence[bytes] = ()) -> Kept:
    """Return a subscription that was made and never delivered to."""
    return Kept(
        subscription=subscription,
        secrets=tuple(secrets),
        start=subscription.position,
        made=datetime(2026, 1, 1, tzinfo=UTC),
        failing_since=None,
        retry_at=Tick(0),
        deliveries=0,
        delivered=0,
        refused=0,
        delivered_at=None,
    )
