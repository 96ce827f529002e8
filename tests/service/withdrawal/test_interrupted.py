"""What was on its way when the deliverer was killed counts as sent: the receiver may have it, and has to be told."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from hub.domain.directory import Principal
from hub.domain.handling import Tlp
from hub.domain.identifiers import MemberCode, SubscriptionId
from hub.domain.subscriptions.filters import Filter
from hub.domain.subscriptions.withdrawals import Addressee
from hub.outbound.webhooks.deliveries import Delivery
from hub.services.agreements.pairs import suspend_pair
from hub.services.delivery.channels.outcomes import Failed, Outcome, Remark, Taken
from hub.services.delivery.outbox import Portion
from hub.services.delivery.working.holding import LEASE, Holding
from hub.services.delivery.working.settling import Persistence, Settling
from hub.services.delivery.working.work import Attempt, Work
from hub.services.directory.accounts import disable_account, enable_account
from tests.service.main_job.region import StillClock
from tests.service.withdrawal.desk import Desk
from tests.support.acts import made
from tests.support.hub import TestHub
from tests.support.stix import TLP_MARKINGS, indicator, version_at

AU, NZ = MemberCode("AU"), MemberCode("NZ")
REFUSED = Failed(remark=Remark(status=None, reason="Nobody takes the connection."))


@dataclass(slots=True, kw_only=True)
class Worker:
    """A deliverer that takes each of its steps by hand, and may be lost between any two."""

    hub: TestHub
    desk: Desk
    clock: StillClock
    holding: Holding

    def take(self, reader: Addressee) -> Work:
        """Take the subscription over from whoever was lost, when their lease has ended."""
        assert reader.subscription is not None
        self.clock.at += LEASE
        (work,) = self.holding.take([reader.subscription])
        return work

    def begin(self, reader: Addressee) -> tuple[Work, Portion]:
        """Do all that is done before the first byte leaves."""
        work = self.take(reader)
        portion = self.desk.outbox.portions([work.leased])[work.id]
        assert self.holding.begin([(work, portion)]) == {work.id}
        return work, portion

    def settle(self, work: Work, portion: Portion, outcome: Outcome) -> None:
        """Write what came of it."""
        settling = Settling(self.hub.parts.pool, Persistence(), self.clock, lambda: 0.0)
        settling.settle([Attempt(work=work, portion=portion, outcome=outcome, seconds=0.0)])


@pytest.fixture
def worker(hub: TestHub, desk: Desk, clock: StillClock) -> Callable[[], Worker]:
    return lambda: Worker(hub=hub, desk=desk, clock=clock, holding=Holding(hub.parts.pool, clock))


def test_what_is_closed_after_the_deliverer_was_killed_is_told(
    desk: Desk, hub: TestHub, feed: Principal, reader: Addressee, worker: Callable[[], Worker]
) -> None:
    closed, deleted, kept = (indicator(tlp=Tlp.GREEN) for _ in range(3))
    hub.accept(feed, "au", closed, deleted, kept)
    _, lost = worker().begin(reader)
    hub.accept(
        feed, "au", closed | {"modified": version_at(1), "object_marking_refs": [TLP_MARKINGS[Tlp.AMBER_STRICT]]}
    )
    hub.deleting.delete(feed, hub.collection("au"), str(deleted["id"]), None, None)
    assert desk.told(reader) == []
    other = worker()
    work, portion = other.begin(reader)
    assert sorted(desk.told(reader)) == sorted(
        [
            (closed["id"], version_at(0), "closed"),
            (deleted["id"], version_at(0), "deleted"),
        ]
    )
    assert portion.objects() == (kept["id"],)
    assert _delivery(work.id, portion) == _delivery(work.id, lost)
    other.settle(work, portion, Taken(objects=1))
    assert desk.told(reader) == []


def test_a_suspension_while_nobody_delivers_withdraws_what_was_on_its_way(
    desk: Desk, hub: TestHub, feed: Principal, reader: Addressee, worker: Callable[[], Worker]
) -> None:
    things = [indicator(tlp=Tlp.GREEN) for _ in range(5)]
    hub.accept(feed, "au", *things[:2])
    disable_account(hub.parts.pool, reader.account, act=made("test"))
    enable_account(hub.parts.pool, reader.account, act=made("test"))
    hub.accept(feed, "au", *things[2:])
    assert len(worker().begin(reader)[1].items) == len(things)
    suspend_pair(hub.parts.pool, AU, NZ, act=made("test"))
    assert desk.told(reader) == []
    worker().take(reader)
    assert sorted(desk.told(reader)) == sorted((str(each["id"]), version_at(0), "closed") for each in things)


def test_only_what_the_filter_had_left_was_on_its_way(
    desk: Desk, hub: TestHub, feed: Principal, worker: Callable[[], Worker]
) -> None:
    hub.account("nz-cert/ana")
    reader = desk.subscribe("nz-cert/ana", Filter(confidence_min=50))
    low, high = (indicator(tlp=Tlp.GREEN, confidence=confidence) for confidence in (10, 90))
    hub.accept(feed, "au", low, high)
    worker().begin(reader)
    suspend_pair(hub.parts.pool, AU, NZ, act=made("test"))
    worker().take(reader)
    assert desk.told(reader) == [(high["id"], version_at(0), "closed")]


def test_what_is_known_not_to_have_left_is_not_told(
    desk: Desk, hub: TestHub, feed: Principal, reader: Addressee, worker: Callable[[], Worker]
) -> None:
    hub.accept(feed, "au", indicator(tlp=Tlp.GREEN))
    first = worker()
    first.settle(*first.begin(reader), REFUSED)
    suspend_pair(hub.parts.pool, AU, NZ, act=made("test"))
    worker().take(reader)
    assert desk.told(reader) == []


def _delivery(subscription: SubscriptionId, portion: Portion) -> str:
    assert portion.batch is not None
    return Delivery(subscription=subscription, batch=portion.batch, key=bytes(32)).id
