"""Withdrawals as the API shows them."""

from typing import Annotated, Self

from pydantic import Field

from hub.domain.pages import Channel
from hub.domain.subscriptions.withdrawals import Cause
from hub.services.withdrawal.following import Followed, Only
from hub.web.api.models.base import Answer, Given, Instant, ObjectId, Slug
from hub.web.api.paging import MOST, Paging

WithdrawalNumber = Annotated[str, Field(pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")]
WhichOnly = Annotated[
    Only | None, Field(description="`overdue`: what ought to be acknowledged by now; left out, all of them.")
]


class NoticesAsked(Paging):
    """Which notices, and which part of the list."""

    only: WhichOnly = None


class OwnWithdrawalsAsked(Paging):
    """Of which object, or of all of the own organisation; and which part of the list."""

    object: ObjectId | None = None
    only: WhichOnly = None


class WithdrawalsAsked(OwnWithdrawalsAsked):
    """Of which object and producer, or of all; and which part of the list."""

    producer: Slug | None = None


class Acknowledgement(Given):
    """Withdrawals that are dealt with, as notices name them."""

    withdrawals: Annotated[list[WithdrawalNumber], Field(min_length=1, max_length=MOST)]


class Acknowledged(Answer):
    """What has become of an acknowledgement."""

    acknowledged: list[str] = Field(description="Those that are acknowledged now, or were already.")
    unknown: list[str] = Field(description="Those that are not there, or not yours.")


class WithdrawalModel(Answer):
    """A version that a subscriber was sent and that is withdrawn, and how far the notice of that has got."""

    id: str
    object: str
    version: str
    cause: Cause
    at: Instant
    producer: str
    organisation: str
    account: str
    channel: Channel
    received: Instant | None = Field(description="When a receiver took the notice; null where none has.")
    acknowledged: Instant | None
    overdue: bool = Field(description="Whether it ought to have been acknowledged by now.")

    @classmethod
    def of(cls, known: Followed) -> Self:
        """Show a withdrawal."""
        facts = {name: getattr(known, name) for name in cls.model_fields if name != "object"}
        return cls(object=known.object_id, **facts)


class NoticeModel(Answer):
    """A notice as its subscriber was told it: neither who withdrew the version nor why."""

    id: str
    object: str
    version: str
    cause: Cause
    at: Instant
    account: str
    received: Instant
    acknowledged: Instant | None


class WithdrawalList(Answer):
    """Withdrawals, in the order in which they came up."""

    items: list[WithdrawalModel]
    next: Annotated[str | None, Field(description="The cursor of the next page; null after the last.")]


class NoticeList(Answer):
    """Notices that an account has received, in the order in which they came up."""

    items: list[NoticeModel]
    next: Annotated[str | None, Field(description="The cursor of the next page; null after the last.")]
