"""Whatever happens: a subscriber is told of exactly what it was sent and may not have any more."""

from collections import Counter

import pytest

from hub.domain.handling import Tlp
from hub.domain.subscriptions.filters import EVERYTHING, Filter
from tests.service.main_job.region import StillClock
from tests.service.main_job.test_reading_property import settle
from tests.service.withdrawal.desk import Desk
from tests.service.withdrawal.history import ChangingRegion, History, Memory
from tests.support.hub import TestHub

ROUNDS = 3
STEPS = 80
SUBSCRIBERS = (
    ("au-cert/bob", EVERYTHING, 3),
    ("nz-cert/ana", EVERYTHING, 2),
    ("nz-cert/ana", Filter(types=frozenset({"indicator"}), tlp_max=Tlp.GREEN), 100),
    ("nz-grid/ana", EVERYTHING, 100),
    ("jp-cert/ana", Filter(indicator_types=frozenset({"malicious-activity"})), 3),
)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_notices_are_exactly_what_was_sent_and_is_withdrawn(hub: TestHub, clock: StillClock, seed: int) -> None:
    settled = settle(hub, clock, seed)
    region = ChangingRegion(hub=hub, clock=clock, rng=settled.rng, principals=settled.principals)
    desk = Desk.of(hub, clock)
    memories = {desk.subscribe(account, chosen, batch=batch): Memory() for account, chosen, batch in SUBSCRIBERS}
    history = History(region=region, desk=desk, memories=memories)
    region.agree()
    for _ in range(ROUNDS):
        for _ in range(STEPS):
            history.step()
        history.rest()
        history.check()
    causes = Counter(cause for memory in memories.values() for told in memory.told.values() for cause in told)
    assert causes["closed"] > 0
    assert sum(memory.notices for memory in memories.values()) > 10
