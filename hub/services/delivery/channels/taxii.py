"""The channel to a collection of another TAXII 2.1 server: envelopes as it takes them, followed to their end."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final

import msgspec
import structlog

from hub.domain.clock import tick_of
from hub.domain.subscriptions.subscription import TaxiiTarget
from hub.outbound.credentials import Credentials
from hub.outbound.errors import AnswerError, OutboundError
from hub.outbound.exchange.envelopes import in_order_of_reference, split
from hub.outbound.exchange.files import FileObject
from hub.outbound.exchange.push import Push, Refusal, Tally
from hub.outbound.resources import ApiRoot, RemoteCollection
from hub.outbound.taxii import Target, TaxiiClient
from hub.outbound.wire.carrier import Carrier
from hub.outbound.wire.dialling import Dialler, printable
from hub.services.delivery.channels.explained import server_refused
from hub.services.delivery.channels.outcomes import Ended, Failed, Remark, Taken
from hub.services.delivery.outbox import Portion
from hub.services.sealing import Sealer
from hub.services.subscriptions.secrets import password_of
from hub.store.subscriptions.rows import Kept
from hub.store.subscriptions.steps import ERRORS_KEPT

KNOWN_SECONDS: Final = 600.0
"""How long the limits of another server are taken for what they were."""

FOLLOWED_SECONDS: Final = 120.0
"""How long the statuses of one batch are followed. What is not done by then is sent again, which is harmless."""

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Way:
    """Where a subscription is pushed to, as it was looked up at an instant; what this rests on."""

    target: TaxiiTarget
    sealed: tuple[bytes, ...]
    client: TaxiiClient
    remote: Target
    at: float

    def holds(self, target: TaxiiTarget, sealed: tuple[bytes, ...]) -> bool:
        """Whether it still is the way to a target with these secrets."""
        fresh = time.monotonic() - self.at < KNOWN_SECONDS
        return fresh and (self.target, self.sealed) == (target, sealed)


class _Head(msgspec.Struct, frozen=True):
    """What an object says of itself."""

    id: Any = None
    type: Any = None
    created: Any = None
    modified: Any = None


class TaxiiPushes:
    """Pushes batches into other servers' collections, from any number of threads."""

    def __init__(self, dialler: Dialler, sealer: Callable[[], Sealer], clock: Callable[[], datetime]) -> None:
        self._dialler = dialler
        self._sealer = sealer
        self._clock = clock
        self._known: dict[str, _Way] = {}

    def __call__(self, kept: Kept, portion: Portion) -> Taken | Failed | Ended:
        """Push a portion, once."""
        tally = Tally(len(portion.items))
        try:
            way = self._way(kept)
            push = Push(way.client, way.remote, tally, sleep=_patience(FOLLOWED_SECONDS), watch=_nothing)
            objects = in_order_of_reference(_object(item.payload) for item in portion.items)
            parcels = split(objects, most_objects=len(objects), most_bytes=way.remote.max_content_length)
            push.send_all(parcels)
        except OutboundError as error:
            self._known.pop(kept.subscription.id, None)
            return _trouble(error)
        return Taken(
            objects=tally.accepted,
            refused=len(tally.refusals),
            remarks=tuple(_remark(refusal) for refusal in tally.refusals[-ERRORS_KEPT:]),
        )

    def try_out(self, kept: Kept) -> Taken | Failed | Ended:
        """Ask for the API root and the collection, as every push does at first; nothing is pushed."""
        try:
            way = self._looked_up(kept, _target(kept))
        except OutboundError as error:
            return _trouble(error)
        limit = way.remote.max_content_length
        reason = f"The collection may be written to, in envelopes of at most {limit:,} bytes."
        return Taken(objects=0, remarks=(Remark(status=HTTPStatus.OK, reason=reason),))

    def _way(self, kept: Kept) -> _Way:
        """Return how to reach the collection, with what its API root takes at a time."""
        target = _target(kept)
        known = self._known.get(kept.subscription.id)
        if known is not None and known.holds(target, kept.secrets):
            return known
        made = self._looked_up(kept, target)
        self._known[kept.subscription.id] = made
        return made

    def _looked_up(self, kept: Kept, target: TaxiiTarget) -> _Way:
        now = tick_of(self._clock())
        token = password_of(kept.secrets, kept.subscription.id, sealer=self._sealer(), at=now)
        credentials = Credentials(username=target.username, token=token)
        client = TaxiiClient(Carrier(self._dialler, authorization=credentials.header))
        root = target.url if target.url.endswith("/") else f"{target.url}/"
        limit = client.get(root, ApiRoot).max_content_length
        collection = client.get(f"{root}collections/{target.collection}/", RemoteCollection)
        if not collection.can_write:
            raise OutboundError(f"These credentials may not write to collection {target.collection}.")
        return _Way(
            target=target,
            sealed=kept.secrets,
            client=client,
            remote=Target(root_url=root, max_content_length=limit, collection=collection),
            at=time.monotonic(),
        )


def _patience(seconds: float) -> Callable[[float], None]:
    """Return what waits, in all not much longer than so many seconds."""
    deadline = time.monotonic() + seconds

    def sleep(pause: float) -> None:
        if time.monotonic() > deadline:
            raise OutboundError(f"The server has taken the objects and is not done with them after {seconds:.0f} s.")
        time.sleep(pause)

    return sleep


def _nothing() -> None:
    """Watch nothing."""


def _object(payload: bytes) -> FileObject:
    head = msgspec.json.decode(payload, type=_Head)
    version = head.modified if head.modified is not None else head.created
    return FileObject(payload=payload, source="", id=_text(head.id), type=_text(head.type), version=_text(version))


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _target(kept: Kept) -> TaxiiTarget:
    target = kept.subscription.target
    if not isinstance(target, TaxiiTarget):
        raise OutboundError("This subscription names no collection to push to.")
    return target


def _trouble(error: OutboundError) -> Failed | Ended:
    """Say what is wrong where the whole push is: not of an object, but of the server or the way there."""
    if not isinstance(error, AnswerError):
        return Failed(remark=Remark(status=None, reason=printable(error.sentence)))
    remark = Remark(status=error.status, reason=server_refused(error.status), excerpt=printable(error.words))
    if error.status == HTTPStatus.GONE:
        return Ended(remark=remark)
    return Failed(remark=remark, asked=error.retry_after)


def _remark(refusal: Refusal) -> Remark:
    """Say of an object what the server has against it."""
    return Remark(
        status=None,
        reason=printable(f"{refusal.id or 'an object'} was refused: {refusal.code}"),
        excerpt=printable(refusal.sentence),
    )
