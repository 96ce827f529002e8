"""`hub account token`: the secrets by which an account's programs are known."""

import click

from hub.cli.console import print_json
from hub.cli.directory.desk import Desk, Fact, reads, writes
from hub.domain.identifiers import AccountId
from hub.services.directory import tokens
from hub.store.directory.tokens import Token

DAYS = click.option(
    "--expires-days",
    "days",
    type=int,
    metavar="N",
    help="How many days the token is good for.  [default: the setting token_days, 365]",
)


def days_of(desk: Desk, days: int | None) -> int:
    """Return the days that were asked for, else what the settings say."""
    return desk.settings.token_days if days is None else days


@click.group()
def token() -> None:
    """Administer the tokens of an account."""


@token.command()
@click.argument("account_id", metavar="ORG/NAME")
@DAYS
@writes
def add(desk: Desk, account_id: str, days: int | None) -> None:
    """Give the account one more token and print it, as JSON; it is shown this once."""
    issued = tokens.add_token(desk.pool, AccountId(account_id), days=days_of(desk, days), act=desk.act)
    print_json({"username": account_id, "token": issued.secret})


@token.command("list")
@click.argument("account_id", metavar="ORG/NAME")
@reads
def list_(desk: Desk, account_id: str) -> None:
    """List the account's tokens, the expired and revoked ones too; the secrets are not kept."""
    known = tokens.list_tokens(desk.pool, AccountId(account_id))
    desk.list(("id", "created", "expires", "last_used", "revoked"), [_facts(each) for each in known])


@token.command()
@click.argument("account_id", metavar="ORG/NAME")
@click.argument("token_id", metavar="ID", type=int)
@writes
def revoke(desk: Desk, account_id: str, token_id: int) -> None:
    """Revoke the token ID, for good; `hub account token add` gives the account another."""
    account = AccountId(account_id)
    tokens.revoke_token(desk.pool, account, token_id, act=desk.act)
    desk.show(next(_facts(each) for each in tokens.list_tokens(desk.pool, account) if each.id == token_id))


def _facts(known: Token) -> dict[str, Fact]:
    return {
        "id": known.id,
        "account": known.account,
        "created": known.created,
        "expires": known.expires,
        "last_used": known.last_used,
        "revoked": known.revoked,
    }
