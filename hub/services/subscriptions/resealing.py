"""Seal what is sealed with an older key with the one that seals now, so that the older can be taken away."""

from hub.domain.clock import tick_of
from hub.domain.directory import Act
from hub.domain.identifiers import SubscriptionId
from hub.services.sealing import Sealer
from hub.services.subscriptions.catalogue import list_subscriptions
from hub.services.subscriptions.secrets import seal, unseal
from hub.store.database import Pool
from hub.store.ledger import record
from hub.store.subscriptions.rows import lock_subscription, write_secrets


def reseal_secrets(pool: Pool, *, sealer: Sealer, act: Act) -> int:
    """Seal every secret anew that needs it; return of how many subscriptions. Safe to repeat, and to break off.

    Raise ConfigurationError, naming the subscription and the key, where one opens with none of the keys.
    """
    numbers = [kept.subscription.id for kept in list_subscriptions(pool)]
    return sum(_reseal(pool, number, sealer, act) for number in numbers)


def _reseal(pool: Pool, number: SubscriptionId, sealer: Sealer, act: Act) -> bool:
    with pool.transaction() as database:
        kept = lock_subscription(database, number)
        if kept is None or all(map(sealer.is_current, kept.secrets)):
            return False
        held = unseal(kept.secrets, number, sealer=sealer, at=tick_of(act.at))
        write_secrets(database, number, seal(held, number, sealer=sealer))
        detail = {"account": kept.subscription.account}
        record(database, actor=act.actor, action="subscription.reseal", subject=number, detail=detail)
        return True
