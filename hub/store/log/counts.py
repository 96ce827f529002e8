"""How many versions stand under each guard, and how many of them a change of the limits of age opens and closes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from hub.domain.identifiers import GuardId, StixId
from hub.store.database import Database

_WHOLE: Final = "SELECT guard, count(*), count(*) FILTER (WHERE latest) FROM log WHERE guard = ANY(%s) GROUP BY guard"

_WINDOWS: Final = """
SELECT number, count(*) FILTER (WHERE after AND NOT before), count(*) FILTER (WHERE after AND NOT before AND latest),
    count(*) FILTER (WHERE before AND NOT after), count(*) FILTER (WHERE before AND NOT after AND latest)
FROM (
    SELECT w.number, log.latest,
        log.accepted >= w.own_before AND log.newest_accepted >= w.newest_before
            AND log.producers_accepted >= w.producers_before AS before,
        log.accepted >= w.own_after AND log.newest_accepted >= w.newest_after
            AND log.producers_accepted >= w.producers_after AS after
    FROM unnest(%(guards)s::int[], %(ob)s::int8[], %(nb)s::int8[], %(pb)s::int8[],
        %(oa)s::int8[], %(na)s::int8[], %(pa)s::int8[]) WITH ORDINALITY AS w (guard, own_before, newest_before,
        producers_before, own_after, newest_after, producers_after, number)
    JOIN log ON log.guard = w.guard
) AS judged
GROUP BY number
"""

_SAMPLES: Final = """
SELECT DISTINCT object_id COLLATE "C" FROM (
    SELECT object_id FROM log WHERE guard = ANY(%(guards)s) AND latest ORDER BY tick DESC LIMIT %(limit)s
) AS newest ORDER BY 1
"""


class Since(NamedTuple):
    """The least ticks at which the three parts of a guard are read; None in place of one where the guard is not."""

    own: int
    newest: int
    producers: int


class Count(NamedTuple):
    """How many versions, and how many of them are the latest of their object."""

    versions: int
    latest: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A guard that was read since some ticks and is read since others; None where it is not read at all."""

    guard: GuardId
    before: Since | None
    after: Since | None


def count_guards(database: Database, guards: Iterable[GuardId]) -> Mapping[GuardId, Count]:
    """Count the versions under some guards, in one statement over the log; a guard with none is left out."""
    rows = database.execute(_WHOLE, (list(guards),), prepare=False).fetchall()  # few are found by index, many are not
    return {GuardId(guard): Count(versions, latest) for guard, versions, latest in rows}


def count_windows(database: Database, windows: Sequence[Window]) -> list[tuple[Count, Count]]:
    """Count, for each window, the versions that it opens and those that it closes."""
    if not windows:
        return []
    before, after = [_ticks(window.before) for window in windows], [_ticks(window.after) for window in windows]
    parameters = {
        "guards": [window.guard for window in windows],
        "ob": [since.own for since in before],
        "nb": [since.newest for since in before],
        "pb": [since.producers for since in before],
        "oa": [since.own for since in after],
        "na": [since.newest for since in after],
        "pa": [since.producers for since in after],
    }
    found = {row[0]: row[1:] for row in database.execute(_WINDOWS, parameters, prepare=False)}
    counts = [found.get(number, (0, 0, 0, 0)) for number in range(1, len(windows) + 1)]
    return [(Count(*of_one[:2]), Count(*of_one[2:])) for of_one in counts]


def newest_objects(database: Database, guards: Sequence[GuardId], *, limit: int) -> list[StixId]:
    """Return the objects of the newest rows under some guards, at most so many, in order of id."""
    rows = database.execute(_SAMPLES, {"guards": list(guards), "limit": limit}).fetchall()
    return [StixId(object_id) for (object_id,) in rows]


_NEVER: Final = Since(2**63 - 1, 2**63 - 1, 2**63 - 1)


def _ticks(since: Since | None) -> Since:
    return _NEVER if since is None else since
