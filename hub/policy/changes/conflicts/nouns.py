"""A conflict, and what clauses look like when they are compared: pairs of members, in force or not."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from hub.domain.agreements import ANY, Agreement, Clause, Effect
from hub.domain.directory import MemberStatus
from hub.domain.identifiers import AgreementId, MemberCode
from hub.policy.clauses import covers, in_force
from hub.policy.world import Term, World

Pair = tuple[MemberCode, MemberCode]
"""From whom content comes, and to whom it goes."""


class Weight(StrEnum):
    """Whether something is likely to be wrong, or only worth a look."""

    WARNING = "warning"
    HINT = "hint"


class Citation(NamedTuple):
    """A clause of a version of an agreement."""

    agreement: AgreementId
    version: int
    clause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """One thing to look at before proposing: a stable `code`, a sentence that says what to do, what it cites."""

    code: str
    weight: Weight
    sentence: str
    cites: tuple[Citation, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """An agreement among those in force with it, at an instant.

    `types` are those of which there is content; None where that is not to be told.
    """

    agreement: Agreement
    world: World
    at: datetime
    types: frozenset[str] | None

    def terms(self, effect: Effect) -> list[tuple[Agreement, Clause]]:
        """Return the clauses of one effect that are in force, the agreement's own among them, as they are cited."""
        return [(term.agreement, term.clause) for term in _terms(self.world, effect, self.at)]

    def others(self, clause: Clause, effect: Effect) -> list[tuple[Agreement, Clause]]:
        """Return the clauses in force of other agreements, and those before this one in its own."""
        numbers = [each.number for each in self.agreement.clauses]
        before = set(numbers[: numbers.index(clause.number)])
        return [
            (agreement, other)
            for agreement, other in self.terms(effect)
            if agreement.id != self.agreement.id or other.number in before
        ]

    def cite(self, clause: Clause) -> Citation:
        """Cite a clause of the agreement itself."""
        return cite(self.agreement, clause)

    def pairs(self, clause: Clause) -> frozenset[Pair]:
        """Return the pairs of different members between which a clause can decide anything."""
        return pairs(clause, self.world)


def cite(agreement: Agreement, clause: Clause) -> Citation:
    """Cite a clause."""
    return Citation(agreement.id, agreement.version, clause.number)


def pairs(clause: Clause, world: World) -> frozenset[Pair]:
    """Return the pairs of different members that a clause covers, without those whom SR-01 lets read nothing."""
    return frozenset(
        (origin, reader)
        for origin in origins(clause, world)
        for reader in destinations(clause, world)
        if origin != reader
    )


def origins(clause: Clause, world: World) -> Sequence[MemberCode]:
    """Return the members from whom a clause lets content go."""
    return [code for code in world.members if code in clause.origins or clause.origins == {ANY}]


def destinations(clause: Clause, world: World) -> Sequence[MemberCode]:
    """Return the members to whom a clause lets content go, and who may read at all."""
    return [
        code
        for code, member in world.members.items()
        if covers(clause, member) and member.status is not MemberStatus.SUSPENDED
    ]


def _terms(world: World, effect: Effect, at: datetime) -> Iterable[Term]:
    seen = {
        (term.agreement.id, term.clause.number, term.agreement.version): term
        for origin in (None, *world.members)
        for term in world.terms_from(origin)
        if term.agreement.effect is effect and in_force(term.agreement, at=at)
    }
    return [seen[key] for key in sorted(seen)]
