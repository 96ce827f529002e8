"""`hub why` and `hub readers`: what an account is told that asks after a class of objects, or after its own object."""

from datetime import UTC, datetime

import click

from hub.cli.console import print_json, print_table
from hub.cli.directory.desk import Desk, in_capitals, reads
from hub.cli.explain import print_receipts, stix_id
from hub.domain.directory import Principal
from hub.domain.errors import RequestError
from hub.domain.handling import Tlp
from hub.domain.identifiers import AccountId, MemberCode, OrganisationId, StixId
from hub.runtime.logs import printable
from hub.services.directory.accounts import show_account
from hub.services.directory.members import member_codes, show_member
from hub.services.directory.organisations import show_organisation
from hub.services.explaining.answers import as_json
from hub.services.explaining.classes import ClassOfObjects, why_closed
from hub.services.explaining.producers import who_can_read
from hub.stix.form.names import TYPE_NAME

_ACCOUNT = click.option("--account", required=True, metavar="ORG/NAME", help="Who asks.")


def stix_type(text: str) -> str:
    """Read the name of a type; raise RequestError where it is spelled as no STIX type is."""
    if TYPE_NAME.fullmatch(text) is None:
        raise RequestError(
            f"{printable(text)} is no STIX type: those are words in lower case with single hyphens, like indicator."
        )
    return text


@click.command()
@_ACCOUNT
@click.option("--from", "source", required=True, metavar="CODE|ORG", help="The member, or producer, that they are of.")
@click.option("--tlp", type=click.Choice([level.label for level in Tlp]), required=True, help="Their level.")
@click.option("--type", "kind", type=stix_type, required=True, metavar="TYPE", help="Their STIX type.")
@reads
def why(desk: Desk, account: str, source: str, tlp: str, kind: str) -> None:
    """Say why a class of objects is open or closed to an account, and what would have to change."""
    asked = ClassOfObjects(source=_source(desk, source), tlp=Tlp.parse(tlp), type=kind)
    told = why_closed(desk.pool, _principal(desk, account), asked, at=datetime.now(UTC))
    if desk.as_json:
        print_json(as_json(told))
        return
    print_table(
        ("PRODUCERS", "OPEN", "RULE", "WHY", "WHAT WOULD HAVE TO CHANGE"),
        [
            (each.producers, "yes" if each.answer.allowed else "no", each.answer.rule, each.answer.why, each.change)
            for each in told.answers
        ],
    )


@click.command()
@_ACCOUNT
@click.option(
    "--object",
    "object_id",
    type=stix_id,
    required=True,
    metavar="ID",
    help="The STIX id of an object of its organisation.",
)
@reads
def readers(desk: Desk, account: str, object_id: StixId) -> None:
    """Say who can read an object of the account's own organisation, and why, and who has been given it."""
    told = who_can_read(desk.pool, _principal(desk, account), object_id, at=datetime.now(UTC))
    if desk.as_json:
        print_json(as_json(told))
        return
    print_table(
        ("ADDED", "ORGANISATION", "PURPOSE", "READS", "RULE", "WHY"),
        [
            (
                version.added.strftime("%Y-%m-%d %H:%M UTC"),
                body.organisation,
                verdict.account or verdict.purpose,
                "yes" if verdict.answer.allowed else "no",
                verdict.answer.rule,
                verdict.answer.why,
            )
            for version in told.can_read
            for body in version.organisations
            for verdict in body.verdicts
        ],
    )
    click.echo("\nGiven to:" if told.has_read else "\nGiven to nobody.")
    if told.has_read:
        print_receipts(told.has_read)


def _source(desk: Desk, text: str) -> MemberCode | OrganisationId:
    """Read a member's code, however it was typed, or else the id of a producer."""
    code = in_capitals(text)
    return code if code in member_codes(desk.pool) else OrganisationId(text)


def _principal(desk: Desk, name: str) -> Principal:
    account = show_account(desk.pool, AccountId(name))
    organisation = show_organisation(desk.pool, account.organisation)
    member = None if organisation.member is None else show_member(desk.pool, organisation.member)
    return Principal(account=account, organisation=organisation, member=member)
