"""A subscription: a poller that the hub runs for an account, with where it sends and how far it has got."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from hub.domain.identifiers import AccountId, SubscriptionId, Tick
from hub.domain.subscriptions.filters import Filter

BATCH_OBJECTS: Final = 100
BATCH_BYTES: Final = 1024 * 1024


class Channel(StrEnum):
    """How content reaches the subscriber."""

    WEBHOOK = "webhook"
    STREAM = "stream"
    TAXII = "taxii"


class SubscriptionState(StrEnum):
    """Where a subscription stands.

    `active` and `failing` are delivered to, a failing one after ever longer pauses; `paused` waits for its owner;
    `stopped` was ended by the hub (the receiver is gone, or has failed for too long) until its owner starts it again.
    The position is kept in every state.
    """

    ACTIVE = "active"
    PAUSED = "paused"
    FAILING = "failing"
    STOPPED = "stopped"

    @property
    def delivers(self) -> bool:
        """Whether anything is sent in this state."""
        return self in {SubscriptionState.ACTIVE, SubscriptionState.FAILING}


class Signature(StrEnum):
    """What deliveries to a webhook are signed with, by the names of Standard Webhooks.

    `v1` is the secret that is shared with the receiver, `v1a` beside it the hub's own key, which costs about as much as
    all the rest of a small delivery.
    """

    SECRET = "v1"  # noqa: S105 - the name of a scheme
    SECRET_AND_KEY = "v1+v1a"  # noqa: S105 - as above


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookTarget:
    """An address that takes envelopes by POST. Its secrets are kept apart, sealed."""

    url: str
    signature: Signature = Signature.SECRET


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxiiTarget:
    """A collection on another TAXII server: its API root and the collection's id. The token is kept apart, sealed."""

    url: str
    collection: str
    username: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamTarget:
    """Whoever holds the connection open."""


Target = WebhookTarget | TaxiiTarget | StreamTarget

_CHANNELS: Final = {
    WebhookTarget: Channel.WEBHOOK,
    TaxiiTarget: Channel.TAXII,
    StreamTarget: Channel.STREAM,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """What an account has delivered to it.

    `position` is the last one that was dealt with: delivered, or passed over as not wanted. A batch holds at most
    `batch_objects` objects and `batch_bytes` bytes; an object that is larger by itself goes alone. `failures` counts
    the attempts in vain since the last one that succeeded.
    """

    id: SubscriptionId
    account: AccountId
    target: Target
    position: Tick
    filter: Filter = field(default_factory=Filter)
    state: SubscriptionState = SubscriptionState.ACTIVE
    batch_objects: int = BATCH_OBJECTS
    batch_bytes: int = BATCH_BYTES
    failures: int = 0

    @property
    def channel(self) -> Channel:
        """The channel that the target is reached over."""
        return _CHANNELS[type(self.target)]
