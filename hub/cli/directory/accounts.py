"""`hub account`: the people and programs of an organisation."""

from collections.abc import Sequence

import click

from hub.cli.console import print_json
from hub.cli.directory.desk import Desk, Fact, reads, writes
from hub.cli.directory.tokens import DAYS, days_of, token
from hub.domain.directory import Account, Role
from hub.domain.identifiers import AccountId, OrganisationId
from hub.services.directory import accounts, names

_ROLES = click.option(
    "--role",
    "roles",
    type=click.Choice([role.value for role in Role]),
    multiple=True,
    required=True,
    help="What it may do; may be given several times.",
)


@click.group()
def account() -> None:
    """Administer the accounts of the organisations."""


account.add_command(token)


@account.command()
@click.argument("account_id", metavar="ORG/NAME")
@_ROLES
@click.option("--purpose", default="network-defence", show_default=True, help="What it uses content for.")
@DAYS
@writes
def add(desk: Desk, account_id: str, roles: Sequence[str], purpose: str, days: int | None) -> None:
    """Add an account and print its user name and token, as JSON; the token is shown this once."""
    name = names.account_id(account_id)
    wanted = Account(
        id=name,
        organisation=names.organisation_of_account(name),
        roles=frozenset(map(Role, roles)),
        purpose=purpose,
        active=True,
    )
    issued = accounts.add_account(desk.pool, wanted, token_days=days_of(desk, days), act=desk.act)
    print_json({"username": wanted.id, "token": issued.secret})


@account.command("list")
@click.option("--organisation", metavar="ID", help="Those of one organisation.")
@reads
def list_(desk: Desk, organisation: str | None) -> None:
    """List the accounts."""
    known = accounts.list_accounts(
        desk.pool, organisation=None if organisation is None else OrganisationId(organisation)
    )
    desk.list(("id", "organisation", "roles", "purpose", "active"), [_facts(each) for each in known])


@account.command()
@click.argument("account_id", metavar="ORG/NAME")
@reads
def show(desk: Desk, account_id: str) -> None:
    """Show one account."""
    desk.show(_facts(accounts.show_account(desk.pool, AccountId(account_id))))


@account.command()
@click.argument("account_id", metavar="ORG/NAME")
@writes
def disable(desk: Desk, account_id: str) -> None:
    """Disable the account: from now on it reads and publishes nothing, whatever tokens it holds."""
    desk.show(_facts(accounts.disable_account(desk.pool, AccountId(account_id), act=desk.act)))


@account.command()
@click.argument("account_id", metavar="ORG/NAME")
@writes
def enable(desk: Desk, account_id: str) -> None:
    """Enable the account again, with the tokens that it still holds."""
    desk.show(_facts(accounts.enable_account(desk.pool, AccountId(account_id), act=desk.act)))


@account.command("roles")
@click.argument("account_id", metavar="ORG/NAME")
@_ROLES
@writes
def roles_(desk: Desk, account_id: str, roles: Sequence[str]) -> None:
    """Set its roles, all of them: one that is not given is taken away."""
    changed = accounts.set_roles(desk.pool, AccountId(account_id), roles=frozenset(map(Role, roles)), act=desk.act)
    desk.show(_facts(changed))


@account.command("purpose")
@click.argument("account_id", metavar="ORG/NAME")
@click.argument("purpose")
@writes
def purpose_(desk: Desk, account_id: str, purpose: str) -> None:
    """Set the one PURPOSE for which it uses content."""
    desk.show(_facts(accounts.set_purpose(desk.pool, AccountId(account_id), purpose=purpose, act=desk.act)))


def _facts(known: Account) -> dict[str, Fact]:
    return {
        "id": known.id,
        "organisation": known.organisation,
        "roles": sorted(known.roles),
        "purpose": known.purpose,
        "active": known.active,
    }
