"""What-if over a log of many versions: how long changes of growing reach take, beside one count of all there is.

The floor is one statement that counts the versions under every guard, which a change that touches all of them has to.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Final

from hub.domain.handling import Tlp
from hub.policy.changes.candidates import Adoption
from hub.services.foresight.simulate import simulate
from hub.store.database import Pool
from tests.bench.client import timed
from tests.bench.figures import Chapter, Figure, Ratio, milliseconds, ratio
from tests.bench.region import TYPES, fill, permit
from tests.bench.rounds import Run
from tests.support.servers import running_servers

_COUNT: Final = "SELECT guard, count(*), count(*) FILTER (WHERE latest) FROM log GROUP BY guard"


def simulating(run: Run) -> Chapter:
    """Simulate each change in turn on the deepest log of the run."""
    rows, at = run.size.depths[-1], datetime.now(UTC)
    with running_servers() as servers:
        pool = Pool(servers.fresh_database(), size=2)
        pool.open()
        try:
            fill(pool, rows, at=at, say=run.say)
            works = [partial(_simulated, pool, name, change, at) for name, change in _changes(at).items()]
            figures = run.in_turn(*works, partial(_counted, pool, rows))
        finally:
            pool.close()
    run.tell(figures)
    *changes, floor = figures
    ratios = [Ratio(name=f"{each.name}, to one count", value=ratio(each, floor)) for each in changes]
    return Chapter(title="What-if", figures=tuple(figures), ratios=tuple(ratios))


def _changes(at: datetime) -> Mapping[str, Adoption]:
    wide = permit("wide", Tlp.AMBER, at=at)
    (clause,) = wide.clauses
    narrow = permit("narrow", Tlp.AMBER_STRICT, at=at, origin="YY", destination="BF")
    return {
        "one pair, to amber+strict": Adoption(agreement=narrow),
        "the region, two types to amber": Adoption(
            agreement=replace(wide, clauses=(replace(clause, types=frozenset(TYPES[:2])),))
        ),
        "the region, everything to amber": Adoption(agreement=wide),
        "the region, everything to amber, ten days": Adoption(
            agreement=replace(wide, clauses=(replace(clause, max_age_days=10),))
        ),
        "the baseline down to clear": Adoption(agreement=permit("baseline", Tlp.CLEAR, at=at)),
    }


def _simulated(pool: Pool, name: str, change: Adoption, at: datetime, number: int) -> Figure:
    del number
    found = []
    seconds = timed(lambda: found.append(simulate(pool, change, asker=None, at=at)))
    if not found[0].cells:
        raise RuntimeError(f"{name}: nobody gains or loses anything")
    return milliseconds(name, [seconds])


def _counted(pool: Pool, rows: int, number: int) -> Figure:
    del number
    with pool.statement() as database:
        seconds = timed(lambda: database.execute(_COUNT).fetchall())
    return milliseconds(f"floor: one count of {rows:,} versions", [seconds])
