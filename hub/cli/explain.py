"""`hub explain`, `hub rights`, `hub receipts`: why an account may or may not read, what it may see, who has read."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Final

import click

from hub.cli.console import print_json, print_table
from hub.cli.directory.desk import Desk, reads
from hub.domain.identifiers import AccountId, StixId
from hub.services.explaining.answers import Answer, Part, VersionExplained, as_json
from hub.services.explaining.producers import who_has_read
from hub.services.explaining.rights import Right, rights_for
from hub.services.explaining.versions import explain_object

_ACCOUNT = click.option("--account", required=True, metavar="ORG/NAME", help="Whose reading is asked about.")
_MOST_WORDS: Final = 5
_OBJECT = click.option("--object", "object_id", required=True, metavar="ID", help="The STIX id of the object.")


@click.command()
@_ACCOUNT
@_OBJECT
@reads
def explain(desk: Desk, account: str, object_id: str) -> None:
    """Say of every version of an object why an account may or may not read it. The content is never shown.

    A version is read where three things allow it: the version itself, the newest version in the same collection, and
    the newest that its producer has anywhere.
    """
    told = explain_object(desk.pool, AccountId(account), StixId(object_id), at=datetime.now(UTC))
    if desk.as_json:
        print_json(as_json(told))
        return
    if not told.versions:
        click.echo(f"The hub holds no {object_id}.")
    for version in told.versions:
        _print_version(version, account)


@click.command()
@_ACCOUNT
@reads
def rights(desk: Desk, account: str) -> None:
    """Say what an account may see: from whom, up to which level, under which rule or clause."""
    told = rights_for(desk.pool, AccountId(account), at=datetime.now(UTC))
    if desk.as_json:
        print_json(as_json(told))
        return
    print_table(
        ("FROM", "PRODUCERS", "ADDRESSED", "TLP", "TYPES", "AGE IN DAYS", "RULE", "WHY"),
        [_row(each) for each in told.rights],
    )
    click.echo("Holds until people change something." if told.until is None else f"Holds until {_when(told.until)}.")


@click.command()
@_OBJECT
@reads
def receipts(desk: Desk, object_id: str) -> None:
    """Say who was given an object, in which version, and when; also where it was deleted since."""
    told = who_has_read(desk.pool, StixId(object_id))
    if desk.as_json:
        print_json({producer: as_json(given) for producer, given in told.items()})
        return
    if not told:
        click.echo(f"The hub holds no {object_id}, and never did.")
    for producer, given in told.items():
        click.echo(f"{object_id} of {producer}: {'given to nobody' if not given else ''}".rstrip())
        if given:
            print_table(
                ("ACCOUNT", "AS", "VERSION", "FIRST", "LAST"),
                [(e.account, e.channel, _when(e.version), _when(e.first_at), _when(e.last_at)) for e in given],
            )


def _print_version(version: VersionExplained, account: str) -> None:
    verb = "may read" if version.allowed else "may not read"
    click.secho(f"{account} {verb} the version of {_when(version.version or version.added)}", bold=True)
    click.echo(f"  {version.type} of {version.producer} in {version.collection}, decided by: {version.decided_by}")
    for part in version.parts:
        _print_part(part)


def _print_part(part: Part) -> None:
    click.echo(f"  {part.part}: {part.tlp.label}, accepted {_when(part.added)}")
    for passed in part.passed:
        click.echo(f"    {passed.rule}  {passed.why}")
    for clause in part.clauses:
        click.echo(f"    clause {clause.clause} of {clause.agreement} {clause.version} ({clause.title}): {clause.why}")
    click.echo(f"    {part.answer.rule}  {'allow' if part.answer.allowed else 'deny'}: {_why(part.answer)}")


def _why(answer: Answer) -> str:
    owed = as_json(answer.obligations) if answer.obligations is not None else {}
    said = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in owed.items() if value is not None)
    return f"{answer.why}; owed: {said}" if said else answer.why


def _row(right: Right) -> Sequence[str]:
    types = "all" if right.types is None else ", ".join(right.types)
    if right.except_types:
        types = f"{types} but {', '.join(right.except_types)}"
    return (
        _some(origin or "the hub" for origin in right.origins),
        _some(right.producers),
        _some(right.addressed),
        _some(level.label for level in right.levels),
        types,
        _age(right),
        right.answer.rule,
        _why(right.answer),
    )


def _some(words: Iterable[str]) -> str:
    found = list(words)
    more = f" and {len(found) - _MOST_WORDS} more" if len(found) > _MOST_WORDS else ""
    return ", ".join(found[:_MOST_WORDS]) + more


def _age(right: Right) -> str:
    least = "" if right.older_than is None else f"over {right.older_than.days} "
    most = "" if right.max_age is None else f"up to {right.max_age.days}"
    return f"{least}{most}".strip() or "any"


def _when(instant: datetime | None) -> str:
    return "-" if instant is None else instant.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
