"""What went wrong with a subscription lately."""

from dataclasses import dataclass
from uuid import UUID

from hub.domain.identifiers import SubscriptionId, Tick
from hub.store.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryError:
    """One attempt in vain: `status` where the receiver answered, `reason` in words, `excerpt` of what it said."""

    at: Tick
    status: int | None
    reason: str
    excerpt: str


def last_errors(database: Database, subscription: SubscriptionId) -> tuple[DeliveryError, ...]:
    """Return what is kept, the latest first."""
    rows = database.execute(
        "SELECT at, status, reason, excerpt FROM subscription_errors WHERE subscription = %s ORDER BY id DESC",
        (UUID(subscription),),
    )
    return tuple(
        DeliveryError(at=Tick(at), status=status, reason=reason, excerpt=excerpt)
        for at, status, reason, excerpt in rows
    )
