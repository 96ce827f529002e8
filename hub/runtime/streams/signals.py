"""How real threads wake the greenlets that hold connections."""

from collections.abc import Callable
from typing import Any

from gevent import get_hub, getcurrent


class GreenletSignal:
    """What the greenlet of one connection sleeps on: a few words of memory, and no timer."""

    __slots__ = ("_hub", "_is_set", "_wake")

    def __init__(self, hub: Any) -> None:  # noqa: ANN401 - gevent has no types
        self._hub = hub
        self._is_set = False
        self._wake: Callable[[], object] | None = None

    def wait(self) -> None:
        """Sleep until it is set; the loop serves others meanwhile."""
        self._wake = getcurrent().switch
        try:
            while not self._is_set:
                self._hub.switch()
        finally:
            self._wake = None
        self._is_set = False

    def set(self) -> None:
        """Have the loop wake the connection, from any thread."""
        self._hub.loop.run_callback_threadsafe(self._note)

    def _note(self) -> None:
        """Run in the loop's own thread."""
        self._is_set = True
        if self._wake is not None:
            self._wake()


def signals_here() -> Callable[[], GreenletSignal]:
    """Return what makes signals for connections of the loop that runs in this thread."""
    hub = get_hub()
    return lambda: GreenletSignal(hub)
