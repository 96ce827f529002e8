"""The wish that a process end, which a signal brings at any moment."""

import signal
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Event


class StopEvent(Event):
    """An event that a signal handler may set while its own thread waits for it; it is never cleared.

    The lock of a plain Event is not reentrant: where the signal arrives while the waiting thread holds it, the
    handler waits for ever. The queue's `put` is made for that.
    """

    def __init__(self) -> None:
        super().__init__()
        self._wishes: SimpleQueue[None] = SimpleQueue()

    def set(self) -> None:
        """Wish for the end; safe at any moment, and more than once."""
        self._wishes.put(None)

    def is_set(self) -> bool:
        """Whether the end is wished for."""
        return not self._wishes.empty()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until the end is wished for, at most `timeout` seconds; return whether it is."""
        with suppress(Empty):
            self._wishes.put(self._wishes.get(timeout=timeout))
        return self.is_set()


def stop_event() -> Event:
    """Give an event that SIGTERM and SIGINT set; call it in the main thread."""
    stop = StopEvent()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop
