"""What is sent: envelopes of objects as they were received, each under an id that its place decides."""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID, uuid5

from hub.domain.clock import timestamp_of
from hub.domain.identifiers import SubscriptionId, Tick
from hub.outbound.exchange.envelopes import CLOSING, FRAME, OPENING

CONTENT_TYPE: Final = "application/taxii+json;version=2.1"

_PURPOSE: Final = b"hub delivery id "


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """An object version at its position for this reader; `payload` is the JSON value as it was received."""

    position: Tick
    payload: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What stands for a reader after the position `after` and up to `last`, and is wanted.

    `body` is one TAXII envelope (TAXII 2.1 §3.7), `first` the position of its first object.
    """

    after: Tick
    first: Tick
    last: Tick
    objects: int
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One POST to one subscriber: a batch, under an id.

    The subscription and the two ends of the batch decide the `id`, however often it is tried and whoever tries. `key`
    is the hub's secret for that, because where a batch begins tells of what the receiver does not see. What stands
    between two positions of a reader becomes less and never more, for what changes is moved to later ones; so a
    receiver that has seen an id has all that a repetition of it can bring.
    """

    subscription: SubscriptionId
    batch: Batch
    key: bytes = field(repr=False)

    @property
    def id(self) -> str:
        """The id: a UUID that names these positions of this subscription."""
        place = hmac.digest(self.key, _PURPOSE + b"%d %d" % (self.batch.after, self.batch.last), "sha256")
        return str(uuid5(UUID(self.subscription), place.hex()))

    @property
    def headers(self) -> Mapping[str, str]:
        """What the receiver is told beside the envelope: positions as TAXII writes them (TAXII 2.1 §5.4)."""
        return {
            "Content-Type": CONTENT_TYPE,
            "Hub-Subscription": self.subscription,
            "X-TAXII-Date-Added-First": timestamp_of(self.batch.first),
            "X-TAXII-Date-Added-Last": timestamp_of(self.batch.last),
        }


def fitting(items: Sequence[Item], *, most_objects: int, most_bytes: int) -> int:
    """Return how many of the first items fit an envelope of so many objects and bytes.

    An object that is too large by itself goes alone.
    """
    size = FRAME
    for count, item in enumerate(items[:most_objects]):
        size += len(item.payload) + 1
        if count and size > most_bytes:
            return count
    return min(len(items), most_objects)


def batch_of(items: Sequence[Item], *, after: Tick, last: Tick) -> Batch:
    """Join items, in ascending order of position and at least one, that are all there is wanted up to `last`."""
    return Batch(
        after=after,
        first=items[0].position,
        last=last,
        objects=len(items),
        body=OPENING + b",".join([item.payload for item in items]) + CLOSING,
    )
