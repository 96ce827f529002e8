"""`hub member onboard`: from a country's code to the sheet that its CERT works from."""

import os
import re
from collections.abc import Sequence
from pathlib import Path

import click

from hub.cli.agreements.keyfiles import read_public
from hub.cli.console import print_json
from hub.cli.directory.desk import Desk, in_capitals, writes
from hub.cli.onboarding import steps
from hub.cli.onboarding.collection_file import write_collection_file
from hub.cli.onboarding.questions import ask, ask_contacts, ask_or_none
from hub.cli.onboarding.sheet import Welcome, self_test, sheet
from hub.domain.agreements import ANY
from hub.domain.catalogue import ALL, Collection
from hub.domain.directory import Introduction, Member, MemberStatus, Organisation, OrganisationKind
from hub.domain.errors import ConflictError
from hub.domain.identifiers import AccountId, MemberCode, OrganisationId, StixId
from hub.policy.clauses import in_force
from hub.runtime.catalogue import load_catalogue
from hub.services.directory.introductions import check_introduction, introduce_member, show_introduction
from hub.services.directory.keys import add_key, list_keys
from hub.services.directory.members import show_member
from hub.services.directory.organisations import add_organisation
from hub.store.facts import load_facts

_PRIVATE = 0o600


@click.command()
@click.argument("code", type=in_capitals)
@click.option("--name", metavar="NAME", help="What people call the country.")
@click.option("--sponsor", type=in_capitals, metavar="CODE", help="The member that vouches for it.")
@click.option(
    "--contact",
    "contacts",
    multiple=True,
    metavar="KIND:NAME,EMAIL[,PHONE]",
    help="Whom to call there: incidents, technical or agreements. Again for each.",
)
@click.option("--cert", metavar="ID", help="Id of its national CERT.  [default: CODE-cert]")
@click.option("--cert-name", metavar="NAME", help="What people call the CERT.")
@click.option("--identity", metavar="STIX-ID", help="STIX identity of the CERT.  [default: a new one]")
@click.option(
    "--key",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Public key (PEM) with which the CERT signs agreements.",
)
@click.option("--account", metavar="NAME", default="admin", show_default=True, help="Name of the first account.")
@click.option("--purpose", metavar="WORD", default="network-defence", show_default=True, help="Its declared purpose.")
@click.option("--url", metavar="URL", help="Address of the hub as members reach it, like https://hub.example.")
@click.option(
    "--collections", type=click.Path(file_okay=False, path_type=Path), metavar="DIR", help="Where collection files are."
)
@click.option(
    "--sheet",
    "sheet_file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Where to write the sheet, readable by you alone.  [default: CODE-welcome.md]",
)
@writes
def onboard(  # noqa: PLR0913 - one parameter an option
    desk: Desk,
    code: MemberCode,
    *,
    name: str | None,
    sponsor: MemberCode | None,
    contacts: tuple[str, ...],
    cert: str | None,
    cert_name: str | None,
    identity: str | None,
    key: Path | None,
    account: str,
    purpose: str,
    url: str | None,
    collections: Path | None,
    sheet_file: Path | None,
) -> None:
    """Walk the new member CODE in: sponsor, contacts, CERT, key, first account, and the sheet for its CERT.

    What is not given as an option is asked for at a terminal. Every step that is done already is left as it is, so the
    command may be repeated; each time it makes a new token and a new sheet.
    """
    # Whatever can be wrong is looked at before anything is written: who is a member reads at once.
    target = _unwritten(sheet_file or Path(f"{code.lower()}-welcome.md"))
    name = _name(desk, code, name)
    introduction = _introduction(desk, code, sponsor, contacts)
    wanted = _cert(desk, code, cert, cert_name, identity)
    public = None if key is None else read_public(key)
    address = _address(ask("Address of the hub, as members reach it", url, usual=None, option="--url"))
    member = steps.ensure_member(desk.pool, code, name, act=desk.act)
    if introduction is not None:
        introduce_member(desk.pool, code, introduction, act=desk.act)
    certificate = steps.find_cert(desk.pool, code) or add_organisation(desk.pool, wanted, act=desk.act)
    collection = _collection(collections or desk.settings.collections, member, certificate)
    if public is not None:
        add_key(desk.pool, certificate.id, public, act=desk.act)
    given = steps.give_token(
        desk.pool,
        AccountId(f"{certificate.id}/{account}"),
        purpose,
        days=desk.settings.token_days,
        act=desk.act,
    )
    welcome = Welcome(
        url=address,
        api_root=desk.settings.api_root,
        member=member,
        cert=certificate,
        introduction=show_introduction(desk.pool, code),
        account=given.account,
        token=given.secret,
        expires=given.expires,
        collection=collection.alias,
        collection_id=collection.id,
        all_id=ALL.id,
        keys=[each.id for each in list_keys(desk.pool, certificate.id) if each.revoked is None],
        agreements=_covering(desk, member),
        at=desk.act.at,
    )
    _write_private(target, sheet(welcome))
    _say_done(desk, welcome, target)


def _unwritten(sheet: Path) -> Path:
    if sheet.exists():
        raise ConflictError(f"{sheet} is there already and may hold a token; move it away, or name another --sheet.")
    if not os.access(sheet.parent, os.W_OK | os.X_OK):
        raise click.BadParameter(f"{sheet.parent} is no folder that you can write to", param_hint="--sheet")
    return sheet


def _name(desk: Desk, code: MemberCode, name: str | None) -> str:
    known = steps.find_member(desk.pool, code)
    if known is not None and name is None:
        return known.name
    return ask("Name of the country", name, usual=known.name if known else None, option="--name")


def _introduction(
    desk: Desk, code: MemberCode, sponsor: MemberCode | None, contacts: Sequence[str]
) -> Introduction | None:
    """Return what is to be kept of sponsor and contacts; None where it is to stay as it is."""
    there = steps.find_member(desk.pool, code) is not None
    known = show_introduction(desk.pool, code) if there else Introduction(sponsor=None, contacts=())
    if known.contacts and not contacts and sponsor is None:
        return None
    vouching = sponsor or known.sponsor or ask_or_none("Code of the member that vouches for it", None)
    wanted = Introduction(
        sponsor=in_capitals(vouching) if vouching else None, contacts=ask_contacts(contacts) or known.contacts
    )
    check_introduction(code, wanted)
    if wanted.sponsor is not None:
        show_member(desk.pool, wanted.sponsor)
    return wanted


def _cert(desk: Desk, code: MemberCode, cert: str | None, name: str | None, identity: str | None) -> Organisation:
    """Return the member's national CERT: the one there is, or else the one to be added."""
    known = steps.find_cert(desk.pool, code)
    if known is not None:
        if cert not in {None, known.id}:
            raise ConflictError(f"{known.id} is the national CERT of {code} already; leave --cert out.")
        return known
    usual = f"{code.lower()}-cert"
    return Organisation(
        id=OrganisationId(ask("Id of its national CERT", cert, usual=usual, option="--cert")),
        member=code,
        kind=OrganisationKind.CERT,
        name=ask("Name of its national CERT", name, usual=None, option="--cert-name"),
        served_by=None,
        cross_border=False,
        active=True,
        identity=StixId(identity) if identity else None,
    )


def _collection(directory: Path, member: Member, cert: Organisation) -> Collection:
    """Return the member's collection; one that has no file yet gets it, and is served from the next start on."""
    found = _own(directory, member)
    if found is not None:
        return found
    path = write_collection_file(directory, member, cert)
    click.echo(f"hub: {path} is new; restart the hub to open the collection", err=True)
    written = _own(directory, member)
    if written is None:
        raise ConflictError(f"{path} does not give {member.code} a collection; see hub collections check.")
    return written


def _own(directory: Path, member: Member) -> Collection | None:
    return next((each for each in load_catalogue(directory) if each.member == member.code), None)


def _covering(desk: Desk, member: Member) -> list[str]:
    """Name the agreements in force that cover the member on either side."""
    with desk.pool.snapshot() as database:
        agreements = load_facts(database).world.agreements
    active = {ANY} if member.status is MemberStatus.ACTIVE else set()
    wanted = {member.code, *active}
    return [
        f"{agreement.id}, version {agreement.version}: {agreement.title} ({agreement.effect})"
        for agreement in agreements
        if in_force(agreement, at=desk.act.at)
        and any(wanted & (clause.origins | clause.destinations) for clause in agreement.clauses)
    ]


def _address(url: str) -> str:
    if not re.fullmatch(r"https?://[A-Za-z0-9.\[\]:-]+/?", url):
        raise click.BadParameter(f"{url} is not an address like https://hub.example", param_hint="--url")
    return url.rstrip("/")


def _write_private(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)


def _say_done(desk: Desk, welcome: Welcome, path: Path) -> None:
    if desk.as_json:
        print_json(
            {
                "member": welcome.member.code,
                "organisation": welcome.cert.id,
                "identity": welcome.cert.identity,
                "collection": welcome.collection,
                "username": welcome.account,
                "token": welcome.token,
                "agreements": list(welcome.agreements),
                "sheet": str(path),
                "self_test": self_test(welcome),
            }
        )
        return
    click.echo(f"{welcome.member.name} is on board: {welcome.cert.id}, collection {welcome.collection}.")
    click.echo(f"The sheet for its CERT, with the token of {welcome.account}: {path}")
    click.echo("Hand it over by a way that only the CERT reads, and delete your copy.")
