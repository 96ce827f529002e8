"""`hub subscription`: made, looked at, steered and ended."""

from datetime import datetime
from pathlib import Path

import click

from hub.cli.console import confirm, print_json, yes_option
from hub.cli.directory.desk import Desk, reads, writes
from hub.cli.subscriptions import display
from hub.cli.subscriptions.options import (
    BYTES_OPTION,
    FILTER,
    OBJECTS_OPTION,
    PASSWORD_FILE,
    SIGNATURE,
    SUBSCRIPTION,
    PlaceType,
    id_of,
    read_filter,
    read_password,
)
from hub.cli.subscriptions.secrets import drop_old_secret, keys, reseal, rotate_secret, set_password
from hub.cli.subscriptions.trials import test
from hub.domain.clock import timestamp_of
from hub.domain.identifiers import AccountId, OrganisationId
from hub.domain.subscriptions.filters import EVERYTHING
from hub.domain.subscriptions.subscription import BATCH_BYTES, BATCH_OBJECTS, Signature, Target
from hub.runtime.keys.sealing import sealer_of
from hub.services.directory.accounts import show_account
from hub.services.directory.organisations import show_organisation
from hub.services.subscriptions import adding, catalogue, changing
from hub.services.subscriptions.positions import Place
from hub.services.subscriptions.targets import taxii_target, webhook_target


@click.group()
def subscription() -> None:
    """Administer what the hub delivers by itself, for any account."""


@subscription.command()
@click.option("--account", required=True, metavar="ORG/NAME", help="Whose it is, and by whose rights it reads.")
@click.option("--webhook", metavar="URL", help="Deliver to a webhook: an address that takes envelopes by POST.")
@SIGNATURE
@click.option("--taxii", metavar="URL", help="Deliver to another TAXII 2.1 server, by its API root.")
@click.option("--collection", metavar="ID", help="The collection of the other server.")
@click.option("--username", metavar="NAME", help="The user name there; without one the password is a Bearer token.")
@PASSWORD_FILE
@FILTER
@click.option(
    "--start",
    type=PlaceType(),
    default=Place.NOW,
    metavar="WHEN",
    help="now, beginning, or a timestamp: what was added after it is sent.  [default: now]",
)
@OBJECTS_OPTION
@BYTES_OPTION
@writes
def add(  # noqa: PLR0913 - one parameter an option
    desk: Desk,
    *,
    account: str,
    webhook: str | None,
    signature: str | None,
    taxii: str | None,
    collection: str | None,
    username: str | None,
    password_file: Path | None,
    filter_file: Path | None,
    start: Place | datetime,
    batch_objects: int | None,
    batch_bytes: int | None,
) -> None:
    """Add a subscription and print its id and secret, as JSON; the secret is shown this once.

    Hand the secret to those whose account it is: with it their receiver checks that a delivery is the hub's.
    """
    wanted = adding.Wanted(
        account=AccountId(account),
        target=_target(desk, webhook, taxii, collection, username, signature),
        filter=EVERYTHING if filter_file is None else read_filter(desk, filter_file),
        start=start,
        batch_objects=BATCH_OBJECTS if batch_objects is None else batch_objects,
        batch_bytes=BATCH_BYTES if batch_bytes is None else batch_bytes,
        password=None if taxii is None else read_password(password_file),
    )
    given = adding.add_subscription(desk.pool, wanted, sealer=sealer_of(desk.settings, desk.pool)(), act=desk.act)
    print_json({"subscription": given.kept.subscription.id, "secret": given.secret})


@subscription.command("list")
@click.option("--account", metavar="ORG/NAME", help="Those of one account.")
@click.option("--organisation", metavar="ID", help="Those of one organisation's accounts.")
@reads
def list_(desk: Desk, account: str | None, organisation: str | None) -> None:
    """List the subscriptions, oldest first, with how far each is behind."""
    known = catalogue.list_subscriptions(
        desk.pool,
        account=None if account is None else show_account(desk.pool, AccountId(account)).id,
        organisation=None if organisation is None else show_organisation(desk.pool, OrganisationId(organisation)).id,
    )
    waiting = display.waiting_at(desk)
    heads = ("id", "account", "channel", "host", "state", "waiting", "lag_seconds", "deliveries", "failures", "retries")
    desk.list(heads, [display.line_facts(kept, waiting(kept.subscription)) for kept in known])


@subscription.command()
@SUBSCRIPTION
@reads
def show(desk: Desk, subscription_id: object) -> None:
    """Show a subscription: what is delivered and where to, how far that is, and what went wrong lately."""
    progress = catalogue.show_progress(desk.pool, id_of(subscription_id))
    ahead = display.waiting_at(desk)(progress.kept.subscription)
    desk.show(display.order_facts(progress.kept) | display.progress_facts(progress, ahead))


@subscription.command()
@SUBSCRIPTION
@click.option("--webhook", metavar="URL", help="Deliver to this address from now on, with the same secret.")
@SIGNATURE
@FILTER
@OBJECTS_OPTION
@BYTES_OPTION
@writes
def change(  # noqa: PLR0913 - one parameter an option
    desk: Desk,
    subscription_id: object,
    *,
    webhook: str | None,
    signature: str | None,
    filter_file: Path | None,
    batch_objects: int | None,
    batch_bytes: int | None,
) -> None:
    """Change what is sent from the next batch on, and where to: the filter as a whole, and the size of a batch."""
    wanted = changing.Change(
        url=None if webhook is None else webhook_target(webhook, networks=desk.settings.networks).url,
        signature=None if signature is None else Signature(signature),
        filter=None if filter_file is None else read_filter(desk, filter_file),
        batch_objects=batch_objects,
        batch_bytes=batch_bytes,
    )
    changed = changing.change_subscription(desk.pool, id_of(subscription_id), wanted, act=desk.act)
    desk.show(display.order_facts(changed))


@subscription.command()
@SUBSCRIPTION
@writes
def pause(desk: Desk, subscription_id: object) -> None:
    """Send nothing more until it is resumed; the position is kept."""
    desk.show(display.order_facts(changing.pause_subscription(desk.pool, id_of(subscription_id), act=desk.act)))


@subscription.command()
@SUBSCRIPTION
@writes
def resume(desk: Desk, subscription_id: object) -> None:
    """Go on from the position that was kept, at once, whatever has failed before."""
    desk.show(display.order_facts(changing.resume_subscription(desk.pool, id_of(subscription_id), act=desk.act)))


@subscription.command()
@SUBSCRIPTION
@click.option(
    "--from",
    "place",
    type=PlaceType(),
    required=True,
    metavar="WHEN",
    help="now, beginning, or a timestamp: what was added after it is sent.",
)
@writes
def replay(desk: Desk, subscription_id: object, place: Place | datetime) -> None:
    """Go on from another position, back or ahead; one that fails or was stopped is started.

    The former position is printed, and the command that goes back to it: with that, this one is undone.
    """
    replayed = changing.replay_subscription(desk.pool, id_of(subscription_id), place, act=desk.act)
    now = replayed.kept.subscription
    former = timestamp_of(replayed.former)
    desk.show(
        {
            "former": former,
            "position": timestamp_of(now.position),
            "state": now.state,
            "undo": f"hub subscription replay {now.id} --from {former}",
        }
    )


@subscription.command()
@SUBSCRIPTION
@yes_option
@writes
def remove(desk: Desk, subscription_id: object, *, yes: bool) -> None:
    """End the subscription for good, with its secret and its position."""
    number = id_of(subscription_id)
    kept = catalogue.show_subscription(desk.pool, number)
    if not yes:
        confirm(f"This ends the subscription of {kept.subscription.account}.", number)
    changing.remove_subscription(desk.pool, number, act=desk.act)
    desk.show({"removed": number, "account": kept.subscription.account})


def _target(  # noqa: PLR0913, PLR0917 - one parameter an option
    desk: Desk,
    webhook: str | None,
    taxii: str | None,
    collection: str | None,
    username: str | None,
    signature: str | None,
) -> Target:
    if (webhook is None) == (taxii is None):
        raise click.UsageError("Give --webhook or --taxii, and one of them.")
    if taxii is not None:
        if signature is not None:
            raise click.UsageError("--signature goes with --webhook: a push has a password.")
        return taxii_target(taxii, collection or "", username, networks=desk.settings.networks)
    if collection is not None or username is not None:
        raise click.UsageError("--collection and --username go with --taxii: a webhook's deliveries are signed.")
    return webhook_target(
        webhook or "", networks=desk.settings.networks, signature=Signature(signature or Signature.SECRET)
    )


for command in (test, rotate_secret, drop_old_secret, set_password, keys, reseal):
    subscription.add_command(command)
