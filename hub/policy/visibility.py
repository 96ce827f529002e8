"""The reading rules asked for many at once: how old a version may be, and until when an answer holds."""

from datetime import datetime, timedelta

from hub.domain.handling import Handling
from hub.domain.identifiers import AccountId
from hub.policy.clauses import concluded
from hub.policy.decisions import Decision
from hub.policy.reading import decide_by_age
from hub.policy.world import World

ALWAYS = timedelta.max
"""The readable age of what may be read however old it is."""


def readable_age(world: World, account: AccountId, handling: Handling, *, at: datetime) -> timedelta | None:
    """Return how old a version of a handling may at most be for the account to read it; None where none is read.

    INVARIANT: a decision changes with age only at the `max_age` of a clause, so asking there asks everywhere.
    """
    oldest = decide_by_age(world, account, handling, age=ALWAYS, at=at)
    if oldest.allowed:
        return ALWAYS
    if not _age_matters(oldest):
        return None
    for age in _limits_of_age(world, handling):
        if decide_by_age(world, account, handling, age=age, at=at).allowed:
            return age
    return None


def next_change(world: World, *, at: datetime) -> datetime | None:
    """Return the next instant after `at` at which an agreement begins or ends; None where none does.

    Only agreements that hold apart from their dates count: until then the world gives the same answers.
    """
    limits = (
        limit
        for agreement in world.agreements
        if concluded(agreement)
        for limit in (agreement.valid_from, agreement.valid_until)
        if limit is not None and limit > at
    )
    return min(limits, default=None)


def limits_age(world: World) -> bool:
    """Whether any clause of any agreement looks at how old a version is."""
    return any(clause.max_age_days is not None for agreement in world.agreements for clause in agreement.clauses)


def _age_matters(decision: Decision) -> bool:
    """Whether a younger version could fare better: only the clauses, SR-10 and SR-11, look at age."""
    return decision.rule == "SR-11"


def _limits_of_age(world: World, handling: Handling) -> list[timedelta]:
    """Return every limit of age that a clause sets for the producer's origin, the most generous first."""
    producer = world.organisation(handling.producer)
    if producer is None:
        return []
    limits = {term.max_age for term in world.terms_from(producer.member)}
    return sorted(limits - {ALWAYS}, reverse=True)
