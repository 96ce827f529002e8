"""Whose content a step of an agreement opens to anybody, now or later, by the rules themselves."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from hub.domain.agreements import ANY, AgreementRecord
from hub.domain.handling import Classes
from hub.domain.identifiers import MemberCode, OrganisationId
from hub.policy.agreements.succession import succession
from hub.policy.changes.possible import classes_of, joined, peopled, types_named
from hub.policy.changes.shifts import Moment, shifts
from hub.policy.visibility import next_change
from hub.policy.world import World
from hub.services.agreements.transitions.steps import Step
from hub.store.database import Database
from hub.store.facts import load_facts


def opened_without_consent(
    database: Database, before: AgreementRecord, step: Step, *, at: datetime
) -> tuple[OrganisationId, ...]:
    """Return the producers whose content becomes visible to somebody by the step and nobody's consent covers.

    Looked at are the accounts and content that there are and all that may come, at this instant and at each later one
    at which some agreement begins or ends, up to the first at which something opens. Call it under the log's lock.
    What no clause of the agreement comes from is not opened by it.
    """
    if not step.may_open or _origins(before, step.after) <= step.covered:
        return ()
    facts = load_facts(database)
    then = _world_after(facts.world, step.after)
    agreements = (*facts.world.agreements, *then.agreements)
    classes = joined(facts.classes, classes_of(facts.world.organisations.values(), types_named(agreements)))
    one, other = peopled(facts.world, agreements), peopled(then, agreements)
    for instant in _instants(one, other, at=at):
        producers = _opened(Moment(world=one, at=instant), Moment(world=other, at=instant), classes)
        if uncovered := [each for each in producers if not _is_covered(facts.world, each, step.covered)]:
            return tuple(sorted(uncovered))
    return ()


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


def _instants(one: World, other: World, *, at: datetime) -> Iterator[datetime]:
    instant: datetime | None = at
    while instant is not None:
        yield instant
        following = (next_change(world, at=instant) for world in (one, other))
        instant = min((change for change in following if change is not None), default=None)


def _opened(before: Moment, after: Moment, classes: Classes) -> frozenset[OrganisationId]:
    gained = {guard for shift in shifts(before, after, classes) for guard in shift.gained}
    return frozenset(classes.handlings[classes.guards[guard].own].producer for guard in gained)


def _is_covered(world: World, producer: OrganisationId, covered: frozenset[MemberCode]) -> bool:
    found = world.organisation(producer)
    return found is not None and found.member in covered
