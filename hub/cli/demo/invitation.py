"""What the demonstration says when it goes on serving: where, as whom, and three things to try."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from hub.cli.console import print_table
from hub.cli.demo.cast import Player
from hub.cli.demo.stage import Stage


def print_invitation(stage: Stage, players: Sequence[Player]) -> None:
    """Print the address, the credentials and the commands, which work as they stand."""
    guest = players[1]
    click.secho(f"The hub goes on serving: {stage.discovery}", bold=True)
    click.echo("All of these may read and publish; the token is the password of HTTP Basic:\n")
    print_table(("USER", "TOKEN"), [(player.account, player.token) for player in players])
    click.secho("\nThree things to try, from another terminal:", bold=True)
    for command in (_curl(stage, guest), _pull(stage, guest), _client(stage, guest)):
        click.echo(f"\n{command}")
    click.echo("\nCtrl-C ends it.")


def invitation_of(stage: Stage, players: Sequence[Player]) -> dict[str, Any]:
    """Write the address and the credentials as JSON."""
    accounts = [{"username": player.account, "token": player.token} for player in players]
    return {"discovery": stage.discovery, "accounts": accounts}


def _curl(stage: Stage, guest: Player) -> str:
    root = stage.discovery.removesuffix("taxii2/")
    return (
        f"curl -g -u '{guest.account}:{guest.token}' -H 'Accept: application/taxii+json;version=2.1' \\\n"
        f"  '{root}appf/collections/all/objects/?match[type]=indicator&limit=2'"
    )


def _pull(stage: Stage, guest: Player) -> str:
    return (
        f"HUB_TOKEN='{guest.token}' {_program('hub')} pull --url {stage.discovery} --collection all \\\n"
        f"  --username {guest.account} --out nz.ndjson"
    )


def _client(stage: Stage, guest: Player) -> str:
    return f"""{_program("python")} - <<'END'
from taxii2client.v21 import Server, as_pages

server = Server("{stage.discovery}", user="{guest.account}", password="{guest.token}")
everything = next(one for one in server.default.collections if one.title == "All collections")
for page in as_pages(everything.get_objects, per_request=1000):
    for thing in page.get("objects", []):
        print(thing["id"], thing.get("name", ""))
END"""


def _program(name: str) -> str:
    """Write where a program of this environment is, from here where it is below."""
    path = Path(sys.executable).with_name(name)
    below = os.path.relpath(path)
    return str(path) if below.startswith("..") else below
