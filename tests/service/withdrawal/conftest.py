"""A hub under a clock that stands still, without a deliverer: the tests take its steps."""

from collections.abc import Iterator

import pytest

from hub.runtime import wiring
from tests.service.main_job.region import StillClock
from tests.support.hub import TestHub, running_hub
from tests.support.servers import TestServers


@pytest.fixture
def clock() -> Iterator[StillClock]:
    still = StillClock()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(wiring, "now", still)
        yield still


@pytest.fixture
def hub(clock: StillClock, servers: TestServers) -> Iterator[TestHub]:
    del clock
    with running_hub(servers.fresh_database(), servers.fresh_redis()) as running:
        yield running
