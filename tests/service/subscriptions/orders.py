"""Subscriptions that tests ask for."""

from typing import Any, Final

from hub.domain.identifiers import AccountId, SubscriptionId
from hub.domain.subscriptions.subscription import WebhookTarget
from hub.outbound.wire.addresses import Networks
from hub.services.sealing import Sealer
from hub.services.subscriptions.adding import Given, Wanted, add_subscription
from hub.services.subscriptions.targets import taxii_target
from hub.store.database import Pool
from hub.store.subscriptions.rows import Kept
from tests.service.directory.forum import ACTOR
from tests.support.acts import made

URL: Final = "https://soc.example/hooks/9c1e?from=hub"
ANA: Final = AccountId("au-cert/ana")
ZOE: Final = AccountId("nz-cert/zoe")
PASSWORD: Final = "correct horse battery staple"
NOBODY: Final = SubscriptionId("00000000-0000-4000-8000-000000000000")


def wanted(**changes: Any) -> Wanted:
    """Ask for a webhook of Ana's."""
    asked: dict[str, Any] = {"account": ANA, "target": WebhookTarget(url=URL)} | changes
    return Wanted(**asked)


def webhook(pool: Pool, sealer: Sealer, **changes: Any) -> Given:
    """Add a webhook of Ana's."""
    return add_subscription(pool, wanted(**changes), sealer=sealer, act=made(ACTOR))


def push(pool: Pool, sealer: Sealer, **changes: Any) -> Kept:
    """Add a TAXII push of Ana's."""
    target = taxii_target("https://taxii.example/api", "feed", "hub", networks=Networks())
    return webhook(pool, sealer, **({"target": target, "password": PASSWORD} | changes)).kept
