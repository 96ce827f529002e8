"""Subscriptions as the API shows and takes them."""

from hashlib import sha256
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import AwareDatetime, ConfigDict, Field

from hub.domain.clock import instant_of
from hub.domain.identifiers import Tick
from hub.domain.subscriptions.documents import filter_document
from hub.domain.subscriptions.subscription import (
    BATCH_BYTES,
    BATCH_OBJECTS,
    Channel,
    Signature,
    SubscriptionState,
    TaxiiTarget,
    WebhookTarget,
)
from hub.services.subscriptions.adding import BYTES, OBJECTS
from hub.services.subscriptions.catalogue import Progress
from hub.services.subscriptions.positions import Place
from hub.services.subscriptions.rotating import HOURS, MOST_HOURS
from hub.services.subscriptions.targets import origin_of
from hub.services.subscriptions.waiting import Ahead
from hub.store.subscriptions.errors import DeliveryError
from hub.store.subscriptions.rows import Kept
from hub.web.api.models.base import AccountName, Answer, Code, Given, Instant, Resource, Slug
from hub.web.api.paging import Paging

TlpLabel = Literal["clear", "green", "amber", "amber+strict", "red"]
Text = Annotated[str, Field(min_length=1, max_length=250)]
Texts = Annotated[list[Text], Field(min_length=1, max_length=256)]
Codes = Annotated[list[Code], Field(min_length=1, max_length=256)]
Objects = Annotated[int, Field(ge=OBJECTS.start, lt=OBJECTS.stop, description="How many objects a batch has at most.")]
Bytes = Annotated[int, Field(ge=BYTES.start, lt=BYTES.stop, description="How many bytes a batch has at most.")]
Start = Annotated[
    Place | AwareDatetime, Field(description="`now`, `beginning`, or an instant: what was added after it is sent.")
]

Sealed = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{48}$", description="A position, sealed.")]


class FilterGiven(Given):
    """Conditions that must all hold. One that is left out is none, and a list is met by any of its values."""

    collections: Texts | None = Field(default=None, description="By id or alias.")
    types: Texts | None = None
    tlp_min: TlpLabel = "clear"
    tlp_max: TlpLabel = Field(default="amber+strict", description="Red is never sent.")
    origins: Codes | None = Field(default=None, description="The members that producers belong to.")
    confidence_min: Annotated[int | None, Field(ge=0, le=100)] = None
    labels: Texts | None = None
    indicator_types: Texts | None = None
    pattern_types: Texts | None = Field(default=None, description="Object types that a STIX pattern compares.")


class FilterShown(Answer):
    """The conditions of a subscription; null where there is none. Collections by their ids."""

    collections: list[str] | None = None
    types: list[str] | None = None
    tlp_min: TlpLabel = "clear"
    tlp_max: TlpLabel = "amber+strict"
    origins: list[str] | None = None
    confidence_min: int | None = None
    labels: list[str] | None = None
    indicator_types: list[str] | None = None
    pattern_types: list[str] | None = None


class SubscriptionResource(Resource):
    """What is delivered to an account, and where to. How far that is stands in its progress."""

    id: str
    account: str
    channel: Channel
    url: str | None = Field(
        description="For operators and auditors the host alone: path and query may be a secret between others."
    )
    signature: Signature | None = Field(description="What signs a webhook's deliveries.")
    collection: str | None = Field(description="On the other TAXII server.")
    username: str | None = Field(description="On the other TAXII server.")
    filter: FilterShown
    state: SubscriptionState
    batch_objects: int
    batch_bytes: int
    secret: str = Field(description="Tells secrets apart, and nothing of what they are: it changes with them.")
    made: Instant

    @classmethod
    def of(cls, known: object) -> Self:
        """Show a subscription to those whose it is."""
        kept = _kept(known)
        target = kept.subscription.target
        url = target.url if isinstance(target, WebhookTarget | TaxiiTarget) else None
        return cls(url=url, **_facts(kept))

    @classmethod
    def outline(cls, known: object) -> Self:
        """Show a subscription to others."""
        kept = _kept(known)
        return cls(url=origin_of(kept.subscription.target), **_facts(kept))


class SubscriptionItem(Answer):
    """A subscription in a list, with how far it is."""

    id: str
    account: str
    channel: Channel
    host: str | None
    state: SubscriptionState
    waiting: int = Field(description="How many objects wait that the account may see, counted up to 100.")
    more: bool = Field(description="Whether more may wait than were counted.")
    lag_seconds: float = Field(description="How long the first of them has waited.")
    deliveries: int
    failures: int = Field(description="Attempts in vain since the last that succeeded.")
    failed_attempts: int = Field(description="Attempts in vain since it was made.")
    retries: int = Field(description="How many of these were followed by another attempt.")

    @classmethod
    def of(cls, kept: Kept, ahead: Ahead, now: Tick) -> Self:
        """Show a subscription."""
        subscription = kept.subscription
        return cls(
            id=subscription.id,
            account=subscription.account,
            channel=subscription.channel,
            host=origin_of(subscription.target),
            state=subscription.state,
            waiting=ahead.objects,
            more=ahead.more,
            lag_seconds=ahead.lag_seconds(now),
            deliveries=kept.deliveries,
            failures=subscription.failures,
            failed_attempts=kept.troubles,
            retries=kept.retries,
        )


class SubscriptionList(Answer):
    """A page of subscriptions, oldest first."""

    items: list[SubscriptionItem]
    next: str | None = Field(description="The cursor of the next page; null after the last.")


class SubscriptionPaging(Paging):
    """Which subscriptions: all that the caller may see, or of these the ones of an account or organisation."""

    account: AccountName | None = None
    organisation: Slug | None = None


class ErrorShown(Answer):
    """An attempt in vain, or what the receiver found wrong with something that it took otherwise."""

    at: Instant
    status: int | None = Field(description="Null where the receiver did not answer.")
    reason: str
    excerpt: str | None = Field(description="How its answer begins; null for operators and auditors.")

    @classmethod
    def of(cls, error: DeliveryError) -> Self:
        """Show it to those whose it is: what a receiver says may repeat content."""
        return cls(at=instant_of(error.at), status=error.status, reason=error.reason, excerpt=error.excerpt)

    @classmethod
    def outline(cls, error: DeliveryError) -> Self:
        """Show it to others."""
        return cls(at=instant_of(error.at), status=error.status, reason=error.reason, excerpt=None)


class ProgressModel(Answer):
    """How far a subscription is, and what has come of it."""

    subscription: str
    state: SubscriptionState
    shut: str | None = Field(description="Why nothing at all is sent: the hub is shut to the account (SR-01).")
    position: str = Field(
        description="Up to here everything was dealt with. It is sealed, for the log moves with what others publish."
    )
    waiting: int = Field(description="How many objects wait that the account may see, counted up to 100.")
    more: bool = Field(description="Whether more may wait than were counted.")
    lag_seconds: float = Field(description="How long the first of them has waited.")
    deliveries: int
    delivered: int = Field(description="Objects that were taken.")
    refused: int = Field(description="Objects that the receiver would not have.")
    last_delivered: Instant | None
    failures: int = Field(description="Attempts in vain since the last that succeeded.")
    failed_attempts: int = Field(description="Attempts in vain since it was made.")
    retries: int = Field(description="How many of these were followed by another attempt.")
    failing_since: Instant | None
    next_attempt: Instant | None = Field(description="Null where nothing is waited for.")
    errors: list[ErrorShown] = Field(description="The last 20, the latest first.")

    @classmethod
    def of(cls, progress: Progress, ahead: Ahead, now: Tick, *, position: str, errors: list[ErrorShown]) -> Self:
        """Show how far a subscription is; `position` is sealed."""
        kept = progress.kept
        return cls(
            subscription=kept.subscription.id,
            state=kept.subscription.state,
            shut=progress.shut,
            position=position,
            waiting=ahead.objects,
            more=ahead.more,
            lag_seconds=ahead.lag_seconds(now),
            deliveries=kept.deliveries,
            delivered=kept.delivered,
            refused=kept.refused,
            last_delivered=_instant(kept.delivered_at),
            failures=kept.subscription.failures,
            failed_attempts=kept.troubles,
            retries=kept.retries,
            failing_since=_instant(kept.failing_since),
            next_attempt=_instant(kept.retry_at if kept.retry_at > now else None),
            errors=errors,
        )


class SubscriptionToAdd(Given):
    """A new subscription. A stream needs none: its filter is its query."""

    account: AccountName | None = Field(default=None, description="Whose it is; left out, the caller's.")
    channel: Literal["webhook", "taxii"]
    url: Annotated[str, Field(min_length=1, max_length=2_048, examples=["https://soc.example/hooks/hub"])]
    signature: Signature | None = Field(
        default=None,
        description="For webhook: `v1`, or `v1+v1a` for the hub's own signature beside that of the secret.",
    )
    collection: Text | None = Field(default=None, description="For taxii, where `url` is the API root.")
    username: Text | None = Field(default=None, description="For taxii; without one the password is a Bearer token.")
    password: Annotated[str | None, Field(max_length=1_024, repr=False, description="For taxii; kept sealed.")] = None
    filter: FilterGiven = FilterGiven()
    start: Start = Place.NOW
    batch_objects: Objects = BATCH_OBJECTS
    batch_bytes: Bytes = BATCH_BYTES


class SubscriptionGiven(Answer):
    """A subscription at the one moment when its new secret is known: no later answer repeats it."""

    subscription: SubscriptionResource
    secret: str | None = Field(
        repr=False, description="What deliveries are signed with; null where the channel has none."
    )


class SubscriptionChange(Given):
    """What is to be different; what is left out stays. A filter replaces the whole one."""

    url: Annotated[str, Field(min_length=1, max_length=2_048)] | None = Field(
        default=None, description="For a webhook that moves: it keeps its secret and its position."
    )
    signature: Signature | None = None
    filter: FilterGiven | None = None
    batch_objects: Objects | None = None
    batch_bytes: Bytes | None = None


class Replay(Given):
    """Where to go on from."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        frozen=True, extra="forbid", strict=True, validate_by_alias=True, validate_by_name=False
    )

    place: Start | Sealed = Field(alias="from", description="Also a `position` or `former` that was told before.")


class ReplayedModel(Answer):
    """Where it goes on from."""

    former: str = Field(description="Where it was. To undo the replay, replay from this.")
    position: str
    state: SubscriptionState


class Rotation(Given):
    """For how long the former secret signs beside the new one."""

    keep_hours: Annotated[int, Field(ge=0, le=MOST_HOURS)] = HOURS


class Password(Given):
    """What another TAXII server is to be called with."""

    password: Annotated[str, Field(min_length=1, max_length=1_024, repr=False)]


def _kept(known: object) -> Kept:
    if not isinstance(known, Kept):
        raise TypeError(type(known).__name__)
    return known


def _facts(kept: Kept) -> dict[str, Any]:
    subscription = kept.subscription
    target = subscription.target
    taxii = target if isinstance(target, TaxiiTarget) else None
    return {
        "id": subscription.id,
        "account": subscription.account,
        "channel": subscription.channel,
        "signature": target.signature if isinstance(target, WebhookTarget) else None,
        "collection": None if taxii is None else taxii.collection,
        "username": None if taxii is None else taxii.username,
        "filter": FilterShown.model_validate(filter_document(subscription.filter)),
        "state": subscription.state,
        "batch_objects": subscription.batch_objects,
        "batch_bytes": subscription.batch_bytes,
        "secret": sha256(b"".join(kept.secrets)).hexdigest()[:16],
        "made": kept.made,
    }


def _instant(tick: Tick | None) -> Instant | None:
    return None if tick is None else instant_of(tick)
