"""`hub ledger` and `hub submission`: what has happened."""

import click

from hub.cli.directory.desk import Desk, Fact, reads
from hub.domain.clock import instant_of
from hub.domain.identifiers import OrganisationId, SubmissionId
from hub.services import chronicle
from hub.services.chronicle import Filed
from hub.services.directory.organisations import show_organisation

_MOST = click.IntRange(1, 1_000)
_NEWEST = 2**63 - 1


@click.command()
@click.option("--actor", metavar="NAME", help="What one account or operator did.")
@click.option("--subject", metavar="ID", help="What was done to one thing.")
@click.option(
    "--before", type=click.IntRange(1), default=_NEWEST, metavar="NUMBER", help="What is older than an entry."
)
@click.option("--limit", type=_MOST, default=50, show_default=True, help="How many entries at most.")
@reads
def ledger(desk: Desk, actor: str | None, subject: str | None, before: int, limit: int) -> None:
    """Print who did what to which thing, newest first."""
    entries = chronicle.read_ledger(desk.pool, before=before, limit=limit, actor=actor, subject=subject)
    desk.list(
        ("number", "at", "actor", "action", "subject", "detail"),
        [
            {
                "number": entry.number,
                "at": entry.at,
                "actor": entry.actor,
                "action": entry.action,
                "subject": entry.subject,
                "detail": entry.detail,
            }
            for entry in entries
        ],
    )


@click.group()
def submission() -> None:
    """Look at what was submitted."""


@submission.command("list")
@click.option("--organisation", metavar="ID", help="Those of one organisation.")
@click.option("--limit", type=_MOST, default=50, show_default=True, help="How many at most.")
@reads
def list_(desk: Desk, organisation: str | None, limit: int) -> None:
    """List what was submitted, newest first."""
    wanted = None if organisation is None else show_organisation(desk.pool, OrganisationId(organisation)).id
    found = chronicle.list_submissions(desk.pool, organisation=wanted, before=None, limit=limit)
    desk.list(("id", "account", "collection", "received", "completed", "total"), [_facts(filed) for filed in found])


@submission.command()
@click.argument("submission_id", metavar="ID", type=click.UUID)
@reads
def show(desk: Desk, submission_id: object) -> None:
    """Show how far a submission is."""
    known = chronicle.show_submission(desk.pool, SubmissionId(str(submission_id)), organisation=None)
    counts: dict[str, Fact] = {
        "accepted": known.done - known.refused,
        "refused": known.refused,
        "pending": known.filed.receipt.total - known.done,
    }
    desk.show(_facts(known.filed) | counts)


def _facts(filed: Filed) -> dict[str, Fact]:
    receipt = filed.receipt
    return {
        "id": receipt.id,
        "account": receipt.account,
        "collection": receipt.collection,
        "received": instant_of(receipt.received),
        "completed": None if filed.completed is None else instant_of(filed.completed),
        "total": receipt.total,
    }
