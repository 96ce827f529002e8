"""`hub explain`, `hub rights`, `hub receipts`: why an account may or may not read, what it may see, who has read."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

import click

from hub.cli.console import print_json, print_table
from hub.cli.directory.desk import Desk, reads
from hub.domain.errors import ConfigurationError, RequestError
from hub.domain.identifiers import AccountId, StixId
from hub.runtime.catalogue import load_catalogue
from hub.runtime.logs import printable
from hub.services.explaining.answers import Answer, Part, Receipt, VersionExplained, as_json
from hub.services.explaining.producers import who_has_read
from hub.services.explaining.rights import Right, rights_for
from hub.services.explaining.versions import explain_object
from hub.stix.form.names import CANONICAL_ID

_ACCOUNT = click.option("--account", required=True, metavar="ORG/NAME", help="Whose reading is asked about.")
_MOST_WORDS: Final = 5


def stix_id(text: str) -> StixId:
    """Read the id of an object; raise RequestError where it is spelled as no STIX id is."""
    if CANONICAL_ID.fullmatch(text) is None:
        raise RequestError(f"{printable(text)} is no STIX id: those are written TYPE--UUID, in lower case.")
    return StixId(text)


_OBJECT = click.option(
    "--object", "object_id", type=stix_id, required=True, metavar="ID", help="The STIX id of the object."
)


@click.command()
@_ACCOUNT
@_OBJECT
@reads
def explain(desk: Desk, account: str, object_id: StixId) -> None:
    """Say of every version of an object why an account may or may not read it. The content is never shown.

    A version is read where three things allow it: the version itself, the newest version in the same collection, and
    the newest that its producer has anywhere.
    """
    told = explain_object(desk.pool, AccountId(account), object_id, at=datetime.now(UTC))
    if desk.as_json:
        print_json(as_json(told))
        return
    if not told.versions:
        click.echo(f"The hub holds no {object_id}.")
    aliases = _aliases(desk)
    for version in told.versions:
        _print_version(version, account, collection=aliases.get(version.collection, version.collection))


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
def receipts(desk: Desk, object_id: StixId) -> None:
    """Say who was given an object, in which version, and when; also where it was deleted since."""
    told = who_has_read(desk.pool, object_id)
    if desk.as_json:
        print_json({producer: as_json(given) for producer, given in told.items()})
        return
    if not told:
        click.echo(f"The hub holds no {object_id}, and never did.")
    for producer, given in told.items():
        click.echo(f"{object_id} of {producer}: {'given to nobody' if not given else ''}".rstrip())
        if given:
            print_receipts(given)


def print_receipts(given: Iterable[Receipt]) -> None:
    """Print who was given an object, a line a version and account."""
    print_table(
        ("ACCOUNT", "AS", "VERSION", "FIRST", "LAST"),
        [(each.account, each.channel, *map(_when, (each.version, each.first_at, each.last_at))) for each in given],
    )


def _aliases(desk: Desk) -> Mapping[str, str]:
    """Return the collections of the files by id; none where there are no files that can be read here."""
    try:
        return {each.id: each.alias for each in load_catalogue(desk.settings.collections)}
    except ConfigurationError:
        return {}


def _print_version(version: VersionExplained, account: str, *, collection: str) -> None:
    verb = "may read" if version.allowed else "may not read"
    click.secho(f"{account} {verb} the version of {_when(version.version or version.added)}", bold=True)
    click.echo(f"  {version.type} of {version.producer} in {collection}, decided by: {version.decided_by}")
    alike: list[tuple[Part, list[str]]] = []
    for part in version.parts:
        known = next((names for shown, names in alike if replace(shown, part=part.part) == part), None)
        if known is None:
            alike.append((part, [part.part]))
        else:
            known.append(part.part)
    for part, names in alike:
        _print_part(part, ", ".join(names))


def _print_part(part: Part, name: str) -> None:
    click.echo(f"  {name}: {part.tlp.label}, accepted {_when(part.added)}")
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
