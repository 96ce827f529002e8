"""What the clearances of every account open before and after a change that was made, row by row."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime

from hub.domain.clock import tick_of
from hub.domain.identifiers import AccountId, GuardId
from hub.policy.changes.matrix import Outcome, Tally, canonical, content_classes, summed, tabulate
from hub.services.clearances import Clearances
from hub.store.database import Database, Pool
from hub.store.epoch import current_epoch
from hub.store.log.segments import Allowed
from tests.service.foresight.staging import Scenario
from tests.unit.policy.changes.drawing import Row
from tests.unit.policy.countries import ACCOUNTS, NOW

Since = tuple[int, int, int]
Cleared = Mapping[GuardId, Since]
"""From which ticks on the parts of each guard are read."""


def clearances_of_all(pool: Pool, at: datetime) -> dict[AccountId, Cleared]:
    """Return what every account is allowed at an instant, as a page would ask."""
    clearances = Clearances(pool, lambda: at)

    def ask(database: Database, allowed: Allowed) -> tuple[int, Cleared]:
        always: dict[GuardId, Since] = dict.fromkeys(allowed.guards, (0, 0, 0))
        aged = {each.guard: (each.own_since, each.newest_since, each.producers_since) for each in allowed.aged}
        return current_epoch(database), {**always, **aged}

    return {account: clearances.answer(account, ask) for account in ACCOUNTS}


def difference(scenario: Scenario, before: Mapping[AccountId, Cleared], after: Mapping[AccountId, Cleared]) -> bytes:
    """Write what the accounts gain and lose from one to the other."""
    contents = content_classes(scenario.classes, scenario.world)
    rows: dict[GuardId, list[Row]] = defaultdict(list)
    for row in scenario.rows:
        rows[row.guard].append(row)
    outcomes = {}
    for account in ACCOUNTS:
        was, now = before[account], after[account]
        parts = [
            (contents[guard], outcome)
            for guard in was.keys() | now.keys()
            if (outcome := _outcome(rows[guard], was.get(guard), now.get(guard))) != Outcome(None, None)
        ]
        if parts:
            outcomes[account] = summed(parts)
    return canonical(tabulate(outcomes, scenario.world))


def _outcome(rows: list[Row], was: Since | None, now: Since | None) -> Outcome:
    return Outcome(gained=_opened(rows, now, was), lost=_opened(rows, was, now))


def _opened(rows: list[Row], one: Since | None, other: Since | None) -> Tally | None:
    if one is None or (other is not None and all(mine >= theirs for mine, theirs in zip(one, other, strict=True))):
        return None
    opened = [row for row in rows if _reads(row, one) and not (other is not None and _reads(row, other))]
    return Tally(len(opened), sum(row.latest for row in opened))


def _reads(row: Row, since: Since) -> bool:
    return all(tick_of(NOW - age) >= least for age, least in zip(row.ages, since, strict=True))
