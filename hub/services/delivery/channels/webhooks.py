"""The channel to webhooks: a signed POST for each batch."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, assert_never
from uuid import uuid4

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hub.domain.clock import tick_of, timestamp_of
from hub.domain.identifiers import SubscriptionId, Tick
from hub.domain.subscriptions.subscription import Signature, Target, WebhookTarget
from hub.outbound.webhooks.answers import Answer, Delivered, Gone, Refused, Unreachable
from hub.outbound.webhooks.deliveries import Delivery
from hub.outbound.webhooks.sender import Sender, excerpt_of
from hub.outbound.webhooks.signature import Secret, Signers, parse_secret, signed_headers
from hub.outbound.wire.endpoints import Endpoint, parse_endpoint
from hub.services.delivery.channels.explained import webhook_refused
from hub.services.delivery.channels.outcomes import Ended, Failed, May, Outcome, Remark, Stale, Taken
from hub.services.delivery.channels.remembered import Remembered
from hub.services.delivery.outbox import Portion
from hub.services.sealing import Sealer
from hub.services.subscriptions.secrets import unseal
from hub.store.subscriptions.rows import Kept

OPENED_SECONDS: Final = 300.0
"""How long the secrets of a subscription stay open; whoever is sent something after that has them opened again."""

_GONE: Final = 410
_ANY_TIME: Final = Tick(0)

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Way:
    """Where a subscription is sent to and the secrets that sign it, each with the tick it ends at; what they are of.

    `keyed` says that the hub's own keys sign it too.
    """

    target: Target
    sealed: tuple[bytes, ...]
    endpoint: Endpoint
    keyed: bool
    secrets: tuple[tuple[Secret, Tick], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Post:
    """What is posted, under which delivery id, and how many objects it holds."""

    name: str
    headers: Mapping[str, str]
    body: bytes
    objects: int = 0


class Webhooks:
    """Sends batches to webhooks, from any number of threads."""

    def __init__(
        self,
        sender: Sender,
        sealer: Callable[[], Sealer],
        clock: Callable[[], datetime],
        *,
        naming: bytes,
        keys: Callable[[], tuple[Ed25519PrivateKey, ...]] = tuple,
    ) -> None:
        """`naming` is the hub's secret for the ids of deliveries, the same in all its processes.

        So are its `keys`, which are asked for where somebody wants their signature.
        """
        self._sender = sender
        self._sealer = sealer
        self._clock = clock
        self._naming = naming
        self._keys = keys
        self._known = Remembered[_Way](seconds=OPENED_SECONDS, clock=lambda: clock().timestamp())

    def __call__(self, kept: Kept, portion: Portion, may: May) -> Outcome:
        """Send a portion, once."""
        if not may():
            return Stale()
        number = kept.subscription.id
        if portion.notification is not None:
            told = portion.notification
            return self._post(kept, _Post(name=told.id_for(number), headers=told.headers_for(number), body=told.body))
        batch = portion.batch
        if batch is None:
            return Taken(objects=0)
        delivery = Delivery(subscription=number, batch=batch, key=self._naming)
        post = _Post(name=delivery.id, headers=delivery.headers, body=batch.body, objects=batch.objects)
        return self._post(kept, post)

    def try_out(self, kept: Kept) -> Taken | Failed | Ended:
        """Send a test: signed like every delivery, under an id of its own, and without any object."""
        number = kept.subscription.id
        body = json.dumps({"test": {"at": timestamp_of(tick_of(self._clock()))}}).encode()
        headers = {"Content-Type": "application/json", "Hub-Subscription": number, "Hub-Event": "test"}
        answer = self._answer(kept, _Post(name=str(uuid4()), headers=headers, body=body))
        if not isinstance(answer, Delivered):
            return _outcome(answer, number, objects=0)
        remark = Remark(status=answer.status, reason="The receiver took it.", excerpt=excerpt_of(answer.body))
        return Taken(objects=0, remarks=(remark,))

    def _post(self, kept: Kept, post: _Post) -> Taken | Failed | Ended:
        return _outcome(self._answer(kept, post), kept.subscription.id, objects=post.objects)

    def _answer(self, kept: Kept, post: _Post) -> Answer:
        endpoint, signers = self._way(kept)
        signature = signed_headers(signers, name=post.name, body=post.body, at=self._clock())
        return self._sender.send(endpoint, headers={**post.headers, **signature}, body=post.body)

    def _way(self, kept: Kept) -> tuple[Endpoint, Signers]:
        """Return where to send and what to sign with; the secrets stay open for a while, unless others come."""
        subscription = kept.subscription
        target = subscription.target
        known = self._known.get(subscription.id)
        if known is None or (known.target, known.sealed) != (target, kept.secrets):
            held = unseal(kept.secrets, subscription.id, sealer=self._sealer(), at=_ANY_TIME)
            known = _Way(
                target=target,
                sealed=kept.secrets,
                endpoint=parse_endpoint(target.url if isinstance(target, WebhookTarget) else ""),
                keyed=isinstance(target, WebhookTarget) and target.signature is Signature.SECRET_AND_KEY,
                secrets=tuple((parse_secret(each.secret), each.until) for each in held),
            )
            self._known.put(subscription.id, known)
        now = tick_of(self._clock())
        secrets = tuple(secret for secret, until in known.secrets if now < until)
        return known.endpoint, Signers(secrets=secrets, keys=self._keys() if known.keyed else ())


def _outcome(answer: Answer, subscription: SubscriptionId, *, objects: int) -> Taken | Failed | Ended:
    match answer:
        case Delivered():
            return Taken(objects=objects)
        case Gone():
            return Ended(remark=Remark(status=_GONE, reason="The receiver wants nothing any more."))
        case Refused(status=status, retry_after=asked, excerpt=excerpt):
            remark = Remark(status=status, reason=webhook_refused(status), excerpt=excerpt)
            return Failed(remark=remark, asked=asked, reached=True)
        case Unreachable(reason=reason, detail=detail, begun=begun):
            _log.info("webhook.unreachable", subscription=subscription, reason=reason, detail=detail)
            return Failed(remark=Remark(status=None, reason=reason.sentence), reached=begun)
        case other:
            assert_never(other)
