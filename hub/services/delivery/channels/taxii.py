"""The channel to a collection of another TAXII 2.1 server: envelopes as it takes them, followed to their end."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from http import HTTPStatus
from typing import Any, Final

import msgspec

from hub.domain.clock import tick_of
from hub.domain.identifiers import Tick
from hub.domain.subscriptions.subscription import TaxiiTarget
from hub.outbound.credentials import Credentials
from hub.outbound.errors import AnswerError, OutboundError
from hub.outbound.exchange.envelopes import Parcel, in_order_of_reference, split
from hub.outbound.exchange.files import FileObject
from hub.outbound.exchange.push import Push, Refusal, Tally
from hub.outbound.resources import ApiRoot, RemoteCollection
from hub.outbound.taxii import Target, TaxiiClient
from hub.outbound.webhooks.deliveries import Batch
from hub.outbound.wire.carrier import Carrier
from hub.outbound.wire.dialling import Dialler, printable
from hub.services.delivery.channels.explained import server_refused
from hub.services.delivery.channels.outcomes import Ended, Failed, May, Outcome, Remark, Stale, Taken
from hub.services.delivery.channels.passage import HaltedError, OverdueError, Passage
from hub.services.delivery.channels.remembered import Remembered
from hub.services.delivery.outbox import Portion
from hub.services.sealing import Sealer
from hub.services.subscriptions.secrets import password_of
from hub.store.subscriptions.rows import Kept
from hub.store.subscriptions.steps import ERRORS_KEPT

KNOWN_SECONDS: Final = 600.0
"""How long it is known what limits another server has, and what it has answered for of a batch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Way:
    """Where a subscription is pushed to, as it was looked up; what this rests on."""

    target: TaxiiTarget
    sealed: tuple[bytes, ...]
    carrier: Carrier
    remote: Target


@dataclass(frozen=True, slots=True, kw_only=True)
class _Progress:
    """What a server has answered for of a batch, in whole envelopes: the objects by their digests, and what it said."""

    target: TaxiiTarget
    after: Tick
    last: Tick
    answered: frozenset[bytes] = frozenset()
    accepted: int = 0
    refusals: tuple[Refusal, ...] = ()

    def is_of(self, other: "_Progress") -> bool:
        """Whether it is of the same batch, on its way to the same place."""
        return (self.target, self.after, self.last) == (other.target, other.after, other.last)

    def tally(self, total: int) -> Tally:
        """Return a tally that goes on from here."""
        tally = Tally(total)
        tally.accepted = self.accepted
        tally.refusals += self.refusals
        return tally

    def left(self, objects: Iterable[FileObject]) -> list[FileObject]:
        """Return the objects that it has not answered for."""
        return [item for item in objects if _digest(item) not in self.answered]

    def moved(self, parcel: Parcel, tally: Tally) -> "_Progress":
        """Return what holds when it has answered for a parcel too."""
        answered = self.answered.union(_digest(item) for item in parcel.objects)
        return replace(self, answered=answered, accepted=tally.accepted, refusals=tuple(tally.refusals))


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
        self._known: Remembered[_Way] = Remembered(seconds=KNOWN_SECONDS)
        self._begun: Remembered[_Progress] = Remembered(seconds=KNOWN_SECONDS)

    def __call__(self, kept: Kept, portion: Portion, may: May) -> Outcome:
        """Push a portion, once, but for the envelopes of its batch that were answered for before."""
        if portion.batch is None:
            return Taken(objects=0)
        number = kept.subscription.id
        try:
            progress = self._progress(kept, portion.batch)
            tally = progress.tally(len(portion.items))
            self._push(kept, portion, progress, tally, may)
        except HaltedError:
            return Stale()
        except OverdueError as error:
            return _trouble(error) if self._begun.get(number) in (None, progress) else Stale()
        except OutboundError as error:
            self._known.forget(number)
            return _trouble(error)
        self._begun.forget(number)
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

    def _push(self, kept: Kept, portion: Portion, progress: _Progress, tally: Tally, may: May) -> None:
        """Push what is left of a portion, and remember after each envelope what was answered for."""
        way = self._way(kept)
        passage = Passage(way.carrier, may)
        push = Push(TaxiiClient(passage), way.remote, tally, sleep=passage.sleep, watch=_nothing)
        objects = in_order_of_reference(progress.left(_object(item.payload) for item in portion.items))
        parcels = split(objects, most_objects=len(objects), most_bytes=way.remote.max_content_length)
        push.send_all(self._noted(kept, parcels, progress, tally))

    def _noted(self, kept: Kept, parcels: Iterable[Parcel], progress: _Progress, tally: Tally) -> Iterator[Parcel]:
        """Give one parcel after the other: who asks for the next has got what the server answers for the one before."""
        for parcel in parcels:
            yield parcel
            progress = progress.moved(parcel, tally)
            self._begun.put(kept.subscription.id, progress)

    def _progress(self, kept: Kept, batch: Batch) -> _Progress:
        """Return how far a batch has come, which is nowhere where another was on its way last, or went elsewhere."""
        place = _Progress(target=_target(kept), after=batch.after, last=batch.last)
        begun = self._begun.get(kept.subscription.id)
        progress = begun if begun is not None and begun.is_of(place) else place
        self._begun.put(kept.subscription.id, progress)
        return progress

    def _way(self, kept: Kept) -> _Way:
        """Return how to reach the collection, with what its API root takes at a time."""
        target = _target(kept)
        known = self._known.get(kept.subscription.id)
        if known is not None and (known.target, known.sealed) == (target, kept.secrets):
            return known
        made = self._looked_up(kept, target)
        self._known.put(kept.subscription.id, made)
        return made

    def _looked_up(self, kept: Kept, target: TaxiiTarget) -> _Way:
        now = tick_of(self._clock())
        token = password_of(kept.secrets, kept.subscription.id, sealer=self._sealer(), at=now)
        credentials = Credentials(username=target.username, token=token)
        carrier = Carrier(self._dialler, authorization=credentials.header)
        client = TaxiiClient(carrier)
        root = target.url if target.url.endswith("/") else f"{target.url}/"
        limit = client.get(root, ApiRoot).max_content_length
        collection = client.get(f"{root}collections/{target.collection}/", RemoteCollection)
        if not collection.can_write:
            raise OutboundError(f"These credentials may not write to collection {target.collection}.")
        return _Way(
            target=target,
            sealed=kept.secrets,
            carrier=carrier,
            remote=Target(root_url=root, max_content_length=limit, collection=collection),
        )


def _nothing() -> None:
    """Watch nothing."""


def _object(payload: bytes) -> FileObject:
    head = msgspec.json.decode(payload, type=_Head)
    version = head.modified if head.modified is not None else head.created
    return FileObject(payload=payload, source="", id=_text(head.id), type=_text(head.type), version=_text(version))


def _digest(item: FileObject) -> bytes:
    return sha256(item.payload).digest()


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
