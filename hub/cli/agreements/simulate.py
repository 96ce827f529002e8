"""`hub agreement simulate`: what a change would do, before anybody makes it."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click

from hub.cli.agreements.files import read_agreement
from hub.cli.console import print_json, print_table
from hub.cli.directory.desk import Desk, reads
from hub.domain.agreements import AgreementState
from hub.domain.directory import MemberStatus
from hub.domain.identifiers import AccountId, AgreementId, MemberCode, OrganisationId
from hub.policy.changes.candidates import (
    AccountTurn,
    AgreementTurn,
    Change,
    Consent,
    ConsentTurn,
    MemberTurn,
    OrganisationTurn,
    PairTurn,
    Standing,
    adoption_of,
)
from hub.policy.changes.conflicts.nouns import Conflict
from hub.policy.changes.matrix import Cell, Readers, Tally
from hub.services.foresight.documents import foresight_document
from hub.services.foresight.simulate import Foresight
from hub.services.foresight.simulate import simulate as foresee

_READABLE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)
_TURNS: Final[Mapping[str, Callable[[str], Change]]] = {
    "suspend": lambda name: AgreementTurn(agreement=AgreementId(name), state=AgreementState.SUSPENDED),
    "resume": lambda name: AgreementTurn(agreement=AgreementId(name), state=AgreementState.ACTIVE),
    "end": lambda name: AgreementTurn(agreement=AgreementId(name), state=AgreementState.ENDED),
    "suspend-member": lambda name: MemberTurn(member=MemberCode(name.upper()), status=MemberStatus.SUSPENDED),
    "observe-member": lambda name: MemberTurn(member=MemberCode(name.upper()), status=MemberStatus.OBSERVER),
    "activate-member": lambda name: MemberTurn(member=MemberCode(name.upper()), status=MemberStatus.ACTIVE),
    "suspend-pair": lambda name: _pair("suspend-pair", name, Standing.SUSPENDED),
    "resume-pair": lambda name: _pair("resume-pair", name, Standing.ACTIVE),
    "disable-organisation": lambda name: OrganisationTurn(
        organisation=OrganisationId(name), standing=Standing.SUSPENDED
    ),
    "enable-organisation": lambda name: OrganisationTurn(organisation=OrganisationId(name), standing=Standing.ACTIVE),
    "disable-account": lambda name: AccountTurn(account=AccountId(name), standing=Standing.SUSPENDED),
    "enable-account": lambda name: AccountTurn(account=AccountId(name), standing=Standing.ACTIVE),
    "consent": lambda name: ConsentTurn(organisation=OrganisationId(name), consent=Consent.GIVEN),
    "withdraw-consent": lambda name: ConsentTurn(organisation=OrganisationId(name), consent=Consent.WITHHELD),
}


@click.command()
@click.argument("file", type=_READABLE, required=False)
@click.option(
    "--change",
    "turn",
    type=(click.Choice(list(_TURNS)), str),
    metavar="WHAT ID",
    help=f"In place of FILE, one of: {', '.join(_TURNS)}. ID is an agreement, a member, a pair (AU-JP) and so on.",
)
@reads
def simulate(desk: Desk, *, file: Path | None, turn: tuple[str, str] | None) -> None:
    """Show who would gain and lose what if the agreement in FILE came into force, and what is in its way.

    Nothing is changed. What an agreement would do is shown at the moment it begins, where that is still ahead.
    """
    foreseen = foresee(desk.pool, _change(file, turn), asker=None, at=datetime.now(UTC))
    if desk.as_json:
        print_json(foresight_document(foreseen))
        return
    _show_matrix(foreseen)
    _show_conflicts(foreseen.conflicts)


def _change(file: Path | None, turn: tuple[str, str] | None) -> Change:
    if file is not None and turn is None:
        return adoption_of(read_agreement(file))
    if turn is not None and file is None:
        what, name = turn
        return _TURNS[what](name)
    raise click.UsageError("Give the FILE of an agreement, or --change WHAT ID.")


def _pair(what: str, name: str, standing: Standing) -> Change:
    one, _, other = name.upper().partition("-")
    if not (one and other) or "-" in other or one == other:
        raise click.UsageError(f"{what} takes two members with a hyphen between them, like AU-JP; {name} is not that.")
    return PairTurn(one=MemberCode(one), other=MemberCode(other), standing=standing)


def _show_matrix(foreseen: Foresight) -> None:
    instant = foreseen.at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
    if not foreseen.cells:
        click.echo(f"At {instant} nobody would gain or lose anything that the hub holds.")
        return
    click.echo(f"At {instant} these would gain and lose (objects, at their latest version):\n")
    heads = ("readers", "accounts", "from", "tlp", "audience", "types", "gained", "lost")
    print_table(heads, _rows(foreseen.cells))


def _rows(cells: Sequence[Cell]) -> list[tuple[object, ...]]:
    """Put the types of one origin and level together."""
    together: dict[tuple[Readers, str, str, bool], list[Cell]] = defaultdict(list)
    for cell in cells:
        content = cell.content
        together[cell.readers, content.origin or "hub", content.tlp.label, content.audience].append(cell)
    return [
        (
            readers.organisation,
            readers.number,
            origin,
            tlp,
            "yes" if audience else "no",
            ", ".join(sorted({cell.content.type for cell in alike})),
            _objects([cell.gained for cell in alike]),
            _objects([cell.lost for cell in alike]),
        )
        for (readers, origin, tlp, audience), alike in together.items()
    ]


def _objects(tallies: Sequence[Tally | None]) -> int | None:
    counted = [tally.latest for tally in tallies if tally is not None]
    return sum(counted) if counted else None


def _show_conflicts(conflicts: Sequence[Conflict]) -> None:
    if not conflicts:
        return
    click.echo("\nTo look at first:\n")
    for conflict in conflicts:
        clauses = ", ".join(f"{each.agreement} v{each.version} clause {each.clause}" for each in conflict.cites)
        click.echo(f"{conflict.weight.value}  {conflict.code}  {conflict.sentence}\n    {clauses}")
