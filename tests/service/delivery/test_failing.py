"""When a subscription is called failing, and when no longer; under a clock that is moved by hand."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from hub.domain.subscriptions.subscription import SubscriptionState
from hub.services.delivery.channels.outcomes import Ended, Failed, Outcome, Remark, Taken
from hub.services.delivery.outbox import Portion
from hub.services.delivery.working.holding import Holding
from hub.services.delivery.working.settling import Persistence, Settling
from hub.services.delivery.working.work import Attempt
from hub.store.subscriptions.errors import last_errors
from tests.service.delivery.conftest import Post
from tests.service.delivery.subscribing import Subscriber
from tests.service.main_job.region import StillClock

DOWN = Failed(remark=Remark(status=503, reason="The receiver answered 503."))
UP = Taken(objects=1)


@dataclass(slots=True, kw_only=True)
class Course:
    """The attempts of one subscription, one after the other."""

    post: Post
    one: Subscriber
    clock: StillClock = field(default_factory=StillClock)

    def attempts(self, *outcomes: Outcome, after: timedelta) -> SubscriptionState:
        """Let so much time pass, and then attempts in one lease come to these outcomes; return the state."""
        pool = self.post.hub.parts.pool
        settling = Settling(pool, Persistence(), self.clock, lambda: 0.0)
        self.clock.at += after
        (work,) = Holding(pool, self.clock).take([self.one.id])
        for outcome in outcomes:
            portion = Portion(epoch=0, batch=None, items=(), position=work.leased.position, more=True)
            settling.settle([Attempt(work=work, portion=portion, outcome=outcome, seconds=0.0)])
        return self.post.kept(self.one).subscription.state


@pytest.fixture
def course(post: Post) -> Iterator[Course]:
    post.hub.account("au-cert/feed")
    with post.subscriber("au-cert/feed") as one:
        yield Course(post=post, one=one)


def test_a_subscription_fails_after_a_quarter_of_an_hour_of_failures_until_one_succeeds(course: Course) -> None:
    assert course.attempts(DOWN, after=timedelta(0)) is SubscriptionState.ACTIVE
    assert course.attempts(DOWN, after=timedelta(minutes=14, seconds=59)) is SubscriptionState.ACTIVE
    assert course.attempts(DOWN, after=timedelta(seconds=1)) is SubscriptionState.FAILING
    assert course.attempts(DOWN, after=timedelta(hours=1)) is SubscriptionState.FAILING
    assert course.post.kept(course.one).subscription.failures == 4
    assert course.attempts(UP, DOWN, after=timedelta(hours=1)) is SubscriptionState.ACTIVE
    assert course.post.kept(course.one).subscription.failures == 1
    assert course.attempts(DOWN, after=timedelta(minutes=14)) is SubscriptionState.ACTIVE
    assert course.attempts(DOWN, after=timedelta(minutes=1)) is SubscriptionState.FAILING


def test_the_end_is_not_undone_by_what_was_on_its_way(course: Course) -> None:
    gone = Ended(remark=Remark(status=410, reason="The receiver wants nothing any more."))
    assert course.attempts(gone, DOWN, after=timedelta(0)) is SubscriptionState.STOPPED
    with course.post.hub.parts.pool.statement() as database:
        assert [error.status for error in last_errors(database, course.one.id)] == [503, 410]
