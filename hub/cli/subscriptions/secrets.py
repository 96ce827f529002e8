"""`hub subscription rotate-secret` and what belongs to it: what is sealed, and what signs."""

from pathlib import Path

import click

from hub.cli.console import json_option, print_json, with_settings
from hub.cli.directory.desk import Desk, writes
from hub.cli.subscriptions.display import order_facts
from hub.cli.subscriptions.options import PASSWORD_FILE, SUBSCRIPTION, id_of, read_password
from hub.runtime.keys.sealing import sealer_of
from hub.runtime.keys.signing import public_keys_of
from hub.runtime.settings import Settings
from hub.services.subscriptions import rotating
from hub.services.subscriptions.resealing import reseal_secrets


@click.command("rotate-secret")
@SUBSCRIPTION
@click.option(
    "--keep-hours",
    type=click.IntRange(0, rotating.MOST_HOURS),
    default=rotating.HOURS,
    show_default=True,
    help="How long the former secret signs beside the new one; 0 where it got out.",
)
@writes
def rotate_secret(desk: Desk, subscription_id: object, keep_hours: int) -> None:
    """Give a webhook a new secret and print it, as JSON; it is shown this once."""
    given = rotating.rotate_secret(
        desk.pool, id_of(subscription_id), hours=keep_hours, sealer=sealer_of(desk.settings, desk.pool)(), act=desk.act
    )
    print_json({"subscription": given.kept.subscription.id, "secret": given.secret})


@click.command("drop-old-secret")
@SUBSCRIPTION
@writes
def drop_old_secret(desk: Desk, subscription_id: object) -> None:
    """Sign with the newest secret alone from now on."""
    desk.show(order_facts(rotating.drop_old_secret(desk.pool, id_of(subscription_id), act=desk.act)))


@click.command("set-password")
@SUBSCRIPTION
@PASSWORD_FILE
@writes
def set_password(desk: Desk, subscription_id: object, password_file: Path | None) -> None:
    """Call on the other TAXII server with another password or token."""
    changed = rotating.set_password(
        desk.pool,
        id_of(subscription_id),
        read_password(password_file),
        sealer=sealer_of(desk.settings, desk.pool)(),
        act=desk.act,
    )
    desk.show(order_facts(changed))


@click.command()
@with_settings()
@json_option
def keys(settings: Settings, *, as_json: bool) -> None:
    """Print the public keys with which receivers check signatures v1a: each signs the webhooks that ask for it."""
    public = public_keys_of(settings)()
    if as_json:
        print_json({"public_keys": public})
    else:
        click.echo("\n".join(public))


@click.command()
@writes
def reseal(desk: Desk) -> None:
    """Seal every secret with the first key of the key file, so that the others can be taken out of it."""
    count = reseal_secrets(desk.pool, sealer=sealer_of(desk.settings, desk.pool)(), act=desk.act)
    desk.show({"resealed": str(count)})
