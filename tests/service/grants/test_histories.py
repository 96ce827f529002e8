"""Whatever happens, in whatever order: a reader that polls from where it was holds all that it may see.

HUB_TEST_HISTORIES says how many histories are drawn.
"""

import os
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

import pytest

from hub.domain.directory import OrganisationKind, Principal
from hub.store.epoch import note_grants
from tests.service.grants.history import History
from tests.service.main_job.region import READERS, Region, StillClock
from tests.service.main_job.traffic import seeded
from tests.support.hub import TestHub, running_hub
from tests.support.servers import TestServers

HISTORIES: Final = int(os.environ.get("HUB_TEST_HISTORIES", "120"))
PARTS: Final = 6
STEPS: Final = 18


@pytest.fixture(scope="module")
def clock() -> StillClock:
    return StillClock()


@pytest.fixture(scope="module")
def hub(clock: StillClock, servers: TestServers) -> Iterator[TestHub]:
    with running_hub(servers.fresh_database(), servers.fresh_redis(), clock=clock) as running:
        running.organisation("au-power", OrganisationKind.CONSTITUENT, served_by="au-cert")
        running.organisation("au-lab", OrganisationKind.PARTNER)
        running.organisation("nz-grid", OrganisationKind.CONSTITUENT, served_by="nz-cert")
        yield running


@pytest.fixture(scope="module")
def principals(hub: TestHub, clock: StillClock) -> dict[str, Principal]:
    known = {name: hub.account(name, purpose=purpose) for name, purpose in READERS.items() if name != "desk/ana"}
    clock.at += timedelta(minutes=10)
    return known


def forget(hub: TestHub) -> None:
    """Empty the log and let everybody take part again; agreements, purposes and the clock stay as they have become."""
    with hub.parts.pool.transaction() as database:
        database.execute("TRUNCATE log, markings, grants, guards, handlings, former_rows, readings")
        database.execute("UPDATE members SET status = 'active'")
        database.execute("UPDATE organisations SET active = true")
        database.execute("UPDATE accounts SET active = true")
        note_grants(database)


@pytest.mark.parametrize("part", range(PARTS))
def test_P_09_whoever_polls_from_where_he_was_holds_all_that_he_may_see(
    hub: TestHub, clock: StillClock, principals: dict[str, Principal], part: int
) -> None:
    grants = 0
    for seed in range(part, HISTORIES, PARTS):
        forget(hub)
        region = Region(hub=hub, clock=clock, rng=seeded(seed), principals=principals)
        history = History(region=region, rng=seeded(seed + HISTORIES))
        history.begin()
        try:
            for _ in range(STEPS):
                history.step()
            history.rest()
        except BaseException as error:
            error.add_note(f"history {seed}")
            raise
        grants += len(history.written)
    assert grants
