"""Tell subscribers' workers that the log has grown, without ever keeping a submitter waiting for that."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import Final

import structlog

from hub.bus.heads import Announcer, News, joined
from hub.domain.errors import UnavailableError

SILENT_SECONDS: Final = 2.0
"""After a failure nothing is announced for so long: whoever sweeps the log finds it about as soon."""

Tell = Callable[[News | None], None]
"""What is done with the news of a commit, None where there is none. It raises nothing, and waits for nobody."""

_log = structlog.get_logger()


def tell_nobody(_: News | None) -> None:
    """Leave it to the sweep."""


class Announcing:
    """Announces what was committed, in a thread of its own: a Redis that hangs answers nobody for seconds.

    One instance is shared by the threads of a process. What comes up while it is announcing is told together.
    """

    def __init__(self, announcer: Announcer, clock: Callable[[], float] = time.monotonic) -> None:
        self._announcer = announcer
        self._clock = clock
        self._silent_until = float("-inf")
        self._lock = Lock()
        self._waiting: list[News] = []
        self._teller = ThreadPoolExecutor(max_workers=1, thread_name_prefix="announce")

    def __call__(self, news: News | None) -> None:
        """Have some news announced; where Redis did not answer a moment ago, be silent."""
        if news is None or self._silent():
            return
        with self._lock:
            self._waiting.append(news)
            if len(self._waiting) > 1:
                return
        self._teller.submit(self._announce)

    def _announce(self) -> None:
        with self._lock:
            news, self._waiting = joined(self._waiting), []
        if news is None or self._silent():
            return
        try:
            self._announcer.announce(news)
        except UnavailableError as error:
            self._silent_until = self._clock() + SILENT_SECONDS
            _log.warning("head.not_announced", reason=error.sentence)

    def _silent(self) -> bool:
        return self._clock() < self._silent_until
