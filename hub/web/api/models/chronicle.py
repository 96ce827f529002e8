"""The ledger and what was submitted, as the API shows them."""

from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field

from hub.domain.clock import instant_of
from hub.services.chronicle import Filed, Progressed
from hub.store.ledger import Entry
from hub.web.api.models.base import Answer, Instant, Resource, Slug
from hub.web.api.paging import Paging


class Progress(StrEnum):
    """How far a submission is."""

    PENDING = "pending"
    COMPLETE = "complete"


class SubmissionItem(Answer):
    """The receipt of one POST of objects."""

    id: str
    collection: str
    organisation: str
    account: str
    received: Instant
    completed: Instant | None
    status: Progress
    total: int

    @classmethod
    def of(cls, filed: Filed) -> "SubmissionItem":
        """Show a receipt."""
        return cls(**_facts(filed))


class SubmissionList(Answer):
    """A page of receipts, newest first."""

    items: list[SubmissionItem]
    next: str | None = Field(description="The cursor of the next page; null after the last.")


class SubmissionResource(Resource):
    """How far a submission is; its status resource of TAXII tells its own organisation of each object."""

    id: str
    collection: str
    organisation: str
    account: str
    received: Instant
    completed: Instant | None
    status: Progress
    total: int
    accepted: int
    refused: int
    pending: int

    @classmethod
    def of(cls, known: Progressed) -> "SubmissionResource":
        """Show how far a submission is."""
        total = known.filed.receipt.total
        return cls(
            **_facts(known.filed),
            accepted=known.done - known.refused,
            refused=known.refused,
            pending=total - known.done,
        )


class SubmissionPaging(Paging):
    """Which submissions; who is neither operator nor auditor gets those of the own organisation."""

    organisation: Slug | None = None


class LedgerEntry(Answer):
    """Who did what to which thing."""

    number: int
    at: Instant
    actor: str
    action: str
    subject: str
    detail: dict[str, Any]

    @classmethod
    def of(cls, entry: Entry) -> "LedgerEntry":
        """Show an entry."""
        return cls(
            number=entry.number,
            at=entry.at,
            actor=entry.actor,
            action=entry.action,
            subject=entry.subject,
            detail=dict(entry.detail),
        )


class LedgerPage(Answer):
    """A page of the ledger, newest first."""

    items: list[LedgerEntry]
    next: str | None = Field(description="The cursor of the next page; null after the last.")


class LedgerPaging(Paging):
    """Which entries."""

    actor: Annotated[str | None, Field(max_length=200)] = None
    subject: Annotated[str | None, Field(max_length=200)] = None


def _facts(filed: Filed) -> dict[str, Any]:
    receipt = filed.receipt
    return {
        "id": receipt.id,
        "collection": receipt.collection,
        "organisation": receipt.organisation,
        "account": receipt.account,
        "received": instant_of(receipt.received),
        "completed": None if filed.completed is None else instant_of(filed.completed),
        "status": Progress.PENDING if filed.completed is None else Progress.COMPLETE,
        "total": receipt.total,
    }
