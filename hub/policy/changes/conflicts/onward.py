"""Ways around an exclusion: content that one member may pass on to another from whom it is kept."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from hub.domain.agreements import ANY, Agreement, Clause, Effect
from hub.domain.handling import Tlp
from hub.domain.identifiers import MemberCode
from hub.policy.changes.conflicts.nouns import Conflict, Pair, Setting, Weight, cite

_NAMED = 3
"""How many members a sentence names before it counts the others."""

Clauses = tuple[Agreement, Clause]


class _Way(NamedTuple):
    """An exclusion from one member to another, and the two clauses that lead around it."""

    origin: MemberCode
    reader: MemberCode
    exclusion: Clauses
    first: Clauses
    second: Clauses

    @property
    def ceiling(self) -> Tlp:
        """The level of the weakest link."""
        return min(self.first[1].tlp_max, self.second[1].tlp_max)


def onward_paths(setting: Setting) -> Iterator[Conflict]:
    """Find the ways around an exclusion that the agreement opens, or that lead around an exclusion that it makes."""
    excluded = _by_pair(setting, setting.terms(Effect.EXCLUDE))
    links = {
        pair: found for pair, found in _by_pair(setting, setting.terms(Effect.PERMIT)).items() if pair not in excluded
    }
    ways: dict[_Way, list[MemberCode]] = defaultdict(list)
    for (origin, reader), exclusions in excluded.items():
        for between in setting.world.members:
            way = _way(links, (origin, between, reader), exclusions[0])
            if way is not None and _concerns(setting, way):
                ways[way].append(between)
    return (_conflict(way, between) for way, between in ways.items())


def _by_pair(setting: Setting, clauses: Iterable[Clauses]) -> Mapping[Pair, list[Clauses]]:
    by_pair: dict[Pair, list[Clauses]] = defaultdict(list)
    for agreement, clause in clauses:
        for pair in sorted(setting.pairs(clause)):
            by_pair[pair].append((agreement, clause))
    return by_pair


def _way(
    links: Mapping[Pair, list[Clauses]], stations: tuple[MemberCode, MemberCode, MemberCode], exclusion: Clauses
) -> _Way | None:
    """Return the way with the highest ceiling over three members; what is clear needs none."""
    origin, between, reader = stations
    possible = [
        _Way(origin, reader, exclusion, first, second)
        for first in links.get((origin, between), ())
        for second in links.get((between, reader), ())
        if _share_a_type(first[1], second[1])
    ]
    best = max(possible, key=lambda way: way.ceiling, default=None)
    return None if best is None or best.ceiling is Tlp.CLEAR else best


def _share_a_type(one: Clause, other: Clause) -> bool:
    return ANY in one.types or ANY in other.types or not one.types.isdisjoint(other.types)


def _concerns(setting: Setting, way: _Way) -> bool:
    return any(agreement.id == setting.agreement.id for agreement, _ in (way.exclusion, way.first, way.second))


def _conflict(way: _Way, between: list[MemberCode]) -> Conflict:
    named = ", ".join(between[:_NAMED])
    others = f" and {len(between) - _NAMED} others" if len(between) > _NAMED else ""
    return Conflict(
        code="ONWARD_PATH",
        weight=Weight.WARNING,
        sentence=(
            f"{way.reader} is kept from {way.origin}, but {named}{others} may read {way.origin} and pass it on to"
            f" {way.reader}, up to {way.ceiling.label}; exclude that way too, or agree that nothing is passed on."
        ),
        cites=tuple(cite(*each) for each in (way.exclusion, way.first, way.second)),
    )
