"""`hub subscription test`."""

import time
from typing import Final

import click

from hub.cli.directory.desk import Desk, writes
from hub.cli.subscriptions.options import SUBSCRIPTION, id_of
from hub.domain.clock import instant_of
from hub.domain.errors import UnavailableError
from hub.domain.identifiers import SubscriptionId
from hub.domain.subscriptions.trials import Finding
from hub.services.trials import asking

PATIENCE_SECONDS: Final = 10.0
"""So long a deliverer may take to take it up."""

LONGEST_SECONDS: Final = 240.0
"""So long it may take in all: one whose deliverer was lost is taken up by another."""

_LOOK_SECONDS: Final = 0.2


@click.command()
@SUBSCRIPTION
@writes
def test(desk: Desk, subscription_id: object) -> None:
    """Send a signed test without objects to the webhook, or look at the other server's collection; wait for the result.

    It is made by `hub deliver`, as deliveries are, and the position stays. What is wrong and what to do is printed;
    the exit code is 1 where a delivery would fail.
    """
    number = id_of(subscription_id)
    asking.ask_trial(desk.pool, number, act=desk.act)
    finding = _awaited(desk, number)
    desk.show(
        {
            "subscription": number,
            "result": "passed" if finding.good else "failed",
            "status": finding.status,
            "milliseconds": finding.milliseconds,
            "reason": finding.reason,
            "at": instant_of(finding.at),
        }
    )
    if not finding.good:
        raise click.exceptions.Exit(1)


def _awaited(desk: Desk, number: SubscriptionId) -> Finding:
    """Wait until a deliverer has made the test; raise UnavailableError where none takes it up."""
    begun = time.monotonic()
    while True:
        trial = asking.show_trial(desk.pool, number)
        if trial.finding is not None:
            return trial.finding
        patience = PATIENCE_SECONDS if trial.taken is None else LONGEST_SECONDS
        if time.monotonic() - begun > patience:
            raise UnavailableError(
                f"Nobody has made it in {patience:.0f} seconds: is hub serve or hub deliver running?"
                " It is made as soon as one is."
            )
        time.sleep(_LOOK_SECONDS)
