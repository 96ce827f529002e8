"""Subscriptions whose deliveries are taken by hand, so that a test says what happens between two of their steps."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from hub.domain.clock import tick_of
from hub.domain.identifiers import AccountId, StixId, SubscriptionId, Tick
from hub.domain.subscriptions.filters import EVERYTHING, Filter
from hub.domain.subscriptions.subscription import Subscription, WebhookTarget
from hub.domain.subscriptions.withdrawals import Addressee, Notice
from hub.services.delivery.narrowing import Narrowing
from hub.services.delivery.outbox import Outbox, Portion
from hub.services.explaining.noting import Noting
from hub.services.withdrawal.expanding import Expanding
from hub.services.withdrawal.notifying import Notifying
from hub.stix.findings.wanted import id_of
from hub.store.subscriptions.leases import Leased
from hub.store.subscriptions.rows import Kept, find_subscription, insert_subscription
from hub.store.withdrawals.sent import confirm
from tests.support.hub import TestHub


@dataclass(slots=True, kw_only=True)
class Desk:
    """The delivery of one hub, taken step by step."""

    hub: TestHub
    clock: Callable[[], datetime]
    outbox: Outbox
    expanding: Expanding
    notifying: Notifying

    @classmethod
    def of(cls, hub: TestHub, clock: Callable[[], datetime]) -> "Desk":
        """Make a desk that goes through events three rows at a time."""
        parts = hub.parts
        noting = Noting(parts.pool, clock)
        return cls(
            hub=hub,
            clock=clock,
            outbox=Outbox(parts.clearances, Narrowing(), parts.numbers, noting, clock),
            expanding=Expanding(parts.pool, parts.clearances, clock, step=3),
            notifying=Notifying(parts.pool, parts.clearances, clock),
        )

    def subscribe(self, account: str, chosen: Filter = EVERYTHING, *, batch: int = 100) -> Addressee:
        """Add a webhook from the beginning on."""
        subscription = Subscription(
            id=SubscriptionId(str(uuid4())),
            account=AccountId(account),
            target=WebhookTarget(url="https://receiver.example/hook"),
            position=Tick(0),
            filter=chosen,
            batch_objects=batch,
        )
        with self.hub.parts.pool.transaction() as database:
            insert_subscription(database, subscription, [])
        return Addressee(AccountId(account), subscription.id)

    def portion(self, addressee: Addressee) -> Portion:
        """Read what comes next, which is noted by that."""
        leased = self.leased(addressee)
        return self.outbox.portions([leased])[leased.kept.subscription.id]

    def leased(self, addressee: Addressee) -> Leased:
        """Return a subscription as whoever works on it has it."""
        kept = self._kept(addressee)
        return Leased(kept=kept, lease=0, position=kept.subscription.position)

    def arrive(self, addressee: Addressee, portion: Portion) -> None:
        """Let a portion reach its receiver, and move on."""
        with self.hub.parts.pool.transaction() as database:
            if portion.batch is not None:
                confirm(database, [portion.sent(*addressee)], now=tick_of(self.clock()))
            database.execute(
                "UPDATE subscriptions SET position = %s WHERE id = %s", (portion.position, addressee.subscription)
            )

    def deliver(self, addressee: Addressee) -> list[StixId]:
        """Send everything that there is, and return the ids in order."""
        ids: list[StixId] = []
        more = True
        while more:
            portion = self.portion(addressee)
            self.arrive(addressee, portion)
            ids += [id_of(item.payload) for item in portion.items]
            more = portion.more
        return ids

    def tell(self, addressee: Addressee) -> list[Notice]:
        """Find what is withdrawn, and let the subscriber receive all its notices."""
        self.expanding.run_dry()
        return self.receive(addressee)

    def receive(self, addressee: Addressee) -> list[Notice]:
        """Let the subscriber receive the notices that are found already."""
        told: list[Notice] = []
        while (news := self.notifying.next_notices(addressee, most=7)) is not None:
            self.notifying.noticed(news.notices)
            told += news.notices
        return told

    def told(self, addressee: Addressee) -> list[tuple[str, str, str]]:
        """Return id, version and cause of what a subscriber is told now."""
        return [
            (each.withdrawn.key.object_id, each.withdrawn.version, each.withdrawn.cause.value)
            for each in self.tell(addressee)
        ]

    def _kept(self, addressee: Addressee) -> Kept:
        assert addressee.subscription is not None
        with self.hub.parts.pool.statement() as database:
            kept = find_subscription(database, addressee.subscription)
        assert kept is not None
        return kept
