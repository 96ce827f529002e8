"""Explanations as the API shows them: what the services answer with, member by member."""

from typing import Any, Literal, Self, TypeVar

from pydantic import Field

from hub.domain.agreements import PermittedActions, Requirement
from hub.domain.pages import Channel
from hub.services.explaining.answers import as_json
from hub.web.api.models.base import Answer, Instant

Shown = TypeVar("Shown", bound=Answer)

TlpLabel = Literal["clear", "green", "amber", "amber+strict", "red"]


class ObligationsShown(Answer):
    """What a reader owes under the clause that grants; null where the agreement says nothing of it."""

    retention_days: int | None
    permitted_actions: PermittedActions | None
    affected_party_notifications: Requirement | None
    attribution: Requirement | None
    unmodified_resale: Requirement | None
    encrypt_in_transit: Requirement | None
    onward_sharing: Requirement | None


class AnswerModel(Answer):
    """An answer of the rules: by which rule, and why, in a stable word and in words."""

    allowed: bool
    rule: str = Field(examples=["SR-10"])
    reason: str
    why: str
    miss: str | None = Field(description="The condition that the nearest clause misses.")
    agreement: str | None
    agreement_version: int | None
    title: str | None
    clause: str | None
    obligations: ObligationsShown | None


class PassedModel(Answer):
    """A rule that did not decide, and why not."""

    rule: str
    why: str


class ClauseReachedModel(Answer):
    """A clause that covers the case, and how far it went."""

    agreement: str
    version: int
    title: str
    clause: str
    step: str
    why: str


class PartModel(Answer):
    """One of the three handlings that must all be allowed, and the way to its answer."""

    part: str
    tlp: TlpLabel
    added: Instant
    answer: AnswerModel
    passed: list[PassedModel]
    clauses: list[ClauseReachedModel]


class VersionExplainedModel(Answer):
    """A version, without its content, and why an account may or may not read it."""

    version: Instant | None
    added: Instant
    producer: str
    type: str
    collection: str
    allowed: bool
    decided_by: str = Field(description="The part that decides.")
    parts: list[PartModel]


class ObjectExplainedModel(Answer):
    """Every version of an object, in order of position; none where the hub does not hold it."""

    object_id: str
    account: str
    at: Instant
    versions: list[VersionExplainedModel]

    @classmethod
    def of(cls, known: object) -> Self:
        """Show an explanation."""
        return _shown(cls, known)


class VerdictModel(Answer):
    """What all accounts of an organisation get that declare a purpose, or the one that an audience names."""

    purpose: str
    account: str | None
    answer: AnswerModel


class OrganisationVerdictsModel(Answer):
    """Who of an organisation may read a version."""

    organisation: str
    name: str
    member: str | None
    kind: str
    verdicts: list[VerdictModel]


class ReadershipModel(Answer):
    """Who may read a version."""

    version: Instant | None
    added: Instant
    collection: str
    organisations: list[OrganisationVerdictsModel]


class ReceiptModel(Answer):
    """A version that an account was given."""

    account: str
    organisation: str
    channel: Channel
    version: Instant | None
    collection: str
    position: int
    first_at: Instant
    last_at: Instant


class ReadersModel(Answer):
    """Who may read an object of one's own organisation, and who has been given it."""

    object_id: str
    at: Instant
    can_read: list[ReadershipModel]
    has_read: list[ReceiptModel]

    @classmethod
    def of(cls, known: object) -> Self:
        """Show the readers of an object."""
        return _shown(cls, known)


class ReadByModel(Answer):
    """Who was given an object, for each producer that has it or had it."""

    producer: str
    receipts: list[ReceiptModel]


class ReadByList(Answer):
    """Who was given an object, producer by producer."""

    items: list[ReadByModel]

    @classmethod
    def of(cls, known: dict[Any, Any]) -> Self:
        """Show receipts by their producers."""
        receipts = {producer: as_json(given) for producer, given in known.items()}
        return cls.model_validate(
            {"items": [{"producer": producer, "receipts": receipts[producer]} for producer in sorted(receipts)]}
        )


class ClassAsked(Answer):
    """A class of objects: of a member's producers, or of one producer."""

    source: str
    tlp: TlpLabel
    type: str


class ClassAnswerModel(Answer):
    """What holds for producers of one kind; `nearest` are the clauses that come as near as any."""

    producers: str
    answer: AnswerModel
    max_age: int | None = Field(description="Seconds; null where age does not matter.")
    nearest: list[ClauseReachedModel]
    change: str = Field(description="What would have to be otherwise; empty where they are open.")


class ClassExplainedModel(Answer):
    """Why a class of objects is open or closed, for each kind of producer; the same whether or not there are any."""

    asked: ClassAsked
    at: Instant
    answers: list[ClassAnswerModel]

    @classmethod
    def of(cls, known: object) -> Self:
        """Show an explanation."""
        return _shown(cls, known)


class RightModel(Answer):
    """What is readable under one and the same rule or clause."""

    origins: list[str | None] = Field(description="Member codes; null for the hub itself.")
    producers: list[str]
    addressed: list[str]
    levels: list[TlpLabel]
    types: list[str] | None = Field(description="Null for all, without those in `except_types`.")
    except_types: list[str]
    older_than: int | None = Field(description="Seconds.")
    max_age: int | None = Field(description="Seconds; null where age does not matter.")
    answer: AnswerModel


class RightsModel(Answer):
    """All that an account may read, and until when that holds unless people change something before."""

    account: str
    at: Instant
    until: Instant | None
    rights: list[RightModel]

    @classmethod
    def of(cls, known: object) -> Self:
        """Show the rights of an account."""
        return _shown(cls, known)


def _shown(model: type[Shown], known: object) -> Shown:
    return model.model_validate(as_json(known))
