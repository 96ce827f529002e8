"""`hub member`: the member countries of the forum."""

from dataclasses import replace

import click

from hub.cli.directory.desk import Desk, Fact, Lines, in_capitals, reads, writes
from hub.cli.onboarding.command import onboard
from hub.cli.onboarding.questions import contact_text
from hub.domain.directory import Member, MemberStatus
from hub.domain.identifiers import MemberCode
from hub.services.directory import members
from hub.services.directory.introductions import show_introduction


@click.group()
def member() -> None:
    """Administer the member countries."""


@member.command()
@click.argument("code", type=in_capitals)
@click.option("--name", required=True, metavar="NAME", help="What people call the country.")
@click.option(
    "--status",
    type=click.Choice([status.value for status in MemberStatus]),
    default=MemberStatus.ACTIVE.value,
    show_default=True,
    help="Where it stands.",
)
@writes
def add(desk: Desk, code: MemberCode, name: str, status: str) -> None:
    """Add the member of a CODE (ISO 3166-1 alpha-2)."""
    wanted = Member(code=code, name=name, status=MemberStatus(status))
    desk.show(_facts(members.add_member(desk.pool, wanted, act=desk.act)))


@member.command("list")
@reads
def list_(desk: Desk) -> None:
    """List every member."""
    desk.list(("code", "name", "status"), [_facts(known) for known in members.list_members(desk.pool)])


@member.command()
@click.argument("code", type=in_capitals)
@reads
def show(desk: Desk, code: MemberCode) -> None:
    """Show one member, who vouched for it, and whom to call there."""
    known = members.show_member(desk.pool, code)
    introduced = show_introduction(desk.pool, code)
    contacts = Lines(map(contact_text, introduced.contacts))
    desk.show(_facts(known) | {"sponsor": introduced.sponsor, "contacts": contacts})


@member.command()
@click.argument("code", type=in_capitals)
@writes
def activate(desk: Desk, code: MemberCode) -> None:
    """Make the member active: it reads, publishes, and takes part in agreements with every active member."""
    desk.show(_facts(members.activate_member(desk.pool, code, act=desk.act)))


@member.command()
@click.argument("code", type=in_capitals)
@writes
def observe(desk: Desk, code: MemberCode) -> None:
    """Make the member an observer: it reads what agreements grant it by name, and publishes nothing."""
    desk.show(_facts(members.observe_member(desk.pool, code, act=desk.act)))


@member.command()
@click.argument("code", type=in_capitals)
@writes
def suspend(desk: Desk, code: MemberCode) -> None:
    """Suspend the member: from now on none of its accounts reads or publishes anything."""
    desk.show(_facts(members.suspend_member(desk.pool, code, act=desk.act)))


@member.command()
@click.argument("code", type=in_capitals)
@click.argument("name")
@writes
def rename(desk: Desk, code: MemberCode, name: str) -> None:
    """Change what people call the country; the collection file has the last word when the hub starts."""
    changed = members.change_member(desk.pool, code, lambda known: replace(known, name=name), act=desk.act)
    desk.show(_facts(changed))


member.add_command(suspend, "disable")
member.add_command(onboard)
member.add_command(activate, "enable")


def _facts(known: Member) -> dict[str, Fact]:
    return {"code": known.code, "name": known.name, "status": known.status}
