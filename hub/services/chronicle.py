"""Read what has happened: the ledger of changes, and the receipts of what was submitted."""

from dataclasses import dataclass

from hub.domain.errors import NotFoundError
from hub.domain.identifiers import OrganisationId, SubmissionId, Tick
from hub.store.database import Pool
from hub.store.ledger import Entry, read_entries
from hub.store.submissions import Receipt, count_refused, find_receipt, list_receipts, load_progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """A receipt, and when its last object had its outcome; None while something is pending."""

    receipt: Receipt
    completed: Tick | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Progressed:
    """How far a submission is: of how many objects the outcome is known, and how many of these were refused."""

    filed: Filed
    done: int
    refused: int


def read_ledger(
    pool: Pool, *, before: int, limit: int, actor: str | None = None, subject: str | None = None
) -> tuple[Entry, ...]:
    """Return entries of the ledger with a smaller number, newest first."""
    with pool.statement() as database:
        return read_entries(database, before=before, limit=limit, actor=actor, subject=subject)


def list_submissions(
    pool: Pool, *, organisation: OrganisationId | None, before: tuple[Tick, str] | None, limit: int
) -> tuple[Filed, ...]:
    """Return what was submitted, newest first: by everybody, or by one organisation."""
    with pool.statement() as database:
        found = list_receipts(database, organisation=organisation, before=before, limit=limit)
    return tuple(Filed(receipt=receipt, completed=completed) for receipt, completed in found)


def show_submission(pool: Pool, submission: SubmissionId, *, organisation: OrganisationId | None) -> Progressed:
    """Return how far a submission is; raise NotFoundError where there is none, or none of that organisation."""
    with pool.snapshot() as database:
        found = find_receipt(database, submission)
        if found is None or organisation not in {None, found[0].organisation}:
            raise NotFoundError("There is no such submission. It may have been kept long enough.")
        progress = load_progress(database, submission)
        refused = count_refused(database, submission)
    return Progressed(filed=Filed(receipt=found[0], completed=found[1]), done=len(progress.positions), refused=refused)
