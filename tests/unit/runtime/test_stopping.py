"""A hub ends when it is told to, whatever its main thread is doing at that moment."""

import sys
from threading import Thread
from types import FrameType
from typing import Any, Final

from hub.runtime.workers.stopping import StopEvent

WAIT: Final = 0.001


class Interrupted(Thread):
    """Waits for an event, and sets it before the line number `moment` of the waiting, as a signal handler would."""

    def __init__(self, moment: int) -> None:
        super().__init__(daemon=True)
        self.event = StopEvent()
        self.moment = moment
        self.lines = 0

    def run(self) -> None:
        sys.settrace(self._trace)
        self.event.wait(WAIT)
        sys.settrace(None)

    def _trace(self, _frame: FrameType, kind: str, _: object) -> Any:
        if kind == "line":
            if self.lines == self.moment:
                self.event.set()
            self.lines += 1
        return self._trace


def test_a_signal_may_come_at_any_moment_of_the_waiting() -> None:
    moment = 0
    while True:
        waiting = Interrupted(moment)
        waiting.start()
        waiting.join(10)
        assert not waiting.is_alive(), f"the signal before line {moment} of the waiting is waited for ever"
        if waiting.lines <= moment:
            break
        assert waiting.event.wait(WAIT)
        moment += 1
    assert moment > 1


def test_the_end_is_wished_for_until_it_comes() -> None:
    event = StopEvent()
    assert not event.is_set()
    assert not event.wait(WAIT)
    event.set()
    event.set()
    assert event.is_set()
    assert event.wait()
    assert event.wait()
