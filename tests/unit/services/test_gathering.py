"""Work that is gathered: what waits is done together, and none fails for what lies with another."""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event

import pytest

from hub.domain.errors import UnavailableError
from hub.services.publishing.gathering import Gathering

PATIENCE = 30


class Desk:
    """Does numbers: each group waits until it is let go on; `bad` numbers fail every group that they are in."""

    def __init__(self, *, bad: frozenset[int] = frozenset(), error: Exception | None = None) -> None:
        self.groups: list[list[int]] = []
        self.bad = bad
        self.error = error or ValueError("bad")
        self.begun = Event()
        self.going = Event()
        self.gathering = Gathering(self.do, fits=lambda group, more: len(group) < 3 and more + 100 not in group)

    def do(self, group: Sequence[int]) -> list[str]:
        self.groups.append(list(group))
        self.begun.set()
        assert self.going.wait(PATIENCE)
        if self.bad & set(group):
            raise self.error
        return [f"done {number}" for number in group]

    def ask(self, pool: ThreadPoolExecutor, *numbers: int) -> list[Future[str]]:
        """Let the first number begin, and the others arrive one after the other while it is under way."""
        first = pool.submit(self.gathering, numbers[0])
        assert self.begun.wait(PATIENCE)
        asked = [first]
        for count, number in enumerate(numbers[1:], 1):
            asked.append(pool.submit(self.gathering, number))
            while len(self.gathering.waiting) < count:
                assert not asked[-1].done()
        self.going.set()
        return asked


def test_what_arrives_meanwhile_is_done_together_in_order_and_each_gets_its_own() -> None:
    desk = Desk()
    with ThreadPoolExecutor(8) as pool:
        asked = desk.ask(pool, 1, 2, 3, 4, 5)
        assert [each.result(PATIENCE) for each in asked] == ["done 1", "done 2", "done 3", "done 4", "done 5"]
    assert desk.groups == [[1], [2, 3, 4], [5]]


def test_what_does_not_fit_waits_and_keeps_its_place() -> None:
    desk = Desk()
    with ThreadPoolExecutor(8) as pool:
        for each in desk.ask(pool, 1, 102, 2, 3):
            each.result(PATIENCE)
    assert desk.groups == [[1], [102, 3], [2]]


def test_a_failure_is_its_own_alone() -> None:
    desk = Desk(bad=frozenset({3}))
    with ThreadPoolExecutor(8) as pool:
        one, two, three, four = desk.ask(pool, 1, 2, 3, 4)
        assert [each.result(PATIENCE) for each in (one, two, four)] == ["done 1", "done 2", "done 4"]
        with pytest.raises(ValueError, match="bad"):
            three.result(PATIENCE)
    assert desk.groups == [[1], [2, 3, 4], [2], [3], [4]]


def test_where_something_does_not_answer_nothing_is_tried_again() -> None:
    desk = Desk(bad=frozenset({3}), error=UnavailableError("no answer"))
    with ThreadPoolExecutor(8) as pool:
        one, *others = desk.ask(pool, 1, 2, 3)
        assert one.result(PATIENCE) == "done 1"
        for each in others:
            with pytest.raises(UnavailableError):
                each.result(PATIENCE)
    assert desk.groups == [[1], [2, 3]]
    assert desk.gathering(4) == "done 4"
