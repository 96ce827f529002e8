"""Which handlings and readers no rule can tell apart, so that one decision answers for all of them."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from hub.domain.agreements import ANY
from hub.domain.directory import Account
from hub.domain.handling import Audience, Handling, Tlp
from hub.domain.identifiers import AccountId, OrganisationId
from hub.policy.world import World

Signature = tuple[bool, ...]
"""For each list that some clause holds: whether a word is in it."""


class HandlingKind(NamedTuple):
    """What the reading rules can tell of a handling."""

    producer: OrganisationId
    tlp: Tlp
    audiences: frozenset[Audience]
    unknown_marking: bool
    type: Signature


class ReaderKind(NamedTuple):
    """What the reading rules can tell of an account; `named` is its id where some audience names it."""

    organisation: OrganisationId
    active: bool
    purpose: Signature
    named: AccountId | None


class Likeness:
    """Tells kinds apart by what the clauses of some worlds ask after. `named` are all that any audience names."""

    def __init__(self, worlds: Iterable[World], named: frozenset[AccountId]) -> None:
        clauses = [clause for world in worlds for agreement in world.agreements for clause in agreement.clauses]
        self._types = _lists(clause.types for clause in clauses)
        self._purposes = _lists(clause.purposes for clause in clauses)
        self._recipients = _lists(clause.recipients for clause in clauses)
        self._named = named
        self._words: dict[tuple[int, str], Signature] = {}
        self._one: dict[frozenset[Any], frozenset[Any]] = {}

    def of_handling(self, handling: Handling) -> HandlingKind:
        """Return the kind of a handling."""
        return HandlingKind(
            producer=handling.producer,
            tlp=handling.tlp,
            audiences=handling.audiences,
            unknown_marking=handling.unknown_marking,
            type=self._signature(handling.type, self._types),
        )

    def of_reader(self, account: Account) -> ReaderKind:
        """Return the kind of an account."""
        return ReaderKind(
            organisation=account.organisation,
            active=account.active,
            purpose=self.of_purpose(account.purpose),
            named=account.id if account.id in self._named else None,
        )

    def of_purpose(self, purpose: str) -> Signature:
        """Say which lists of purposes a purpose is in."""
        return self._signature(purpose, self._purposes)

    def of_recipient(self, organisation: OrganisationId) -> Signature:
        """Say which lists of recipients an organisation is in."""
        return self._signature(organisation, self._recipients)

    def one(self, many: frozenset[Any]) -> frozenset[Any]:
        """Return the same set for equal ones, which makes them quick to compare."""
        return self._one.setdefault(many, many)

    def _signature(self, word: str, lists: Sequence[frozenset[str]]) -> Signature:
        key = (id(lists), word)
        known = self._words.get(key)
        if known is None:
            known = self._words[key] = tuple(word in each for each in lists)
        return known


def _lists(lists: Iterable[frozenset[str]]) -> Sequence[frozenset[str]]:
    return sorted({each for each in lists if ANY not in each}, key=sorted)
