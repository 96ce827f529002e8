"""What a change gives and takes by definition: every account, every guard, at every age that matters."""

from datetime import timedelta
from itertools import product

from hub.domain.handling import Classes, Guard
from hub.domain.identifiers import AccountId, GuardId, HandlingId
from hub.policy.changes.shifts import Moment
from hub.policy.reading import decide_by_age
from hub.policy.world import World

Gains = dict[AccountId, tuple[frozenset[GuardId], frozenset[GuardId]]]


def naive_shifts(before: Moment, after: Moment, classes: Classes) -> Gains:
    """Return what each account gains and loses, those left out for whom that is nothing."""
    ages = _ages_that_matter(before.world, after.world)
    found: Gains = {}
    for account in before.world.accounts.keys() & after.world.accounts.keys():
        gained, lost = set(), set()
        old, new = (_open_at(moment, account, classes, ages) for moment in (before, after))
        for number, guard in classes.guards.items():
            was, now = _readable(old, guard), _readable(new, guard)
            if now - was:
                gained.add(number)
            if was - now:
                lost.add(number)
        if gained or lost:
            found[account] = frozenset(gained), frozenset(lost)
    return found


def _ages_that_matter(*worlds: World) -> list[timedelta]:
    """Return the limits of age of all clauses, an instant beyond each, and the longest age of all."""
    days = {
        clause.max_age_days
        for world in worlds
        for agreement in world.agreements
        for clause in agreement.clauses
        if clause.max_age_days is not None
    }
    limits = [timedelta(days=each) + beyond for each in days for beyond in (timedelta(0), timedelta(microseconds=1))]
    return [timedelta(0), *limits, timedelta.max]


def _open_at(
    moment: Moment, account: AccountId, classes: Classes, ages: list[timedelta]
) -> dict[HandlingId, list[timedelta]]:
    """Return at which of the ages an account may read each handling."""
    return {
        number: [age for age in ages if decide_by_age(moment.world, account, handling, age=age, at=moment.at).allowed]
        for number, handling in classes.handlings.items()
    }


def _readable(open_at: dict[HandlingId, list[timedelta]], guard: Guard) -> set[tuple[timedelta, ...]]:
    """Return the ages of the three parts at which a row is read."""
    return set(product(*(open_at[part] for part in guard)))
