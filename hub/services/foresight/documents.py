"""What was foreseen, as JSON."""

from collections.abc import Mapping
from dataclasses import fields
from enum import Enum
from typing import Final

from hub.domain.clock import tick_of, timestamp_of
from hub.policy.changes.candidates import (
    AccountTurn,
    Adoption,
    AgreementTurn,
    Change,
    ConsentTurn,
    MemberTurn,
    OrganisationTurn,
    PairTurn,
)
from hub.policy.changes.conflicts.nouns import Conflict
from hub.policy.changes.matrix import matrix_document
from hub.services.foresight.simulate import Foresight

_KINDS: Final[Mapping[type[Change], str]] = {
    Adoption: "adoption",
    AgreementTurn: "agreement",
    MemberTurn: "member",
    OrganisationTurn: "organisation",
    AccountTurn: "account",
    PairTurn: "pair",
    ConsentTurn: "consent",
}


def foresight_document(foreseen: Foresight) -> dict[str, object]:
    """Write everything that was foreseen; `counted` says if all versions were counted, or those the asker may read."""
    return {
        "change": change_document(foreseen.change),
        "asked": timestamp_of(tick_of(foreseen.asked)),
        "at": timestamp_of(tick_of(foreseen.at)),
        "told_to": foreseen.seat.member,
        "counted": "all" if foreseen.seat.member is None else "readable",
        "matrix": matrix_document(foreseen.cells),
        "samples": list(foreseen.samples),
        "conflicts": [_conflict_document(conflict) for conflict in foreseen.conflicts],
    }


def change_document(change: Change) -> dict[str, object]:
    """Write a change: its kind, what changes, and to what."""
    kind = {"kind": _KINDS[type(change)]}
    if isinstance(change, Adoption):
        return {**kind, "agreement": change.agreement.id, "version": change.agreement.version}
    values = {field.name: getattr(change, field.name) for field in fields(change)}
    return {**kind, **{name: value.value if isinstance(value, Enum) else value for name, value in values.items()}}


def _conflict_document(conflict: Conflict) -> dict[str, object]:
    return {
        "code": conflict.code,
        "weight": conflict.weight.value,
        "sentence": conflict.sentence,
        "cites": [citation._asdict() for citation in conflict.cites],
    }
