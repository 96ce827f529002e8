"""`hub pair`: all sharing between two members, stopped and let flow again."""

import click

from hub.cli.directory.desk import Desk, Fact, in_capitals, writes
from hub.domain.agreements import AgreementRecord
from hub.domain.identifiers import MemberCode
from hub.services.agreements import pairs


@click.group()
def pair() -> None:
    """Stop all sharing between two members, and let it flow again."""


@pair.command()
@click.argument("one", type=in_capitals)
@click.argument("other", type=in_capitals)
@writes
def suspend(desk: Desk, one: MemberCode, other: MemberCode) -> None:
    """Suspend: from now on nothing but TLP:CLEAR passes between ONE and OTHER, in either direction."""
    _show(desk, pairs.suspend_pair(desk.pool, one, other, act=desk.act))


@pair.command()
@click.argument("one", type=in_capitals)
@click.argument("other", type=in_capitals)
@writes
def resume(desk: Desk, one: MemberCode, other: MemberCode) -> None:
    """Resume: what agreements grant between ONE and OTHER flows again, once another operator approves what it opens."""
    _show(desk, pairs.resume_pair(desk.pool, one, other, act=desk.act))


def _show(desk: Desk, record: AgreementRecord) -> None:
    desk.show(_facts(record))
    if record.awaiting is not None and not desk.as_json:
        click.echo(
            f"\nLifting the suspension awaits a second operator; {record.awaiting.asked_by} asked."
            f" hub agreement approve {record.id}, or refuse {record.id}."
        )


def _facts(record: AgreementRecord) -> dict[str, Fact]:
    awaiting = record.awaiting
    return {
        "exclusion": record.id,
        "state": record.newest.state,
        "awaiting": None if awaiting is None else awaiting.transition,
        "asked_by": None if awaiting is None else awaiting.asked_by,
    }
