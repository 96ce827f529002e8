"""Threads that send: as many as there are to be, more in place of those that are stuck, and those only."""

from collections.abc import Iterator
from contextlib import contextmanager
from queue import SimpleQueue
from threading import Event

from hub.services.delivery.working.lanes import STUCK_SECONDS, Lane


class Hands:
    """A lane under a clock that is moved by hand, and jobs that end when they are told to."""

    def __init__(self, *, size: int, most: int) -> None:
        self.now = 0.0
        self.begun: SimpleQueue[str] = SimpleQueue()
        self.ended: SimpleQueue[str] = SimpleQueue()
        self.lane = Lane("test", size=size, most=most, clock=lambda: self.now)

    def put(self, name: str) -> Event:
        """Put a job that goes on until the event is set."""
        end = Event()

        def job() -> None:
            self.begun.put(name)
            end.wait(60)
            self.ended.put(name)

        self.lane.put(job)
        return end

    def next_begun(self) -> str:
        return self.begun.get(timeout=60)


@contextmanager
def hands(*, size: int, most: int) -> Iterator[Hands]:
    made = Hands(size=size, most=most)
    made.lane.tend()
    yield made
    made.lane.close(seconds=60)


def test_jobs_are_begun_in_order_and_wait_for_a_thread() -> None:
    with hands(size=1, most=4) as one:
        ends = [one.put(name) for name in "abc"]
        assert one.next_begun() == "a"
        assert one.lane.waiting == 2
        one.lane.tend()
        assert one.lane.waiting == 2
        for end, following in zip(ends, ["b", "c", None], strict=True):
            end.set()
            if following is not None:
                assert one.next_begun() == following


def test_who_is_stuck_is_replaced_as_long_as_there_may_be_more() -> None:
    with hands(size=1, most=2) as one:
        ends = [one.put(name) for name in "abc"]
        assert one.next_begun() == "a"
        one.now += STUCK_SECONDS / 2
        one.lane.tend()
        assert one.lane.waiting == 2
        one.now += STUCK_SECONDS
        one.lane.tend()
        assert one.next_begun() == "b"
        one.now += 2 * STUCK_SECONDS
        one.lane.tend()
        assert one.lane.waiting == 1
        for end in ends:
            end.set()
        assert one.next_begun() == "c"


def test_who_was_stuck_leaves_when_others_have_taken_the_place() -> None:
    with hands(size=1, most=4) as one:
        stuck = one.put("stuck")
        assert one.next_begun() == "stuck"
        one.now += 2 * STUCK_SECONDS
        one.lane.tend()
        first = one.put("first")
        assert one.next_begun() == "first"
        stuck.set()
        assert one.ended.get(timeout=60) == "stuck"
        second = one.put("second")
        first.set()
        assert one.next_begun() == "second"
        third = one.put("third")
        assert one.lane.waiting == 1
        second.set()
        assert one.next_begun() == "third"
        third.set()


def test_what_waits_is_done_before_the_end() -> None:
    with hands(size=2, most=2) as two:
        for name in "abcd":
            two.put(name).set()
    assert sorted(two.ended.get(timeout=60) for _ in range(4)) == list("abcd")
