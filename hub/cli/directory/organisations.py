"""`hub organisation`: national CERTs, their constituents and partners, and the hub's own."""

import click

from hub.cli.directory.desk import Desk, Fact, in_capitals, reads, writes
from hub.domain.directory import Organisation, OrganisationKind
from hub.domain.identifiers import MemberCode, OrganisationId, StixId
from hub.services.directory import organisations


@click.group()
def organisation() -> None:
    """Administer the organisations of the members."""


@organisation.command()
@click.argument("organisation_id", metavar="ID")
@click.option("--member", "code", type=in_capitals, metavar="CODE", help="Its member country; none for the kind hub.")
@click.option("--kind", type=click.Choice([kind.value for kind in OrganisationKind]), required=True, help="What it is.")
@click.option("--name", required=True, metavar="NAME", help="What people call it.")
@click.option("--served-by", metavar="ID", help="The organisation of the same member that it is a client of.")
@click.option("--cross-border", is_flag=True, help="It consents that its amber content may leave its country.")
@click.option("--identity", metavar="STIX-ID", help="Its STIX identity.  [default: a new one]")
@writes
def add(  # noqa: PLR0913 - one parameter an option
    desk: Desk,
    organisation_id: str,
    *,
    code: MemberCode | None,
    kind: str,
    name: str,
    served_by: str | None,
    cross_border: bool,
    identity: str | None,
) -> None:
    """Add the organisation ID (lower case, like au-cert)."""
    wanted = Organisation(
        id=OrganisationId(organisation_id),
        member=code,
        kind=OrganisationKind(kind),
        name=name,
        served_by=None if served_by is None else OrganisationId(served_by),
        cross_border=cross_border,
        active=True,
        identity=None if identity is None else StixId(identity),
    )
    desk.show(_facts(organisations.add_organisation(desk.pool, wanted, act=desk.act)))


@organisation.command("list")
@click.option("--member", "code", type=in_capitals, metavar="CODE", help="Those of one member.")
@reads
def list_(desk: Desk, code: MemberCode | None) -> None:
    """List the organisations."""
    known = organisations.list_organisations(desk.pool, member=code)
    desk.list(
        ("id", "member", "kind", "name", "served_by", "cross_border", "active"),
        [_facts(each) for each in known],
    )


@organisation.command()
@click.argument("organisation_id", metavar="ID")
@reads
def show(desk: Desk, organisation_id: str) -> None:
    """Show one organisation."""
    desk.show(_facts(organisations.show_organisation(desk.pool, OrganisationId(organisation_id))))


@organisation.command()
@click.argument("organisation_id", metavar="ID")
@writes
def disable(desk: Desk, organisation_id: str) -> None:
    """Disable the organisation: from now on none of its accounts reads or publishes anything."""
    changed = organisations.disable_organisation(desk.pool, OrganisationId(organisation_id), act=desk.act)
    desk.show(_facts(changed))


@organisation.command()
@click.argument("organisation_id", metavar="ID")
@writes
def enable(desk: Desk, organisation_id: str) -> None:
    """Enable the organisation again."""
    changed = organisations.enable_organisation(desk.pool, OrganisationId(organisation_id), act=desk.act)
    desk.show(_facts(changed))


@organisation.command()
@click.argument("organisation_id", metavar="ID")
@writes
def consent(desk: Desk, organisation_id: str) -> None:
    """Note its consent that its amber and stricter content may leave its country, as far as agreements go."""
    desk.show(_facts(organisations.give_consent(desk.pool, OrganisationId(organisation_id), act=desk.act)))


@organisation.command("withdraw-consent")
@click.argument("organisation_id", metavar="ID")
@writes
def withdraw_consent(desk: Desk, organisation_id: str) -> None:
    """Note that its amber and stricter content stays in its country from now on."""
    desk.show(_facts(organisations.withdraw_consent(desk.pool, OrganisationId(organisation_id), act=desk.act)))


@organisation.command()
@click.argument("organisation_id", metavar="ID")
@click.argument("name")
@writes
def rename(desk: Desk, organisation_id: str, name: str) -> None:
    """Change what people call it; of an organisation in a collection file, the file has the last word."""
    changed = organisations.rename_organisation(desk.pool, OrganisationId(organisation_id), name=name, act=desk.act)
    desk.show(_facts(changed))


@organisation.command("served-by")
@click.argument("organisation_id", metavar="ID")
@click.argument("server", metavar="[SERVER]", required=False)
@writes
def served_by(desk: Desk, organisation_id: str, server: str | None) -> None:
    """Make it a client of the organisation SERVER, or of none where SERVER is left out."""
    changed = organisations.serve_organisation(
        desk.pool,
        OrganisationId(organisation_id),
        served_by=None if server is None else OrganisationId(server),
        act=desk.act,
    )
    desk.show(_facts(changed))


def _facts(known: Organisation) -> dict[str, Fact]:
    return {
        "id": known.id,
        "member": known.member,
        "kind": known.kind,
        "name": known.name,
        "served_by": known.served_by,
        "cross_border": known.cross_border,
        "active": known.active,
        "identity": known.identity,
    }
