"""Trials of subscriptions: asked for, taken up by one worker, and answered."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from hub.domain.identifiers import AccountId, SubscriptionId, Tick
from hub.domain.subscriptions.trials import Finding, Trial
from hub.store.database import Database

_SELECT: Final = (
    "SELECT t.subscription::text, t.asked, t.taken, t.at, t.good, t.milliseconds, t.status, t.reason, t.excerpt"
    " FROM subscription_trials t"
)


def find_trial(database: Database, subscription: SubscriptionId) -> Trial | None:
    """Return the last trial of a subscription."""
    row = database.execute(_SELECT + " WHERE t.subscription = %s", (UUID(subscription),)).fetchone()
    return None if row is None else _trial(row)


def count_waiting(database: Database, account: AccountId) -> int:
    """Return how many trials of an account have no finding yet."""
    ((count,),) = database.execute(
        "SELECT count(*) FROM subscription_trials t JOIN subscriptions s ON s.id = t.subscription"
        " WHERE t.at IS NULL AND s.account = %s",
        (account,),
    ).fetchall()
    return int(count)


def ask_for_trial(database: Database, subscription: SubscriptionId, *, now: Tick) -> None:
    """Ask for a trial; what was found by the last one is forgotten."""
    database.execute(
        "INSERT INTO subscription_trials (subscription, asked) VALUES (%s, %s) ON CONFLICT (subscription) DO UPDATE SET"
        " asked = excluded.asked, taken = NULL, at = NULL, good = NULL, milliseconds = NULL, status = NULL,"
        " reason = NULL, excerpt = NULL",
        (UUID(subscription), now),
    )


def take_trial(database: Database, *, now: Tick, lost_before: Tick) -> SubscriptionId | None:
    """Take up the trial that has waited longest, or that was taken up before `lost_before` and never answered."""
    row = database.execute(
        "UPDATE subscription_trials SET taken = %(now)s WHERE subscription = ("
        " SELECT subscription FROM subscription_trials WHERE at IS NULL AND (taken IS NULL OR taken < %(lost)s)"
        " ORDER BY asked LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING subscription::text",
        {"now": now, "lost": lost_before},
    ).fetchone()
    return None if row is None else SubscriptionId(row[0])


def answer_trial(database: Database, subscription: SubscriptionId, finding: Finding, *, taken: Tick) -> None:
    """Keep what came of a trial that was taken up then; one that another has taken up since is left to them."""
    database.execute(
        "UPDATE subscription_trials SET at = %s, good = %s, milliseconds = %s, status = %s, reason = %s, excerpt = %s"
        " WHERE subscription = %s AND taken = %s AND at IS NULL",
        (
            finding.at,
            finding.good,
            finding.milliseconds,
            finding.status,
            finding.reason,
            finding.excerpt,
            UUID(subscription),
            taken,
        ),
    )


def _trial(row: Sequence[Any]) -> Trial:
    subscription, asked, taken, at, good, milliseconds, status, reason, excerpt = row
    finding = None
    if at is not None:
        finding = Finding(
            at=Tick(at), good=good, milliseconds=milliseconds, status=status, reason=reason, excerpt=excerpt
        )
    return Trial(
        subscription=SubscriptionId(subscription),
        asked=Tick(asked),
        taken=None if taken is None else Tick(taken),
        finding=finding,
    )
