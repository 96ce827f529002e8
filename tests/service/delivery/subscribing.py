"""Subscriptions put straight into the database, receivers that check what they are sent, and what they have got."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import uuid4

from hub.domain.identifiers import AccountId, SubscriptionId, Tick
from hub.domain.subscriptions.filters import Filter
from hub.domain.subscriptions.subscription import Signature, Subscription, WebhookTarget
from hub.outbound.webhooks.signature import Trusted, Verdict, verify
from hub.services.sealing import Sealer
from hub.services.subscriptions.secrets import Held, new_secret, seal
from hub.store.database import Pool
from hub.store.subscriptions.rows import insert_subscription
from tests.service.webhooks.receivers import OK, Act, Arrived, Receiver, receiving, says

LOOPBACK: Final = "127.0.0.0/8"


@dataclass(slots=True, kw_only=True)
class Subscriber:
    """A webhook of its own, and what arrived there: every delivery in the order of arrival."""

    id: SubscriptionId
    receiver: Receiver
    trusted: Trusted

    @property
    def deliveries(self) -> list[Arrived]:
        """What was sent, each genuine."""
        seen = list(self.receiver.seen)
        now = datetime.now(UTC)
        assert all(verify(each.headers, each.body, self.trusted, at=now) is Verdict.GENUINE for each in seen)
        return seen

    @property
    def objects(self) -> list[dict[str, Any]]:
        """The objects of all deliveries, one after the other, without the repetitions of a delivery."""
        first: dict[str, Arrived] = {}
        for each in self.deliveries:
            first.setdefault(each.headers["webhook-id"], each)
        return [thing for each in first.values() for thing in json.loads(each.body).get("objects", [])]

    @property
    def ids(self) -> list[str]:
        """Their ids."""
        return [thing["id"] for thing in self.objects]


@contextmanager
def subscriber(  # noqa: PLR0913 - a subscription has these facts
    pool: Pool,
    sealer: Sealer,
    account: str,
    chosen: Filter | None = None,
    *,
    act: Act | None = None,
    start: int = 0,
    signature: Signature = Signature.SECRET,
    **options: Any,
) -> Iterator[Subscriber]:
    """Run a receiver and subscribe it for an account, from a position on."""
    secret = new_secret()
    number = SubscriptionId(str(uuid4()))
    with receiving(act or says(OK)) as receiver:
        subscription = Subscription(
            id=number,
            account=AccountId(account),
            target=WebhookTarget(url=f"http://127.0.0.1:{receiver.port}/hook", signature=signature),
            position=Tick(start),
            filter=chosen or Filter(),
            **options,
        )
        with pool.transaction() as database:
            insert_subscription(database, subscription, seal([Held(secret=secret.text)], number, sealer=sealer))
        yield Subscriber(id=number, receiver=receiver, trusted=Trusted(secrets=(secret,)))
