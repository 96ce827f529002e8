"""Sharing agreements between members: documents whose clauses the reading rules execute."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from hub.domain.handling import Tlp
from hub.domain.identifiers import AgreementId, MemberCode, OrganisationId

ANY = "*"
"""In `origins`, `destinations`, `types` and `purposes`: every one."""


class Effect(StrEnum):
    """Whether an agreement opens or closes."""

    PERMIT = "permit"
    EXCLUDE = "exclude"


class AgreementState(StrEnum):
    """Where an agreement stands in its life."""

    DRAFT = "draft"
    PROPOSED = "proposed"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    ENDED = "ended"


class Reach(StrEnum):
    """How far amber goes at the receiving member: to its CERT alone, or on to those its CERT serves."""

    CERT = "cert"
    CONSTITUENTS = "constituents"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One numbered grant (or exclusion) of an agreement; `origins` and `destinations` are its `from` and `to`."""

    number: str
    origins: frozenset[str]
    destinations: frozenset[str]
    tlp_max: Tlp
    types: frozenset[str] = frozenset({ANY})
    purposes: frozenset[str] = frozenset({ANY})
    reach: Reach = Reach.CERT
    recipients: frozenset[OrganisationId] = field(default_factory=frozenset)
    max_age_days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """One version of an agreement. `signed_by` names the parties that have signed this very version."""

    id: AgreementId
    version: int
    title: str
    effect: Effect
    state: AgreementState
    parties: frozenset[MemberCode]
    signed_by: frozenset[MemberCode]
    valid_from: datetime
    valid_until: datetime | None
    clauses: tuple[Clause, ...]
