"""The document of an agreement: the same members as in the TOML that people write and the JSON that they sign."""

from datetime import date
from typing import Annotated, ClassVar, Literal

from pydantic import AwareDatetime, ConfigDict, Field

from hub.domain.agreements import AgreementDocument, Effect, PermittedActions, Reach
from hub.domain.errors import ConfigurationError, UnprocessableError
from hub.policy.agreements.documents import document_of
from hub.web.api.models.base import Code, Given, Line, Slug

CodeOrAny = Annotated[str, Field(pattern=r"^(\*|[A-Z]{2})$", examples=["AU"])]
SlugOrAny = Annotated[str, Field(max_length=250, pattern=r"^(\*|[a-z0-9]+(-[a-z0-9]+)*)$", examples=["indicator"])]
Days = Annotated[int, Field(ge=1, le=36_500)]
Prose = Annotated[str, Field(max_length=4_000, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]*$")]
TlpLabel = Literal["clear", "green", "amber", "amber+strict", "red"]


class ClauseModel(Given):
    """One numbered grant or exclusion; `*` stands alone in its list."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        frozen=True, extra="forbid", strict=True, validate_by_alias=True, validate_by_name=False
    )

    number: Annotated[str, Field(max_length=20, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", examples=["1"])]
    origins: Annotated[list[CodeOrAny], Field(alias="from", min_length=1, max_length=300)]
    destinations: Annotated[list[CodeOrAny], Field(alias="to", min_length=1, max_length=300)]
    tlp_max: TlpLabel
    types: list[SlugOrAny] = Field(default=["*"], min_length=1, max_length=300)
    purposes: list[SlugOrAny] = Field(default=["*"], min_length=1, max_length=300)
    reach: Reach = Reach.CERT
    recipients: list[Slug] = Field(default=[], max_length=300)
    max_age_days: Days | None = None


class ObligationsModel(Given):
    """What a receiver owes, in the words of FIRST IEP 2.0; the hub shows it and does not enforce it."""

    retention_days: Days | None = None
    permitted_actions: PermittedActions | None = None
    affected_party_notifications: Literal["may", "must-not"] | None = None
    attribution: Literal["may", "must", "must-not"] | None = None
    unmodified_resale: Literal["may", "must-not"] | None = None
    encrypt_in_transit: Literal["must", "may"] | None = None
    onward_sharing: Literal["may", "must-not"] | None = None


class TextModel(Given):
    """What is written for people alone."""

    legal_basis: Prose = ""
    contact: Prose = ""
    review_date: date | None = None


class DocumentModel(Given):
    """One version of an agreement: what its parties sign."""

    id: Slug
    version: Annotated[int, Field(ge=1, le=2_000_000_000)]
    title: Line
    effect: Effect
    parties: Annotated[list[Code], Field(max_length=300)]
    valid_from: AwareDatetime
    valid_until: AwareDatetime | None = None
    clauses: Annotated[list[ClauseModel], Field(min_length=1, max_length=200)]
    obligations: ObligationsModel = ObligationsModel()
    text: TextModel = TextModel()

    def document(self) -> AgreementDocument:
        """Return the document; raise UnprocessableError for what no agreement can mean."""
        content = self.model_dump(mode="json", by_alias=True, exclude_unset=True)
        try:
            return document_of(content)
        except ConfigurationError as error:
            raise UnprocessableError(error.sentence, code="AGREEMENT") from None
