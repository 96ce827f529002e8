"""Everything that the rules look at at one policy epoch, and nothing else."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from hub.domain.agreements import ANY, Agreement, Clause
from hub.domain.directory import Account, Member, Organisation, OrganisationKind, Principal
from hub.domain.identifiers import AccountId, MemberCode, OrganisationId

Origin = MemberCode | None
"""The member of a producer; None where the producer is the hub itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A clause with the agreement that it stands in. A clause without a limit of age has the longest `max_age`."""

    agreement: Agreement
    clause: Clause
    max_age: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """The directory and the agreements as they stand. What it does not hold does not exist, and is denied."""

    members: Mapping[MemberCode, Member]
    organisations: Mapping[OrganisationId, Organisation]
    accounts: Mapping[AccountId, Account]
    agreements: tuple[Agreement, ...]
    _anywhere: tuple[Term, ...] = field(init=False, repr=False, compare=False)
    _by_origin: Mapping[str, tuple[Term, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Sort the clauses by origin once, so that a decision looks only at those that can concern it."""
        terms = _in_order_of_citation(self.agreements)
        named = {origin for term in terms for origin in term.clause.origins if origin != ANY}
        object.__setattr__(self, "_anywhere", tuple(term for term in terms if _comes_from(term, None)))
        by_origin = {origin: tuple(term for term in terms if _comes_from(term, origin)) for origin in named}
        object.__setattr__(self, "_by_origin", by_origin)

    def principal(self, account: AccountId) -> Principal | None:
        """Return the account with all it belongs to; None where any part of that is unknown."""
        found = self.accounts.get(account)
        organisation = self.organisation(found.organisation) if found else None
        if found is None or organisation is None:
            return None
        member = None if organisation.member is None else self.members[organisation.member]
        return Principal(account=found, organisation=organisation, member=member)

    def organisation(self, organisation: OrganisationId) -> Organisation | None:
        """Return an organisation whose place is known: of a known member, or of none where it is the hub's own."""
        found = self.organisations.get(organisation)
        if found is None:
            return None
        if found.member is None:
            return found if found.kind is OrganisationKind.HUB else None
        return found if found.member in self.members else None

    def terms_from(self, origin: Origin) -> tuple[Term, ...]:
        """Return every clause that concerns an origin, in the order in which decisions cite them."""
        return self._anywhere if origin is None else self._by_origin.get(origin, self._anywhere)


def _comes_from(term: Term, origin: str | None) -> bool:
    """Whether the origin is in `from`, or `from` is every one. Beside other names `*` is only a name."""
    return origin in term.clause.origins or term.clause.origins == {ANY}


def _in_order_of_citation(agreements: Iterable[Agreement]) -> list[Term]:
    terms = [
        Term(agreement=agreement, clause=clause, max_age=_max_age(clause.max_age_days))
        for agreement in agreements
        for clause in agreement.clauses
    ]
    return sorted(terms, key=lambda term: (term.agreement.id, _rank(term.clause.number), term.agreement.version))


def _rank(number: str) -> tuple[int, int, str]:
    """Order clause numbers as people count, 2 before 10; what is not a number comes after those that are."""
    return (0, int(number), number) if number.isascii() and number.isdecimal() else (1, 0, number)


def _max_age(days: int | None) -> timedelta:
    return timedelta.max if days is None else timedelta(days=min(days, timedelta.max.days))
