"""Hints: told behind whoever has them, together where several wait, and not for a while after a failure."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from structlog.testing import capture_logs

from hub.bus.hints import SILENT_SECONDS, Hints
from hub.domain.errors import UnavailableError
from tests.support.waiting import await_that

PATIENCE = 20


class Redis:
    """Answers when it is let, and says then whether it does at all."""

    def __init__(self) -> None:
        self.told: list[tuple[str, ...]] = []
        self.fails = False
        self._asked = threading.Semaphore(0)
        self._answers = threading.Semaphore(0)

    def put(self, *hints: str) -> None:
        self.told.append(hints)
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


def test_nobody_waits_for_a_redis_that_hangs_and_what_came_up_meanwhile_is_told_together() -> None:
    redis = Redis()
    tell = Hints[str](redis.put, failure="head.not_announced")
    tell(None)
    tell("a")
    with redis.hanging():
        tell("b")
        tell("c")
    with redis.hanging():
        assert redis.told == [("a",), ("b", "c")]


def test_after_a_failure_it_is_silent_for_a_while() -> None:
    redis, times = Redis(), [0.0]
    tell = Hints[str](redis.put, failure="head.not_announced", clock=lambda: times[0])
    redis.fails = True
    with capture_logs() as logged:
        tell("a")
        with redis.hanging():
            pass
        await_that(lambda: bool(logged), "a line in the log")
    assert logged[0]["event"] == "head.not_announced"
    redis.fails = False
    tell("b")
    times[0] = SILENT_SECONDS
    tell("c")
    with redis.hanging():
        assert redis.told == [("a",), ("c",)]
