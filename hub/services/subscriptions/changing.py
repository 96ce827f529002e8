"""Change what a subscription sends; let it rest and go on, from where it is or from elsewhere; end it."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from hub.domain.clock import timestamp_of
from hub.domain.directory import Act
from hub.domain.errors import ConflictError
from hub.domain.identifiers import SubscriptionId, Tick
from hub.domain.subscriptions.documents import filter_document
from hub.domain.subscriptions.filters import Filter
from hub.domain.subscriptions.subscription import Signature, Subscription, SubscriptionState, Target, WebhookTarget
from hub.services.subscriptions.adding import check_batch
from hub.services.subscriptions.catalogue import known, locked
from hub.services.subscriptions.positions import Where, position_of
from hub.services.subscriptions.targets import origin_of
from hub.store.database import Pool
from hub.store.ledger import record
from hub.store.subscriptions import rows as stored
from hub.store.subscriptions.rows import Kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is to be different; None leaves it. From the next batch on it holds for all that has not been sent.

    A webhook moves to another `url` with its secret and its position. Another TAXII server is another subscription:
    it has a password of its own, and the one that is kept was given for the server that is named.
    """

    url: str | None = None
    signature: Signature | None = None
    filter: Filter | None = None
    batch_objects: int | None = None
    batch_bytes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """A subscription that goes on from elsewhere; replaying it from `former` undoes that."""

    kept: Kept
    former: Tick


def change_subscription(pool: Pool, number: SubscriptionId, change: Change, *, act: Act) -> Kept:
    """Change address, filter and sizes.

    Raise NotFoundError, UnprocessableError for a size that no batch has, ConflictError where another channel has no
    address to change.
    """

    def amend(was: Subscription) -> Subscription:
        wanted = replace(
            was,
            target=_target(was.target, change),
            filter=was.filter if change.filter is None else change.filter,
            batch_objects=was.batch_objects if change.batch_objects is None else change.batch_objects,
            batch_bytes=was.batch_bytes if change.batch_bytes is None else change.batch_bytes,
        )
        check_batch(wanted.batch_objects, wanted.batch_bytes)
        return wanted

    return _amend(pool, number, amend, action="subscription.change", act=act)


def _target(was: Target, change: Change) -> Target:
    if change.url is None and change.signature is None:
        return was
    if not isinstance(was, WebhookTarget):
        raise ConflictError(
            "It delivers to another TAXII server, for which its password was given: subscribe to the new one.",
            code="CHANNEL",
        )
    return WebhookTarget(
        url=was.url if change.url is None else change.url,
        signature=was.signature if change.signature is None else change.signature,
    )


def pause_subscription(pool: Pool, number: SubscriptionId, *, act: Act) -> Kept:
    """Send nothing more until it is resumed; the position is kept. What is on the wire already may still arrive.

    Raise NotFoundError, ConflictError where the hub has stopped it.
    """

    def amend(was: Subscription) -> Subscription:
        if was.state is SubscriptionState.STOPPED:
            raise ConflictError("The hub has stopped it: nothing is sent until it is resumed.")
        return replace(was, state=SubscriptionState.PAUSED)

    return _amend(pool, number, amend, action="subscription.pause", act=act)


def resume_subscription(pool: Pool, number: SubscriptionId, *, act: Act) -> Kept:
    """Go on from the position that was kept, at once, whatever has failed before; raise NotFoundError."""

    def amend(was: Subscription) -> Subscription:
        return replace(was, state=SubscriptionState.ACTIVE, failures=0)

    return _amend(pool, number, amend, action="subscription.resume", act=act)


def replay_subscription(pool: Pool, number: SubscriptionId, where: Where, *, act: Act) -> Replayed:
    """Go on from another position, back or ahead; one that fails or was stopped is started, a paused one stays so.

    Raise NotFoundError, UnprocessableError for an instant that is yet to come.
    """
    with pool.transaction() as database:
        kept = locked(database, number, act)
        was = kept.subscription
        resting = was.state is SubscriptionState.PAUSED
        now = replace(
            was,
            position=position_of(database, where, at=act.at),
            state=was.state if resting else SubscriptionState.ACTIVE,
        )
        stored.move_subscription(database, now)
        detail = {"account": was.account, "position": [timestamp_of(was.position), timestamp_of(now.position)]}
        record(database, actor=act.actor, action="subscription.replay", subject=number, detail=detail)
        return Replayed(kept=known(stored.find_subscription(database, number), number), former=was.position)


def remove_subscription(pool: Pool, number: SubscriptionId, *, act: Act) -> None:
    """End it for good, with its secrets and its position; raise NotFoundError."""
    with pool.transaction() as database:
        was = locked(database, number, act).subscription
        stored.delete_subscription(database, number)
        detail = {"account": was.account, "channel": was.channel, "position": timestamp_of(was.position)}
        record(database, actor=act.actor, action="subscription.remove", subject=number, detail=detail)


def _amend(
    pool: Pool, number: SubscriptionId, amend: Callable[[Subscription], Subscription], *, action: str, act: Act
) -> Kept:
    with pool.transaction() as database:
        kept = locked(database, number, act)
        was = kept.subscription
        now = amend(was)
        if now == was:
            return kept
        stored.update_subscription(database, now)
        before, after = _facts(was), _facts(now)
        changed = {key: [before[key], after[key]] for key in after if after[key] != before[key]}
        detail: dict[str, object] = {"account": was.account, **changed}
        record(database, actor=act.actor, action=action, subject=number, detail=detail)
        return known(stored.find_subscription(database, number), number)


def _facts(subscription: Subscription) -> dict[str, object]:
    return {
        "to": origin_of(subscription.target),
        "signature": subscription.target.signature if isinstance(subscription.target, WebhookTarget) else None,
        "filter": filter_document(subscription.filter),
        "state": subscription.state,
        "batch_objects": subscription.batch_objects,
        "batch_bytes": subscription.batch_bytes,
    }
