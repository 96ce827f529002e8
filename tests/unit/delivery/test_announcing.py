"""News of commits: told behind who commits, together where several wait, and not for a while after a failure."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

from structlog.testing import capture_logs

from hub.bus.heads import Announcer, News
from hub.domain.errors import UnavailableError
from hub.domain.identifiers import GuardId, Tick
from hub.services.delivery.announcing import SILENT_SECONDS, Announcing
from tests.support.waiting import await_that

PATIENCE = 20


class Redis:
    """Answers when it is let, and says then whether it does at all."""

    def __init__(self) -> None:
        self.told: list[News] = []
        self.fails = False
        self._asked = threading.Semaphore(0)
        self._answers = threading.Semaphore(0)

    def announce(self, news: News) -> None:
        self.told.append(news)
        self._asked.release()
        assert self._answers.acquire(timeout=PATIENCE)
        if self.fails:
            raise UnavailableError("Redis does not answer.")

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """Wait until it is asked something, and let it answer when the block has ended."""
        assert self._asked.acquire(timeout=PATIENCE)
        yield
        self._answers.release()


def news(head: int, *guards: int) -> News:
    return News(head=Tick(head), guards=frozenset(map(GuardId, guards)))


def test_nobody_waits_for_a_redis_that_hangs_and_what_came_up_meanwhile_is_told_together() -> None:
    redis = Redis()
    tell = Announcing(cast("Announcer", redis))
    tell(None)
    tell(news(1, 7))
    with redis.hanging():
        tell(news(2, 7))
        tell(news(3, 8))
    with redis.hanging():
        assert redis.told == [news(1, 7), news(3, 7, 8)]


def test_after_a_failure_it_is_silent_for_a_while() -> None:
    redis, times = Redis(), [0.0]
    tell = Announcing(cast("Announcer", redis), clock=lambda: times[0])
    redis.fails = True
    with capture_logs() as logged:
        tell(news(1, 7))
        with redis.hanging():
            pass
        await_that(lambda: bool(logged), "a line in the log")
    assert logged[0]["event"] == "head.not_announced"
    redis.fails = False
    tell(news(2, 7))
    times[0] = SILENT_SECONDS
    tell(news(3, 7))
    with redis.hanging():
        assert redis.told == [news(1, 7), news(3, 7)]
