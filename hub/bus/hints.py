"""Hints that there is something to be found, put on Redis behind whoever has made it so.

Nobody waits for them: a Redis that hangs answers nobody for seconds. Nothing is lost where they fail: whoever sweeps
the store finds the same.
"""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import Final, Generic, TypeVar

import structlog

from hub.domain.errors import UnavailableError

Hint = TypeVar("Hint")

Tell = Callable[[Hint | None], None]
"""What is done with a hint, None where there is none. It raises nothing, and waits for nobody."""

SILENT_SECONDS: Final = 2.0
"""After a failure nothing is told for so long: whoever sweeps finds it about as soon."""

_log = structlog.get_logger()


def tell_nobody(_: object) -> None:
    """Leave it to the sweep."""


class Hints(Generic[Hint]):
    """Tells hints of one kind, in a thread of its own; what comes up while it tells is told together.

    One instance is shared by the threads of a process. `put` is given hints, in the order in which they came, and
    raises UnavailableError where Redis does not answer; `failure` is what the log calls that.
    """

    def __init__(self, put: Callable[..., None], *, failure: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._put = put
        self._failure = failure
        self._clock = clock
        self._silent_until = float("-inf")
        self._lock = Lock()
        self._waiting: list[Hint] = []
        self._teller = ThreadPoolExecutor(max_workers=1, thread_name_prefix="hints")

    def __call__(self, hint: Hint | None) -> None:
        """Have a hint told; where Redis did not answer a moment ago, be silent."""
        if hint is None or self._silent():
            return
        with self._lock:
            self._waiting.append(hint)
            if len(self._waiting) > 1:
                return
        self._teller.submit(self._tell)

    def _tell(self) -> None:
        with self._lock:
            hints, self._waiting = self._waiting, []
        if self._silent():
            return
        try:
            self._put(*hints)
        except UnavailableError as error:
            self._silent_until = self._clock() + SILENT_SECONDS
            _log.warning(self._failure, reason=error.sentence)

    def _silent(self) -> bool:
        return self._clock() < self._silent_until
