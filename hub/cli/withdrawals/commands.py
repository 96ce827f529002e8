"""`hub withdrawal`, at the operators' desk."""

from datetime import timedelta
from typing import Final
from uuid import UUID

import click

from hub.cli.directory.desk import Desk, Fact, reads, writes
from hub.domain.identifiers import AccountId, OrganisationId, StixId
from hub.domain.subscriptions.withdrawals import WithdrawalId
from hub.services.directory.accounts import show_account
from hub.services.directory.organisations import show_organisation
from hub.services.withdrawal import following
from hub.services.withdrawal.following import Followed, Only, Stretch

_HEADS: Final = ("id", "object", "version", "cause", "at", "account", "received", "acknowledged", "overdue")
_AT_ONCE: Final = 1_000


@click.group()
def withdrawal() -> None:
    """See who was told of withdrawals, and who has acknowledged them."""


@withdrawal.command("list")
@click.option("--object", "object_id", metavar="ID", help="Those of one object, by its STIX id.")
@click.option("--producer", metavar="ID", help="Those of what one organisation has published.")
@click.option("--account", metavar="ORG/NAME", help="Those that one account has been told of.")
@click.option("--overdue", is_flag=True, help="Only those that ought to have been acknowledged by now.")
@reads
def list_(desk: Desk, *, object_id: str | None, producer: str | None, account: str | None, overdue: bool) -> None:
    """List withdrawals in the order in which they came up: who was sent what, was told, and has answered."""
    found = _all(desk, object_id, producer, account, Only.OVERDUE if overdue else None)
    desk.list(_HEADS, [_facts(each) for each in found])


@withdrawal.command()
@click.argument("withdrawal_ids", metavar="WITHDRAWAL...", type=click.UUID, nargs=-1, required=True)
@writes
def acknowledge(desk: Desk, withdrawal_ids: tuple[UUID, ...]) -> None:
    """Say for subscribers that withdrawals are dealt with. Safe to repeat; the first time counts."""
    numbers = [WithdrawalId(str(each)) for each in withdrawal_ids]
    following.acknowledge_for(desk.pool, numbers, act=desk.act)
    desk.show({"acknowledged": [str(each) for each in numbers]})


def _all(
    desk: Desk, object_id: str | None, producer: str | None, account: str | None, only: Only | None
) -> list[Followed]:
    asked = None if object_id is None else StixId(object_id)
    of = None if producer is None else show_organisation(desk.pool, OrganisationId(producer)).id
    told = None if account is None else show_account(desk.pool, AccountId(account)).id
    found: list[Followed] = []
    after = 0
    while True:
        patience = timedelta(hours=desk.settings.withdrawal_hours)
        stretch = Stretch(after=after, most=_AT_ONCE, patience=patience, at=desk.act.at, only=only)
        if told is None:
            page = following.all_withdrawals(desk.pool, asked, of, stretch)
        else:
            page = following.notices_received(desk.pool, told, stretch)
        found += page
        if len(page) < _AT_ONCE:
            break
        after = page[-1].number
    return [each for each in found if asked in {None, each.object_id} and of in {None, each.producer}]


def _facts(known: Followed) -> dict[str, Fact]:
    return {
        "id": known.id,
        "object": known.object_id,
        "version": known.version,
        "cause": known.cause.value,
        "at": known.at,
        "producer": known.producer,
        "account": known.account,
        "channel": known.channel.value,
        "received": known.received,
        "acknowledged": known.acknowledged,
        "overdue": known.overdue,
    }
