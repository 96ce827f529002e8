"""`hub key`: the keys with which organisations sign agreements."""

import sys
from base64 import b64encode
from pathlib import Path

import click

from hub.cli.agreements.keyfiles import public_pem, read_public, write_key
from hub.cli.console import json_option, print_json
from hub.cli.directory.desk import Desk, Fact, reads, writes
from hub.domain.agreements import Key
from hub.domain.identifiers import KeyId, OrganisationId
from hub.policy.agreements.signatures import key_id
from hub.services.directory import keys

_FILE = click.Path(dir_okay=False, path_type=Path)
_READABLE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def key() -> None:
    """Make, register and revoke the keys with which organisations sign agreements."""


@key.command()
@click.argument("file", type=_FILE)
@click.option("--no-passphrase", is_flag=True, help="Keep the private key unlocked, for programs that sign.")
@json_option
def new(file: Path, *, no_passphrase: bool, as_json: bool) -> None:
    """Make an Ed25519 key on this machine: the private half in FILE, the public half in FILE.pub.

    The private half never leaves it. Hand FILE.pub to the hub's operators (hub key add), or register it yourself.
    """
    if not no_passphrase and not sys.stdin.isatty():
        raise click.UsageError("There is nobody to ask for a passphrase: give --no-passphrase, and guard the file.")
    phrase = None if no_passphrase else click.prompt("Passphrase", hide_input=True, confirmation_prompt=True, err=True)
    public = write_key(file, passphrase=phrase)
    pem = public_pem(public)
    beside = file.with_name(f"{file.name}.pub")
    beside.write_text(pem)
    name = key_id(public.public_bytes_raw())
    if as_json:
        raw = b64encode(public.public_bytes_raw()).decode("ascii")
        print_json({"id": name, "private": str(file), "public": str(beside), "pem": pem, "base64": raw})
        return
    click.echo(f"{name}\nprivate: {file}\npublic:  {beside}\n\n{pem}", nl=False)


@key.command()
@click.argument("organisation_id", metavar="ORGANISATION")
@click.argument("file", type=_READABLE)
@writes
def add(desk: Desk, organisation_id: str, file: Path) -> None:
    """Register the public key in FILE (PEM) for an ORGANISATION. Make sure that it is theirs before you do."""
    desk.show(_facts(keys.add_key(desk.pool, OrganisationId(organisation_id), read_public(file), act=desk.act)))


@key.command("list")
@click.argument("organisation_id", metavar="ORGANISATION")
@reads
def list_(desk: Desk, organisation_id: str) -> None:
    """List the keys of an ORGANISATION, revoked ones too."""
    known = keys.list_keys(desk.pool, OrganisationId(organisation_id))
    desk.list(("id", "organisation", "added", "revoked"), [_facts(each) for each in known])


@key.command()
@click.argument("key_name", metavar="KEY")
@writes
def revoke(desk: Desk, key_name: str) -> None:
    """Let the KEY sign nothing any more, for good; what it has signed stays signed."""
    desk.show(_facts(keys.revoke_key(desk.pool, KeyId(key_name), act=desk.act)))


def _facts(known: Key) -> dict[str, Fact]:
    return {"id": known.id, "organisation": known.organisation, "added": known.added, "revoked": known.revoked}
