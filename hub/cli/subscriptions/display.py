"""Subscriptions on a terminal: what they are and how they get on, without what receivers say."""

import json

from hub.cli.directory.desk import Desk, Fact, Lines
from hub.domain.clock import instant_of, tick_of, timestamp_of
from hub.domain.identifiers import Tick
from hub.domain.subscriptions.documents import filter_document
from hub.domain.subscriptions.subscription import TaxiiTarget, WebhookTarget
from hub.runtime.catalogue import load_catalogue
from hub.runtime.wiring import now
from hub.services.clearances import Clearances
from hub.services.delivery.narrowing import Narrowing
from hub.services.subscriptions.catalogue import Progress
from hub.services.subscriptions.targets import origin_of
from hub.services.subscriptions.waiting import Ahead, Waiting
from hub.store.log.numbers import number_collections
from hub.store.subscriptions.rows import Kept


def waiting_at(desk: Desk) -> Waiting:
    """Return what counts what waits."""
    catalogue = load_catalogue(desk.settings.collections)
    with desk.pool.transaction() as database:
        numbers = number_collections(database, (collection.id for collection in catalogue))
    return Waiting(Clearances(desk.pool, now), Narrowing(), numbers)


def order_facts(kept: Kept) -> dict[str, Fact]:
    """Say what is delivered, and where to."""
    subscription = kept.subscription
    target = subscription.target
    facts: dict[str, Fact] = {
        "id": subscription.id,
        "account": subscription.account,
        "channel": subscription.channel,
        "url": target.url if isinstance(target, WebhookTarget | TaxiiTarget) else None,
    }
    if isinstance(target, WebhookTarget):
        facts["signature"] = target.signature.value
    if isinstance(target, TaxiiTarget):
        facts |= {"collection": target.collection, "username": target.username}
    return facts | {
        "filter": json.dumps(filter_document(subscription.filter)),
        "state": subscription.state,
        "batch_objects": subscription.batch_objects,
        "batch_bytes": subscription.batch_bytes,
        "made": kept.made,
    }


def line_facts(kept: Kept, ahead: Ahead) -> dict[str, Fact]:
    """Say of one among several who it is for and how far it is."""
    return {
        "id": kept.subscription.id,
        "account": kept.subscription.account,
        "channel": kept.subscription.channel,
        "host": origin_of(kept.subscription.target),
        "state": kept.subscription.state,
        **_lag(ahead),
        "deliveries": kept.deliveries,
        "failures": kept.subscription.failures,
        **_attempts(kept),
    }


def progress_facts(progress: Progress, ahead: Ahead) -> dict[str, Fact]:
    """Say how far it is, and what went wrong lately. What a receiver says is for those alone whose it is."""
    kept = progress.kept
    later = kept.retry_at if kept.retry_at > tick_of(now()) else None
    return {
        "shut": progress.shut,
        "position": timestamp_of(kept.subscription.position),
        **_lag(ahead),
        "deliveries": kept.deliveries,
        "delivered": kept.delivered,
        "refused": kept.refused,
        "last_delivered": _instant(kept.delivered_at),
        "failures": kept.subscription.failures,
        **_attempts(kept),
        "failing_since": _instant(kept.failing_since),
        "next_attempt": _instant(later),
        "errors": Lines(f"{timestamp_of(error.at)} {error.reason}" for error in progress.errors),
    }


def _attempts(kept: Kept) -> dict[str, Fact]:
    """Count since it was made; `failures` counts since the last success."""
    return {"failed_attempts": kept.troubles, "retries": kept.retries}


def _lag(ahead: Ahead) -> dict[str, Fact]:
    return {
        "waiting": f"{ahead.objects} or more" if ahead.more else str(ahead.objects),
        "lag_seconds": round(ahead.lag_seconds(tick_of(now()))),
    }


def _instant(tick: Tick | None) -> Fact:
    return None if tick is None else instant_of(tick)
