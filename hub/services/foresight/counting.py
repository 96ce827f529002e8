"""How many versions a change opens and closes under each guard, as the log stands."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from hub.domain.clock import tick_of
from hub.domain.identifiers import GuardId
from hub.policy.changes.matrix import Counting, Outcome, Tally
from hub.policy.changes.shifts import Ages, Move, Reach
from hub.policy.visibility import ALWAYS
from hub.store.database import Database
from hub.store.log.counts import Count, Since, Window, count_guards, count_windows

_MICROSECOND = timedelta(microseconds=1)
_NONE = Count(0, 0)


def counting(database: Database, moves: Iterable[Move], *, at: datetime) -> Counting:
    """Count what these moves are about: guards as a whole, and those with limits of age by the ages of their rows."""
    blocks = {id(block): block for move in moves for block in move.blocks}
    reaches = {(guard, reach) for block in blocks.values() for guard, reach in block.items()}
    whole = count_guards(database, {guard for guard, _ in reaches}) if reaches else {}
    aged = [(guard, reach) for guard, reach in reaches if _ages_count(reach) and guard in whole]
    windows = [_window(guard, reach, at) for guard, reach in aged]
    known = dict(zip(aged, count_windows(database, windows), strict=True))

    def count(guard: GuardId, reach: Reach) -> Outcome:
        every = whole.get(guard, _NONE)
        opened, closed = known.get((guard, reach), (every, every))
        return Outcome(
            gained=Tally(*opened) if reach.gained else None,
            lost=Tally(*closed) if reach.lost else None,
        )

    return count


def _ages_count(reach: Reach) -> bool:
    """Whether it depends on the age of a version if it is read, before or after."""
    return any(age not in (None, ALWAYS) for age in (*reach.before, *reach.after))


def _window(guard: GuardId, reach: Reach, at: datetime) -> Window:
    now = tick_of(at)
    return Window(guard=guard, before=_since(reach.before, now), after=_since(reach.after, now))


def _since(ages: Ages, now: int) -> Since | None:
    own, newest, producers = ages
    if own is None or newest is None or producers is None:
        return None
    return Since(*(max(0, now - age // _MICROSECOND) for age in (own, newest, producers)))
