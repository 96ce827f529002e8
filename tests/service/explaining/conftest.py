"""A hub in which producers do what they do and readers walk as they like, under a clock that stands still."""

from collections.abc import Iterator

import pytest

from tests.service.main_job.region import StillClock
from tests.support.hub import TestHub, running_hub
from tests.support.servers import TestServers


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
def hub(clock: StillClock, servers: TestServers) -> Iterator[TestHub]:
    with running_hub(servers.fresh_database(), servers.fresh_redis(), clock=clock) as running:
        yield running
