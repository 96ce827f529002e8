"""A worker that dies in the middle of an event leaves nothing out and tells nothing twice."""

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator

import pytest

from hub.domain.handling import Tlp
from hub.runtime.wiring import now
from hub.services.withdrawal import expanding
from hub.store.withdrawals.notices import add_notices
from tests.service.withdrawal.desk import Desk
from tests.support.agreements import put_in_force
from tests.support.hub import TestHub, running_hub
from tests.support.servers import TestServers
from tests.support.stix import indicator

VERSIONS = 120
PATIENCE_SECONDS = 60.0
WORKER = """
import sys
from hub.runtime.wiring import now
from hub.services.clearances import Clearances
from hub.services.withdrawal.expanding import Expanding
from hub.store.database import Pool
pool = Pool(sys.argv[1])
pool.open()
Expanding(pool, Clearances(pool, now), now, step=1).run_dry()
"""


@pytest.fixture
def url(servers: TestServers) -> str:
    return servers.fresh_database()


@pytest.fixture
def hub(url: str, servers: TestServers) -> Iterator[TestHub]:
    with running_hub(url, servers.fresh_redis()) as running:
        yield running


def told(hub: TestHub) -> int:
    with hub.parts.pool.statement() as database:
        ((count,),) = database.execute("SELECT count(*) FROM withdrawals").fetchall()
    return int(count)


def test_a_worker_killed_within_an_event_is_gone_on_from(hub: TestHub, url: str) -> None:
    feed = hub.account("au-cert/feed")
    hub.account("nz-cert/ana")
    desk = Desk.of(hub, now)
    reader = desk.subscribe("nz-cert/ana")
    things = [indicator(tlp=Tlp.GREEN) for _ in range(VERSIONS)]
    hub.accept(feed, "au", *things)
    assert len(desk.deliver(reader)) == VERSIONS
    put_in_force(hub.parts.pool, at=now())
    with subprocess.Popen([sys.executable, "-c", WORKER, url]) as worker:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while told(hub) < 5:
            assert worker.poll() is None
            assert time.monotonic() < deadline
        worker.kill()
    assert told(hub) < VERSIONS
    notices = Counter(notice.withdrawn.key.object_id for notice in desk.tell(reader))
    assert notices == Counter(thing["id"] for thing in things)


def test_a_step_that_fails_has_done_nothing(hub: TestHub, monkeypatch: pytest.MonkeyPatch) -> None:
    feed = hub.account("au-cert/feed")
    hub.account("nz-cert/ana")
    desk = Desk.of(hub, now)
    reader = desk.subscribe("nz-cert/ana")
    thing = indicator(tlp=Tlp.GREEN)
    hub.accept(feed, "au", thing)
    desk.deliver(reader)
    hub.deleting.delete(feed, hub.collection("au"), thing["id"], None, None)

    def write_and_die(*given: object) -> None:
        add_notices(*given)  # type: ignore[arg-type]
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(expanding, "add_notices", write_and_die)
        with pytest.raises(MemoryError):
            desk.expanding.step()
    assert told(hub) == 0
    assert [notice.withdrawn.key.object_id for notice in desk.tell(reader)] == [thing["id"]]
