"""Agreements as documents: the TOML that people write and the JSON that the store keeps are one form."""

from datetime import UTC, datetime
from typing import Annotated, Final

import msgspec

from hub.domain.agreements import ANY, Agreement, AgreementState, Clause, Effect, Reach
from hub.domain.clock import tick_of, timestamp_of
from hub.domain.documents import Code, Line, Slug, StrictTable, TlpLabel, read_document
from hub.domain.handling import Tlp
from hub.domain.identifiers import AgreementId, MemberCode, OrganisationId

_YEARS: Final = range(1970, 9999)
_SOME: Final = msgspec.Meta(min_length=1)

_CodeOrAny = Annotated[str, msgspec.Meta(pattern=r"\A(?:\*|[A-Z]{2})\Z")]
_SlugOrAny = Annotated[str, msgspec.Meta(pattern=r"\A(?:\*|[a-z0-9]+(?:-[a-z0-9]+)*)\Z")]
_Instant = Annotated[datetime, msgspec.Meta(tz=True)]


class ClauseTable(StrictTable, frozen=True, kw_only=True, rename={"origins": "from", "destinations": "to"}):
    """The form of one clause; `*` stands alone in its list."""

    number: Slug
    origins: Annotated[frozenset[_CodeOrAny], _SOME]
    destinations: Annotated[frozenset[_CodeOrAny], _SOME]
    tlp_max: TlpLabel
    types: Annotated[frozenset[_SlugOrAny], _SOME] = frozenset({ANY})
    purposes: Annotated[frozenset[_SlugOrAny], _SOME] = frozenset({ANY})
    reach: Reach = Reach.CERT
    recipients: frozenset[Slug] = frozenset()
    max_age_days: Annotated[int, msgspec.Meta(ge=1)] | None = None

    def __post_init__(self) -> None:
        """Refuse `*` beside names: it would hide that the names say nothing."""
        lists = {"from": self.origins, "to": self.destinations, "types": self.types, "purposes": self.purposes}
        for key, values in lists.items():
            if ANY in values and len(values) > 1:
                raise ValueError(f"`{key}` names others beside `*`")


class AgreementTable(StrictTable, frozen=True, kw_only=True):
    """The form of one version of an agreement."""

    id: Slug
    version: Annotated[int, msgspec.Meta(ge=1)]
    title: Line
    effect: Effect
    state: AgreementState
    parties: frozenset[Code]
    signed_by: frozenset[Code]
    valid_from: _Instant
    valid_until: _Instant | None = None
    clauses: Annotated[tuple[ClauseTable, ...], _SOME]

    def __post_init__(self) -> None:
        """Refuse what no agreement can mean."""
        if strangers := self.signed_by - self.parties:
            raise ValueError(f"`signed_by` names {', '.join(sorted(strangers))}, not among the `parties`")
        if self.valid_from.year not in _YEARS or (self.valid_until and self.valid_until.year not in _YEARS):
            raise ValueError("`valid_from` and `valid_until` lie in 1970 to 9998; leave `valid_until` out for no end")
        if self.valid_until is not None and self.valid_until <= self.valid_from:
            raise ValueError("`valid_until` is not after `valid_from`")
        numbers = [clause.number for clause in self.clauses]
        if len(set(numbers)) < len(numbers):
            raise ValueError("`clauses` gives one `number` twice")


def agreement_of(document: object, *, source: str = "agreement") -> Agreement:
    """Read an agreement from its parsed TOML or JSON; raise ConfigurationError naming the source and the key."""
    table = read_document(document, AgreementTable, source=source)
    return Agreement(
        id=AgreementId(table.id),
        version=table.version,
        title=table.title,
        effect=table.effect,
        state=table.state,
        parties=frozenset(map(MemberCode, table.parties)),
        signed_by=frozenset(map(MemberCode, table.signed_by)),
        valid_from=table.valid_from.astimezone(UTC),
        valid_until=table.valid_until and table.valid_until.astimezone(UTC),
        clauses=tuple(map(_clause_of, table.clauses)),
    )


def agreement_document(agreement: Agreement) -> dict[str, object]:
    """Write an agreement as the JSON that `agreement_of` reads back to an equal one; lists are sorted."""
    until = agreement.valid_until
    return {
        "id": agreement.id,
        "version": agreement.version,
        "title": agreement.title,
        "effect": agreement.effect.value,
        "state": agreement.state.value,
        "parties": sorted(agreement.parties),
        "signed_by": sorted(agreement.signed_by),
        "valid_from": _timestamp(agreement.valid_from),
        "valid_until": None if until is None else _timestamp(until),
        "clauses": [_clause_document(clause) for clause in agreement.clauses],
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


def _clause_document(clause: Clause) -> dict[str, object]:
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


def _timestamp(instant: datetime) -> str:
    return timestamp_of(tick_of(instant))
