"""What the channel to webhooks keeps between two deliveries: opened secrets, and not for long."""

import gc
from collections import Counter
from contextlib import closing
from datetime import timedelta
from typing import Final

from hub.domain.identifiers import AccountId, SubscriptionId, Tick
from hub.domain.subscriptions.subscription import Subscription, WebhookTarget
from hub.outbound.webhooks.sender import Sender, tls_context
from hub.outbound.webhooks.signature import Secret
from hub.outbound.wire.addresses import networks_of
from hub.services.delivery.channels.outcomes import Taken
from hub.services.delivery.channels.webhooks import Webhooks
from hub.services.sealing import Sealer, SealingKey
from hub.services.subscriptions.secrets import Held, new_secret, seal
from hub.store.subscriptions.rows import Kept
from tests.service.delivery.subscribing import LOOPBACK
from tests.service.main_job.region import StillClock
from tests.service.webhooks.receivers import Receiver, receiving
from tests.support.subscriptions import untried

ONE: Final = SubscriptionId("0b6f0c1e-3f0c-4b7e-8b53-0d7c3f8d3a01")
OTHER: Final = SubscriptionId("5d2f5f0e-3a53-4f0e-9d3c-0a4f1e0e9a11")
SEALER: Final = Sealer([SealingKey(bytes(32))])


def subscribed(number: SubscriptionId, secret: str, receiver: Receiver) -> Kept:
    target = WebhookTarget(url=f"http://127.0.0.1:{receiver.port}/hook")
    subscription = Subscription(id=number, account=AccountId("au-cert/a"), target=target, position=Tick(0))
    return untried(subscription, seal([Held(secret=secret)], number, sealer=SEALER))


def is_open(secret: str) -> bool:
    """Tell whether anything in this process holds a secret as one that signs."""
    gc.collect()
    return any(type(each) is Secret and each.text == secret for each in gc.get_objects())  # no proxy is asked


def test_secrets_are_opened_once_in_a_while_and_those_of_who_is_sent_nothing_more_are_let_go() -> None:
    clock, openings = StillClock(), Counter[SubscriptionId]()
    secrets = {number: new_secret().text for number in (ONE, OTHER)}
    sender = Sender(networks=networks_of([LOOPBACK]), tls=tls_context())
    with receiving() as receiver, closing(sender):
        kept = {number: subscribed(number, secret, receiver) for number, secret in secrets.items()}

        def send(number: SubscriptionId, *, after: timedelta) -> None:
            """Send a test, which is signed like every delivery."""
            clock.at += after
            sending.append(number)
            assert isinstance(webhooks.try_out(kept[number]), Taken)

        def sealer() -> Sealer:
            openings[sending[-1]] += 1
            return SEALER

        sending: list[SubscriptionId] = []
        webhooks = Webhooks(sender, sealer, clock, naming=bytes(32))
        for number in (ONE, OTHER, ONE, OTHER):
            send(number, after=timedelta(minutes=1))
        assert openings == {ONE: 1, OTHER: 1}
        assert is_open(secrets[ONE])
        send(OTHER, after=timedelta(minutes=10))
        assert openings == {ONE: 1, OTHER: 2}
        assert (is_open(secrets[ONE]), is_open(secrets[OTHER])) == (False, True)
