"""What is sent: envelopes of objects as they were received, each under an id that its content decides."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final
from uuid import UUID, uuid5

from hub.domain.clock import timestamp_of
from hub.domain.identifiers import SubscriptionId, Tick
from hub.outbound.exchange.envelopes import CLOSING, FRAME, OPENING

CONTENT_TYPE: Final = "application/taxii+json;version=2.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """An object version at its position for this reader; `payload` is the JSON value as it was received."""

    position: Tick
    payload: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One POST to one subscriber: a TAXII envelope (TAXII 2.1 §3.7) of the objects at `first` to `last`.

    The same objects at the same positions are the same delivery under the same `id`, however often it is tried and
    whoever tries, so a receiver that has seen an id has the content.
    """

    subscription: SubscriptionId
    id: str
    first: Tick
    last: Tick
    objects: int
    body: bytes = field(repr=False)

    @property
    def headers(self) -> Mapping[str, str]:
        """What the receiver is told beside the envelope: positions as TAXII writes them (TAXII 2.1 §5.4)."""
        return {
            "Content-Type": CONTENT_TYPE,
            "Hub-Subscription": self.subscription,
            "X-TAXII-Date-Added-First": timestamp_of(self.first),
            "X-TAXII-Date-Added-Last": timestamp_of(self.last),
        }


def deliveries(
    subscription: SubscriptionId, items: Iterable[Item], *, most_objects: int, most_bytes: int
) -> Iterator[Delivery]:
    """Cut items, in ascending order of position, into deliveries of at most so many objects and bytes.

    An object that is too large by itself goes alone. To be sent one after the other: an object is never delivered
    before one that stands before it.
    """
    kept: list[Item] = []
    size = FRAME
    for item in items:
        more = len(item.payload) + 1
        if kept and (len(kept) >= most_objects or size + more > most_bytes):
            yield _delivery(subscription, kept)
            kept, size = [], FRAME
        kept.append(item)
        size += more
    if kept:
        yield _delivery(subscription, kept)


def _delivery(subscription: SubscriptionId, items: list[Item]) -> Delivery:
    body = OPENING + b",".join([item.payload for item in items]) + CLOSING
    first, last = items[0].position, items[-1].position
    return Delivery(
        subscription=subscription,
        id=str(uuid5(UUID(subscription), f"{first} {last} {sha256(body).hexdigest()}")),
        first=first,
        last=last,
        objects=len(items),
        body=body,
    )
