"""Agreements as documents: the TOML that people write and the JSON that they sign are one form."""

from datetime import UTC, date, datetime
from typing import Annotated, Final, Literal

import msgspec

from hub.domain.agreements import (
    ANY,
    AgreementDocument,
    AgreementText,
    Clause,
    Effect,
    Obligations,
    PermittedActions,
    Reach,
    Requirement,
)
from hub.domain.clock import tick_of, timestamp_of
from hub.domain.documents import Code, Line, Slug, StrictTable, TlpLabel, read_document
from hub.domain.handling import Tlp
from hub.domain.identifiers import AgreementId, MemberCode, OrganisationId

_YEARS: Final = range(1970, 9999)
_SOME: Final = msgspec.Meta(min_length=1)
_MOST: Final = 2_000_000_000

_CodeOrAny = Annotated[str, msgspec.Meta(pattern=r"\A(?:\*|[A-Z]{2})\Z")]
_SlugOrAny = Annotated[str, msgspec.Meta(pattern=r"\A(?:\*|[a-z0-9]+(?:-[a-z0-9]+)*)\Z", max_length=250)]
_Id = Annotated[Slug, msgspec.Meta(max_length=63)]
_Number = Annotated[int, msgspec.Meta(ge=1, le=_MOST)]
_Title = Annotated[Line, msgspec.Meta(max_length=200)]
_Days = Annotated[int, msgspec.Meta(ge=1, le=_MOST)]
_Instant = Annotated[datetime, msgspec.Meta(tz=True)]
_Prose = Annotated[str, msgspec.Meta(pattern=r"\A[^\x00-\x08\x0b-\x1f\x7f]*\Z", max_length=4_000)]


class ClauseTable(StrictTable, frozen=True, kw_only=True, rename={"origins": "from", "destinations": "to"}):
    """The form of one clause; `*` stands alone in its list."""

    number: Annotated[Slug, msgspec.Meta(max_length=20)]
    origins: Annotated[frozenset[_CodeOrAny], _SOME]
    destinations: Annotated[frozenset[_CodeOrAny], _SOME]
    tlp_max: TlpLabel
    types: Annotated[frozenset[_SlugOrAny], _SOME] = frozenset({ANY})
    purposes: Annotated[frozenset[_SlugOrAny], _SOME] = frozenset({ANY})
    reach: Reach = Reach.CERT
    recipients: frozenset[_Id] = frozenset()
    max_age_days: _Days | None = None

    def __post_init__(self) -> None:
        """Refuse `*` beside names: it would hide that the names say nothing."""
        lists = {"from": self.origins, "to": self.destinations, "types": self.types, "purposes": self.purposes}
        for key, values in lists.items():
            if ANY in values and len(values) > 1:
                raise ValueError(f"`{key}` names others beside `*`")


class ObligationsTable(StrictTable, frozen=True, kw_only=True):
    """The form of what a receiver owes; the words are those of FIRST IEP 2.0, and what is left out is not agreed."""

    retention_days: _Days | None = None
    permitted_actions: PermittedActions | None = None
    affected_party_notifications: Literal["may", "must-not"] | None = None
    attribution: Literal["may", "must", "must-not"] | None = None
    unmodified_resale: Literal["may", "must-not"] | None = None
    encrypt_in_transit: Literal["must", "may"] | None = None
    onward_sharing: Literal["may", "must-not"] | None = None


class TextTable(StrictTable, frozen=True, kw_only=True):
    """The form of what is written for people alone."""

    legal_basis: _Prose = ""
    contact: _Prose = ""
    review_date: date | None = None


class AgreementTable(StrictTable, frozen=True, kw_only=True):
    """The form of one version of an agreement."""

    id: _Id
    version: _Number
    title: _Title
    effect: Effect
    parties: frozenset[Code]
    valid_from: _Instant
    valid_until: _Instant | None = None
    clauses: Annotated[tuple[ClauseTable, ...], msgspec.Meta(min_length=1, max_length=200)]
    obligations: ObligationsTable = ObligationsTable()
    text: TextTable = TextTable()

    def __post_init__(self) -> None:
        """Refuse what no agreement can mean."""
        if self.valid_from.year not in _YEARS or (self.valid_until and self.valid_until.year not in _YEARS):
            raise ValueError("`valid_from` and `valid_until` lie in 1970 to 9998; leave `valid_until` out for no end")
        if self.valid_until is not None and self.valid_until <= self.valid_from:
            raise ValueError("`valid_until` is not after `valid_from`")
        numbers = [clause.number for clause in self.clauses]
        if len(set(numbers)) < len(numbers):
            raise ValueError("`clauses` gives one `number` twice")
        for key, prose in {"title": self.title, "contact": self.text.contact, "text": self.text.legal_basis}.items():
            if any("\ud800" <= character <= "\udfff" for character in prose):
                raise ValueError(f"`{key}` holds half a character (a lone surrogate)")


def document_of(content: object, *, source: str = "agreement") -> AgreementDocument:
    """Read a document from its parsed TOML or JSON; raise ConfigurationError naming the source and the key."""
    table = read_document(content, AgreementTable, source=source)
    return AgreementDocument(
        id=AgreementId(table.id),
        version=table.version,
        title=table.title,
        effect=table.effect,
        parties=frozenset(map(MemberCode, table.parties)),
        valid_from=table.valid_from.astimezone(UTC),
        valid_until=table.valid_until and table.valid_until.astimezone(UTC),
        clauses=tuple(map(_clause_of, table.clauses)),
        obligations=_obligations_of(table.obligations),
        text=AgreementText(
            legal_basis=table.text.legal_basis, contact=table.text.contact, review_date=table.text.review_date
        ),
    )


def document_content(document: AgreementDocument) -> dict[str, object]:
    """Write a document as the JSON that `document_of` reads back to an equal one.

    Every key is there, also where it has its default; lists that are sets are sorted; instants are RFC 3339 in UTC with
    six fraction digits.
    """
    text = document.text
    return {
        "id": document.id,
        "version": document.version,
        "title": document.title,
        "effect": document.effect.value,
        "parties": sorted(document.parties),
        "valid_from": _timestamp(document.valid_from),
        "valid_until": None if document.valid_until is None else _timestamp(document.valid_until),
        "clauses": [_clause_content(clause) for clause in document.clauses],
        "obligations": _obligations_content(document.obligations),
        "text": {
            "legal_basis": text.legal_basis,
            "contact": text.contact,
            "review_date": None if text.review_date is None else text.review_date.isoformat(),
        },
    }


def _clause_of(table: ClauseTable) -> Clause:
    return Clause(
        number=table.number,
        origins=table.origins,
        destinations=table.destinations,
        tlp_max=Tlp.parse(table.tlp_max),
        types=table.types,
        purposes=table.purposes,
        reach=table.reach,
        recipients=frozenset(map(OrganisationId, table.recipients)),
        max_age_days=table.max_age_days,
    )


def _clause_content(clause: Clause) -> dict[str, object]:
    return {
        "number": clause.number,
        "from": sorted(clause.origins),
        "to": sorted(clause.destinations),
        "tlp_max": clause.tlp_max.label,
        "types": sorted(clause.types),
        "purposes": sorted(clause.purposes),
        "reach": clause.reach.value,
        "recipients": sorted(clause.recipients),
        "max_age_days": clause.max_age_days,
    }


def _obligations_of(table: ObligationsTable) -> Obligations:
    return Obligations(
        retention_days=table.retention_days,
        permitted_actions=table.permitted_actions,
        affected_party_notifications=_requirement(table.affected_party_notifications),
        attribution=_requirement(table.attribution),
        unmodified_resale=_requirement(table.unmodified_resale),
        encrypt_in_transit=_requirement(table.encrypt_in_transit),
        onward_sharing=_requirement(table.onward_sharing),
    )


def _obligations_content(obligations: Obligations) -> dict[str, object]:
    return {
        "retention_days": obligations.retention_days,
        "permitted_actions": obligations.permitted_actions and obligations.permitted_actions.value,
        "affected_party_notifications": _word(obligations.affected_party_notifications),
        "attribution": _word(obligations.attribution),
        "unmodified_resale": _word(obligations.unmodified_resale),
        "encrypt_in_transit": _word(obligations.encrypt_in_transit),
        "onward_sharing": _word(obligations.onward_sharing),
    }


def _requirement(word: str | None) -> Requirement | None:
    return None if word is None else Requirement(word)


def _word(requirement: Requirement | None) -> str | None:
    return None if requirement is None else requirement.value


def _timestamp(instant: datetime) -> str:
    return timestamp_of(tick_of(instant))
