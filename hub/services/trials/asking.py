"""Ask for the trial of a subscription, and say what came of it."""

from datetime import timedelta
from typing import Final

from hub.domain.clock import tick_of
from hub.domain.directory import Act
from hub.domain.errors import ExhaustedError, NotFoundError
from hub.domain.identifiers import SubscriptionId
from hub.domain.subscriptions.trials import Trial
from hub.services.subscriptions.catalogue import locked
from hub.store.database import Pool
from hub.store.ledger import record
from hub.store.subscriptions.trials import ask_for_trial, count_waiting, find_trial

PAUSE: Final = timedelta(seconds=5)
"""So long after one trial of a subscription was asked for, another is."""

MOST_WAITING: Final = 2
"""So many trials of an account wait for their findings at most."""


def ask_trial(pool: Pool, number: SubscriptionId, *, act: Act) -> Trial:
    """Ask for a trial, whatever state the subscription is in; its position stays. One that waits already is that one.

    Raise NotFoundError, ExhaustedError where it was tried a moment ago or the account has its number waiting.
    """
    with pool.transaction() as database:
        account = locked(database, number, act).subscription.account
        last = find_trial(database, number)
        if last is not None and last.finding is None:
            return last
        if last is not None and last.asked > tick_of(act.at - PAUSE):
            raise ExhaustedError(
                f"It was tested less than {PAUSE.seconds} seconds ago; wait a moment, and test it again."
            )
        if count_waiting(database, account) >= MOST_WAITING:
            raise ExhaustedError(f"{MOST_WAITING} tests of {account} wait for their receivers; see them out first.")
        ask_for_trial(database, number, now=tick_of(act.at))
        record(database, actor=act.actor, action="subscription.test", subject=number, detail={"account": account})
        return _known(find_trial(database, number))


def show_trial(pool: Pool, number: SubscriptionId) -> Trial:
    """Return the last trial of a subscription; raise NotFoundError where it was never tried."""
    with pool.statement() as database:
        return _known(find_trial(database, number))


def _known(trial: Trial | None) -> Trial:
    if trial is None:
        raise NotFoundError("It was never tested.")
    return trial
