"""`hub agreement`: the life of sharing agreements, from a file to the day they end."""

import sys
from pathlib import Path
from typing import Final

import click

from hub.cli.agreements.display import show_list, show_record, show_whole
from hub.cli.agreements.files import read_agreement
from hub.cli.agreements.signing import add_signature, sign, sign_document
from hub.cli.console import confirm, json_option, print_json, yes_option
from hub.cli.directory.desk import Desk, in_capitals, reads, writes
from hub.domain.identifiers import AgreementId, MemberCode
from hub.policy.agreements.canonical import canonical_bytes
from hub.services.agreements import catalogue, drafting, standing

_READABLE = click.Path(exists=True, dir_okay=False, path_type=Path)
_ID = click.argument("agreement_id", metavar="ID", type=AgreementId)
_FOR_GOOD: Final = "A new one needs every signature again; hub agreement suspend can be undone."


@click.group()
def agreement() -> None:
    """Administer the agreements that decide who reads what across borders."""


@agreement.command("list")
@reads
def list_(desk: Desk) -> None:
    """List every version of every agreement, and who has still to sign."""
    show_list(catalogue.list_agreements(desk.pool), as_json=desk.as_json)


@agreement.command()
@_ID
@reads
def show(desk: Desk, agreement_id: AgreementId) -> None:
    """Show one agreement with all that has happened to it."""
    show_whole(catalogue.show_agreement(desk.pool, agreement_id), as_json=desk.as_json)


@agreement.command()
@_ID
@click.option("--version", "number", type=int, metavar="N", help="Which version.  [default: the newest]")
@reads
def document(desk: Desk, agreement_id: AgreementId, number: int | None) -> None:
    """Print the bytes that the parties sign: the version's canonical JSON (RFC 8785), without a newline at its end."""
    chosen = number or catalogue.show_agreement(desk.pool, agreement_id).newest.number
    sys.stdout.buffer.write(catalogue.show_version(desk.pool, agreement_id, chosen).canonical)


@agreement.command()
@click.argument("file", type=_READABLE)
@json_option
def check(file: Path, *, as_json: bool) -> None:
    """Check the agreement in FILE by itself, without a hub."""
    read = read_agreement(file)
    if as_json:
        print_json({"id": read.id, "version": read.version, "canonical_bytes": len(canonical_bytes(read))})
        return
    click.echo(f"{file}: {read.id}, version {read.version}: no errors")


@agreement.command()
@click.argument("file", type=_READABLE)
@writes
def draft(desk: Desk, file: Path) -> None:
    """Keep the agreement in FILE as a draft: a new one, or the next version of one that is there (an amendment)."""
    show_record(drafting.draft(desk.pool, read_agreement(file), act=desk.act), as_json=desk.as_json)


@agreement.command()
@_ID
@click.argument("number", metavar="VERSION", type=int)
@yes_option
@writes
def discard(desk: Desk, agreement_id: AgreementId, number: int, *, yes: bool) -> None:
    """Drop a draft, or end a proposal that is not active yet, with the signatures that it has."""
    if not yes:
        chosen = catalogue.show_version(desk.pool, agreement_id, number)
        confirm(f"This drops version {number} of {agreement_id} for good, which is {chosen.state}.", agreement_id)
    left = drafting.discard(desk.pool, agreement_id, number, act=desk.act)
    if left is not None:
        show_record(left, as_json=desk.as_json)
    elif desk.as_json:
        print_json(None)
    else:
        click.echo(f"Nothing is left of {agreement_id}.")


@agreement.command()
@_ID
@click.option("--version", "number", type=int, metavar="N", help="Which version.  [default: the newest]")
@writes
def propose(desk: Desk, agreement_id: AgreementId, number: int | None) -> None:
    """Put a draft before its parties. Look first at what it would do: hub agreement simulate FILE."""
    chosen = number or catalogue.show_agreement(desk.pool, agreement_id).newest.number
    show_record(standing.propose(desk.pool, agreement_id, chosen, act=desk.act), as_json=desk.as_json)


@agreement.command()
@_ID
@writes
def suspend(desk: Desk, agreement_id: AgreementId) -> None:
    """Take the agreement out of force, from the next page on; `resume` puts it back."""
    show_record(standing.suspend(desk.pool, agreement_id, act=desk.act), as_json=desk.as_json)


@agreement.command()
@_ID
@writes
def resume(desk: Desk, agreement_id: AgreementId) -> None:
    """Put a suspended agreement back in force."""
    show_record(standing.resume(desk.pool, agreement_id, act=desk.act), as_json=desk.as_json)


@agreement.command()
@_ID
@yes_option
@writes
def end(desk: Desk, agreement_id: AgreementId, *, yes: bool) -> None:
    """End the agreement, for good and with all its versions; `suspend` can be undone."""
    if not yes:
        known = catalogue.show_agreement(desk.pool, agreement_id)
        confirm(f"This ends {known.id} for good, with all its versions. {_FOR_GOOD}", known.id)
    show_record(standing.end(desk.pool, agreement_id, act=desk.act), as_json=desk.as_json)


@agreement.command()
@_ID
@click.argument("member", metavar="CODE", type=in_capitals)
@yes_option
@writes
def withdraw(desk: Desk, agreement_id: AgreementId, member: MemberCode, *, yes: bool) -> None:
    """End the agreement, for good, because the party CODE leaves it; `suspend` can be undone."""
    if not yes:
        known = catalogue.show_agreement(desk.pool, agreement_id)
        confirm(f"{member} leaves {known.id}: what it is a party to ends for good, for all. {_FOR_GOOD}", known.id)
    show_record(standing.withdraw(desk.pool, agreement_id, member, act=desk.act), as_json=desk.as_json)


@agreement.command()
@_ID
@writes
def approve(desk: Desk, agreement_id: AgreementId) -> None:
    """Carry out what another operator has asked for and what opens content of those who have not signed."""
    show_record(standing.approve(desk.pool, agreement_id, act=desk.act), as_json=desk.as_json)


@agreement.command()
@_ID
@writes
def refuse(desk: Desk, agreement_id: AgreementId) -> None:
    """Drop what awaits approval."""
    show_record(standing.refuse(desk.pool, agreement_id, act=desk.act), as_json=desk.as_json)


for command in (sign, sign_document, add_signature):
    agreement.add_command(command)
