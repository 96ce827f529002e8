"""A hub under a clock that stands still, without a deliverer: the tests take its steps."""

from collections.abc import Iterator

import pytest

from hub.domain.directory import Principal
from hub.domain.subscriptions.withdrawals import Addressee
from tests.service.main_job.region import StillClock
from tests.service.withdrawal.desk import Desk
from tests.support.hub import TestHub, running_hub
from tests.support.servers import TestServers


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
def hub(clock: StillClock, servers: TestServers) -> Iterator[TestHub]:
    with running_hub(servers.fresh_database(), servers.fresh_redis(), clock=clock) as running:
        yield running


@pytest.fixture
def desk(hub: TestHub, clock: StillClock) -> Desk:
    return Desk.of(hub, clock)


@pytest.fixture
def feed(hub: TestHub) -> Principal:
    return hub.account("au-cert/feed")


@pytest.fixture
def reader(hub: TestHub, desk: Desk) -> Addressee:
    hub.account("nz-cert/ana")
    return desk.subscribe("nz-cert/ana")
