"""Replace the secret of a subscription, without a delivery that its receiver cannot check."""

from datetime import datetime, timedelta
from typing import Final

from hub.domain.clock import tick_of, timestamp_of
from hub.domain.directory import Act
from hub.domain.errors import ConfigurationError, ConflictError, UnprocessableError
from hub.domain.identifiers import SubscriptionId
from hub.domain.subscriptions.subscription import Channel
from hub.services.sealing import Sealer
from hub.services.subscriptions.adding import Given
from hub.services.subscriptions.catalogue import known, locked
from hub.services.subscriptions.secrets import Held, new_secret, seal, unseal
from hub.services.subscriptions.targets import check_password
from hub.store.database import Database, Pool
from hub.store.ledger import record
from hub.store.subscriptions import rows as stored
from hub.store.subscriptions.rows import Kept

HOURS: Final = 24
MOST_HOURS: Final = 24 * 30


def rotate_secret(pool: Pool, number: SubscriptionId, *, hours: int, sealer: Sealer, act: Act) -> Given:
    """Give a webhook a new secret, shown this once; the one before goes on signing beside it for so many hours.

    At 0 it ends at once. An older one ends in any case. Raise NotFoundError, ConflictError for another channel.
    """
    if hours not in range(MOST_HOURS + 1):
        raise UnprocessableError(f"A secret goes on for 0 to {MOST_HOURS} hours.", code="HOURS")
    with pool.transaction() as database:
        kept = _locked(database, number, Channel.WEBHOOK, act)
        secret = new_secret().text
        until = tick_of(act.at + timedelta(hours=hours))
        former = _former(kept, sealer, at=act.at) if hours else ()
        going_on = [Held(secret=each.secret, until=min(each.until, until)) for each in former]
        stored.write_secrets(database, number, seal([Held(secret=secret), *going_on], number, sealer=sealer))
        detail = {"account": kept.subscription.account, "former_until": timestamp_of(until)}
        record(database, actor=act.actor, action="subscription.rotate-secret", subject=number, detail=detail)
        return Given(kept=known(stored.find_subscription(database, number), number), secret=secret)


def drop_old_secret(pool: Pool, number: SubscriptionId, *, act: Act) -> Kept:
    """Sign with the newest secret alone from now on; raise NotFoundError, ConflictError for another channel."""
    with pool.transaction() as database:
        kept = _locked(database, number, Channel.WEBHOOK, act)
        if len(kept.secrets) <= 1:
            return kept
        stored.write_secrets(database, number, kept.secrets[:1])
        detail = {"account": kept.subscription.account}
        record(database, actor=act.actor, action="subscription.drop-old-secret", subject=number, detail=detail)
        return known(stored.find_subscription(database, number), number)


def set_password(pool: Pool, number: SubscriptionId, password: str, *, sealer: Sealer, act: Act) -> Kept:
    """Call on the other TAXII server with another password; raise NotFoundError, ConflictError for another channel."""
    check_password(password)
    with pool.transaction() as database:
        kept = _locked(database, number, Channel.TAXII, act)
        stored.write_secrets(database, number, seal([Held(secret=password)], number, sealer=sealer))
        detail = {"account": kept.subscription.account}
        record(database, actor=act.actor, action="subscription.set-password", subject=number, detail=detail)
        return known(stored.find_subscription(database, number), number)


def _former(kept: Kept, sealer: Sealer, *, at: datetime) -> tuple[Held, ...]:
    """Return the newest secret there was; none where its sealing key is lost, for then it signs nothing either."""
    try:
        return unseal(kept.secrets, kept.subscription.id, sealer=sealer, at=tick_of(at))[:1]
    except ConfigurationError:
        return ()


def _locked(database: Database, number: SubscriptionId, channel: Channel, act: Act) -> Kept:
    kept = locked(database, number, act)
    if kept.subscription.channel is not channel:
        raise ConflictError(
            f"It delivers by {kept.subscription.channel}. The secret of a webhook is rotated; the password for another"
            " TAXII server is set.",
            code="CHANNEL",
        )
    return kept
