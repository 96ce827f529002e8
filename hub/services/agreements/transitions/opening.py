"""Whose content a step of an agreement opens to anybody, now or later, by the rules themselves."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from hub.domain.agreements import ANY, AgreementRecord
from hub.domain.identifiers import MemberCode, OrganisationId
from hub.policy.agreements.succession import succession
from hub.policy.changes.shifts import Moment, shifts
from hub.policy.visibility import next_change
from hub.policy.world import World
from hub.services.agreements.transitions.steps import Step
from hub.store.database import Database
from hub.store.facts import Facts, load_facts


def opened_without_consent(
    database: Database, before: AgreementRecord, step: Step, *, at: datetime
) -> tuple[OrganisationId, ...]:
    """Return the producers whose content becomes visible to some account by the step and nobody's consent covers.

    Looked at are this instant and each later one at which some agreement begins or ends, up to the first at which
    something opens. Call it under the log's lock. What no clause of the agreement comes from is not opened by it.
    """
    if not step.may_open or _origins(before, step.after) <= step.covered:
        return ()
    facts = load_facts(database)
    now, then = facts.world, _world_after(facts.world, step.after)
    for instant in _instants(now, then, at=at):
        if opened := _opened(facts, Moment(world=now, at=instant), Moment(world=then, at=instant), step.covered):
            return opened
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


def _opened(facts: Facts, before: Moment, after: Moment, covered: frozenset[MemberCode]) -> tuple[OrganisationId, ...]:
    gained = {guard for shift in shifts(before, after, facts.classes) for guard in shift.gained}
    producers = {facts.classes.handlings[facts.classes.guards[guard].own].producer for guard in gained}
    return tuple(sorted(producer for producer in producers if not _is_covered(facts.world, producer, covered)))


def _is_covered(world: World, producer: OrganisationId, covered: frozenset[MemberCode]) -> bool:
    found = world.organisation(producer)
    return found is not None and found.member in covered
