"""Whose content a step of an agreement opens to anybody, now or later, by the rules themselves."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import datetime

from hub.domain.agreements import ANY, Agreement, AgreementRecord
from hub.domain.handling import Classes
from hub.domain.identifiers import MemberCode, OrganisationId
from hub.policy.agreements.succession import succession
from hub.policy.changes.possible import classes_of, joined, peopled, types_named
from hub.policy.changes.shifts import Moment, shifts
from hub.policy.clauses import concluded
from hub.policy.world import World
from hub.services.agreements.transitions.steps import Step
from hub.store.database import Database
from hub.store.facts import load_facts


def opened_without_consent(
    database: Database, before: AgreementRecord, step: Step, *, at: datetime
) -> tuple[OrganisationId, ...]:
    """Return the producers whose content becomes visible to somebody by the step and nobody's consent covers.

    Looked at are the accounts and content that there are and all that may come, at this instant and at each later one
    at which some agreement begins or ends. Call it under the log's lock. What no clause of the agreement comes from is
    not opened by it.
    """
    origins = _origins(before, step.after)
    if not step.may_open or origins <= step.covered:
        return ()
    facts = load_facts(database)
    then = _world_after(facts.world, step.after)
    agreements = (*facts.world.agreements, *then.agreements)
    classes = joined(facts.classes, classes_of(facts.world.organisations.values(), types_named(agreements)))
    one, other = peopled(facts.world, agreements), peopled(then, agreements)
    left = {each for each in _producers(facts.world, origins) if not _is_covered(facts.world, each, step.covered)}
    opened: set[OrganisationId] = set()
    for instant, concerned in _instants(agreements, at=at):
        asked = _classes_of(left, classes, changed_for=_producers(facts.world, concerned))
        found = _opened(Moment(world=one, at=instant), Moment(world=other, at=instant), asked)
        opened |= found
        left -= found
    return tuple(sorted(opened))


def _origins(before: AgreementRecord, after: AgreementRecord) -> frozenset[str]:
    """Return the codes (and `*`) in `from` of every clause that the rules look at before or after."""
    return frozenset(
        origin
        for agreement in (*succession(before), *succession(after))
        for clause in agreement.clauses
        for origin in clause.origins
    ) or frozenset({ANY})


def _world_after(world: World, record: AgreementRecord) -> World:
    others = tuple(agreement for agreement in world.agreements if agreement.id != record.id)
    return replace(world, agreements=(*others, *succession(record)))


def _instants(agreements: Collection[Agreement], *, at: datetime) -> Iterator[tuple[datetime, frozenset[str]]]:
    """Go through this instant and each later one, with the origins for which it is not as it was just before.

    INVARIANT: what comes from elsewhere is judged as it was at the instant before, and was looked at there.
    """
    yield at, frozenset({ANY})
    origins: dict[datetime, set[str]] = defaultdict(set)
    for agreement in agreements:
        for limit in (agreement.valid_from, agreement.valid_until):
            if limit is not None and limit > at and concluded(agreement):
                origins[limit].update(*(clause.origins for clause in agreement.clauses))
    for instant in sorted(origins):
        yield instant, frozenset(origins[instant])


def _producers(world: World, origins: frozenset[str]) -> frozenset[OrganisationId]:
    """Return the organisations of some members, or all where `*` is among these."""
    return frozenset(each.id for each in world.organisations.values() if ANY in origins or each.member in origins)


def _classes_of(
    producers: AbstractSet[OrganisationId], classes: Classes, *, changed_for: AbstractSet[OrganisationId]
) -> Classes:
    """Keep the guards of what some producers have published, where for a producer of some part something changes."""
    of = {number: handling.producer for number, handling in classes.handlings.items()}
    guards = {
        number: guard
        for number, guard in classes.guards.items()
        if of[guard.own] in producers and any(of[part] in changed_for for part in guard)
    }
    parts = {part for guard in guards.values() for part in guard}
    return Classes(handlings={number: classes.handlings[number] for number in parts}, guards=guards)


def _opened(before: Moment, after: Moment, classes: Classes) -> frozenset[OrganisationId]:
    gained = {guard for shift in shifts(before, after, classes) for guard in shift.gained}
    return frozenset(classes.handlings[classes.guards[guard].own].producer for guard in gained)


def _is_covered(world: World, producer: OrganisationId, covered: frozenset[MemberCode]) -> bool:
    found = world.organisation(producer)
    return found is not None and found.member in covered
