"""What a subscriber wants of what it may read: conditions that must all hold, and what is never sent at all."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final, TypeVar

from hub.domain.handling import Tlp
from hub.domain.identifiers import CollectionId, MemberCode
from hub.domain.subscriptions.facts import Content, Facts, Standing

Value = TypeVar("Value")

HIGHEST_SENT: Final = Tlp.AMBER_STRICT
"""RED is for the named reader in person: it is fetched, and no channel sends it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Conditions on an object version; None leaves one open, and an empty set is met by nothing.

    A set is met where the object has one of its values. An object that does not state what a condition asks for (no
    confidence, no label) does not meet it. `pattern_types` are object types compared by an indicator's STIX pattern.
    """

    collections: frozenset[CollectionId] | None = None
    types: frozenset[str] | None = None
    tlp_min: Tlp = Tlp.CLEAR
    tlp_max: Tlp = HIGHEST_SENT
    origins: frozenset[MemberCode] | None = None
    confidence_min: int | None = None
    labels: frozenset[str] | None = None
    indicator_types: frozenset[str] | None = None
    pattern_types: frozenset[str] | None = None

    @property
    def reads_content(self) -> bool:
        """Whether some condition needs the object opened."""
        conditions = (self.confidence_min, self.labels, self.indicator_types, self.pattern_types)
        return any(condition is not None for condition in conditions)


EVERYTHING: Final = Filter()
"""What a subscriber gets who states no condition: all it may read, and RED not."""


def wants(chosen: Filter, facts: Facts) -> bool:
    """Return whether an object version is sent to whoever chose this filter. INVARIANT: RED never is."""
    return wants_standing(chosen, facts.standing) and wants_content(chosen, facts.content)


def wants_standing(chosen: Filter, standing: Standing) -> bool:
    """Return whether a version may be wanted, by what is known without opening it. INVARIANT: RED never is."""
    return (
        standing.tlp <= HIGHEST_SENT
        and chosen.tlp_min <= standing.tlp <= chosen.tlp_max
        and _one_of(standing.collection, chosen.collections)
        and _one_of(standing.type, chosen.types)
        and _one_of(standing.origin, chosen.origins)
    )


def wants_content(chosen: Filter, content: Content) -> bool:
    """Return whether what an object says meets the conditions on it. By itself this sends nothing: see `wants`.

    A revocation meets them all: whoever may have been sent the object has to learn of it, and a revoked version often
    says nothing but that it is one.
    """
    return content.revoked or (
        _at_least(content.confidence, chosen.confidence_min)
        and _some_of(content.labels, chosen.labels)
        and _some_of(content.indicator_types, chosen.indicator_types)
        and _some_of(content.pattern_types, chosen.pattern_types)
    )


def _one_of(value: Value | None, chosen: AbstractSet[Value] | None) -> bool:
    return chosen is None or value in chosen


def _some_of(values: AbstractSet[Value], chosen: AbstractSet[Value] | None) -> bool:
    return chosen is None or not values.isdisjoint(chosen)


def _at_least(value: int | None, least: int | None) -> bool:
    return least is None or (value is not None and value >= least)
