"""Make a subscription: where to, of what, from when on, and with which secret."""

from dataclasses import dataclass, field
from typing import Final, assert_never
from uuid import uuid4

from hub.domain.directory import Act
from hub.domain.errors import ConflictError, UnprocessableError
from hub.domain.identifiers import AccountId, SubscriptionId
from hub.domain.subscriptions.filters import EVERYTHING, Filter
from hub.domain.subscriptions.subscription import (
    BATCH_BYTES,
    BATCH_OBJECTS,
    StreamTarget,
    Subscription,
    Target,
    TaxiiTarget,
    WebhookTarget,
)
from hub.services.directory.tokens import no_account
from hub.services.sealing import Sealer
from hub.services.subscriptions.catalogue import known
from hub.services.subscriptions.positions import Place, Where, position_of
from hub.services.subscriptions.secrets import Held, new_secret, seal
from hub.services.subscriptions.targets import check_password, origin_of
from hub.store.database import Pool
from hub.store.directory.accounts import lock_account
from hub.store.ledger import record
from hub.store.subscriptions import rows as stored
from hub.store.subscriptions.rows import Kept

MOST: Final = 50
"""So many subscriptions an account has at most."""

OBJECTS: Final = range(1, 1_001)
BYTES: Final = range(16 * 1024, 16 * 1024 * 1024 + 1)
"""What may be chosen for the size of a batch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A subscription that is asked for. `password` is for another TAXII server; a webhook's secret the hub makes."""

    account: AccountId
    target: Target
    filter: Filter = EVERYTHING
    start: Where = Place.NOW
    batch_objects: int = BATCH_OBJECTS
    batch_bytes: int = BATCH_BYTES
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A subscription at the one moment when its new secret is known; None where the subscriber has brought it."""

    kept: Kept
    secret: str | None = field(repr=False)


def add_subscription(pool: Pool, wanted: Wanted, *, sealer: Sealer, act: Act) -> Given:
    """Add a subscription for an account; the secret with which a webhook is signed is shown this once.

    Raise NotFoundError for an unknown account, UnprocessableError for what cannot be delivered, ConflictError where the
    account has its number.
    """
    check_batch(wanted.batch_objects, wanted.batch_bytes)
    number = SubscriptionId(str(uuid4()))
    held, shown = _secret(wanted)
    secrets = seal([held], number, sealer=sealer)
    with pool.transaction() as database:
        if lock_account(database, wanted.account) is None:
            raise no_account(wanted.account)
        if stored.count_subscriptions(database, wanted.account) >= MOST:
            raise ConflictError(f"{wanted.account} has {MOST} subscriptions; remove one that is not needed.")
        subscription = Subscription(
            id=number,
            account=wanted.account,
            target=wanted.target,
            position=position_of(database, wanted.start, at=act.at),
            filter=wanted.filter,
            batch_objects=wanted.batch_objects,
            batch_bytes=wanted.batch_bytes,
        )
        stored.insert_subscription(database, subscription, secrets)
        detail = {"account": wanted.account, "channel": subscription.channel, "to": origin_of(wanted.target)}
        record(database, actor=act.actor, action="subscription.add", subject=number, detail=detail)
        kept = known(stored.find_subscription(database, number), number)
    return Given(kept=kept, secret=shown)


def check_batch(objects: int, size: int) -> None:
    """Raise UnprocessableError for a size that no batch has."""
    if objects not in OBJECTS:
        raise UnprocessableError(f"A batch has {OBJECTS.start} to {OBJECTS.stop - 1} objects.", code="BATCH")
    if size not in BYTES:
        raise UnprocessableError(f"A batch has {BYTES.start} to {BYTES.stop - 1} bytes.", code="BATCH")


def _secret(wanted: Wanted) -> tuple[Held, str | None]:
    """Return what is kept, and what is shown of it."""
    match wanted.target:
        case WebhookTarget():
            if wanted.password is not None:
                raise UnprocessableError("A webhook takes no password: its deliveries are signed.", code="PASSWORD")
            secret = new_secret().text
            return Held(secret=secret), secret
        case TaxiiTarget():
            if wanted.password is None:
                raise UnprocessableError("Another server wants to know who calls: give a password.", code="PASSWORD")
            return Held(secret=check_password(wanted.password)), None
        case StreamTarget():
            raise UnprocessableError(
                "A stream needs no subscription: its filter is its query, and Last-Event-ID its position.",
                code="CHANNEL",
            )
        case _:
            assert_never(wanted.target)
