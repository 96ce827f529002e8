"""Agreements with what has happened to them, as the API shows them."""

from base64 import b64encode
from typing import Any

from pydantic import Field

from hub.domain.agreements import (
    AgreementRecord,
    AgreementState,
    AgreementVersion,
    Awaiting,
    Effect,
    Signature,
    Transition,
)
from hub.policy.agreements.documents import document_content
from hub.policy.agreements.life import state_of
from hub.web.api.models.base import Answer, Instant, Resource


class SignatureModel(Answer):
    """A verified signature of a party."""

    member: str
    key: str
    actor: str = Field(description="Who handed it in.")
    at: Instant

    @classmethod
    def of(cls, known: Signature) -> "SignatureModel":
        """Show a signature."""
        return cls(member=known.member, key=known.key, actor=known.actor, at=known.at)


class VersionItem(Answer):
    """Where a version stands."""

    number: int
    title: str
    effect: Effect
    state: AgreementState
    parties: list[str]
    unsigned: list[str] = Field(description="The parties whose signatures it waits for.")
    digest: str = Field(description="SHA-256 of the bytes that are signed, in hex.")
    valid_from: Instant
    valid_until: Instant | None
    drafted: Instant
    proposed: Instant | None
    proposed_by: str | None
    activated: Instant | None
    ended: Instant | None
    signatures: list[SignatureModel]

    @classmethod
    def of(cls, known: AgreementVersion) -> "VersionItem":
        """Show a version."""
        return cls(**_facts(known))


class VersionResource(VersionItem, Resource):
    """A version with its document and, in Base64, the very bytes that a party signs (RFC 8785)."""

    document: dict[str, Any]
    canonical: str

    @classmethod
    def of(cls, known: AgreementVersion) -> "VersionResource":
        """Show a version."""
        return cls(
            **_facts(known),
            document=document_content(known.document),
            canonical=b64encode(known.canonical).decode("ascii"),
        )


class AwaitingModel(Answer):
    """A transition that waits for a second operator, because it opens content of producers who have not signed it."""

    transition: Transition
    version: int
    asked_by: str
    asked_at: Instant
    producers: list[str]
    member: str | None = Field(description="The party that withdraws.")

    @classmethod
    def of(cls, known: Awaiting) -> "AwaitingModel":
        """Show what is awaited."""
        return cls(
            transition=known.transition,
            version=known.version,
            asked_by=known.asked_by,
            asked_at=known.asked_at,
            producers=list(known.producers),
            member=known.member,
        )


class AgreementResource(Resource):
    """An agreement with its versions, in order of number."""

    id: str
    state: AgreementState
    versions: list[VersionItem]
    awaiting: AwaitingModel | None

    @classmethod
    def of(cls, known: AgreementRecord) -> "AgreementResource":
        """Show an agreement."""
        return cls(
            id=known.id,
            state=state_of(known),
            versions=[VersionItem.of(version) for version in known.versions],
            awaiting=None if known.awaiting is None else AwaitingModel.of(known.awaiting),
        )


class AgreementList(Answer):
    """A page of agreements, in order of id."""

    items: list[AgreementResource]
    next: str | None = Field(description="The cursor of the next page; null after the last.")


def _facts(known: AgreementVersion) -> dict[str, Any]:
    document = known.document
    return {
        "number": known.number,
        "title": document.title,
        "effect": document.effect,
        "state": known.state,
        "parties": sorted(document.parties),
        "unsigned": sorted(known.unsigned),
        "digest": known.digest,
        "valid_from": document.valid_from,
        "valid_until": document.valid_until,
        "drafted": known.drafted,
        "proposed": known.proposed,
        "proposed_by": known.proposed_by,
        "activated": known.activated,
        "ended": known.ended,
        "signatures": [SignatureModel.of(signature) for signature in known.signatures],
    }
