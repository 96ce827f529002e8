"""Tell subscribers' workers that the log has grown, without ever keeping a submitter waiting for that."""

import time
from collections.abc import Callable
from typing import Final

import structlog

from hub.bus.heads import Announcer, News
from hub.domain.errors import UnavailableError

SILENT_SECONDS: Final = 2.0
"""After a failure nothing is announced for so long: whoever sweeps the log finds it about as soon."""

Tell = Callable[[News | None], None]
"""What is done with the news of a commit, None where there is none. It raises nothing."""

_log = structlog.get_logger()


def tell_nobody(_: News | None) -> None:
    """Leave it to the sweep."""


class Announcing:
    """Announces what was committed. One instance is shared by the threads of a process."""

    def __init__(self, announcer: Announcer, clock: Callable[[], float] = time.monotonic) -> None:
        self._announcer = announcer
        self._clock = clock
        self._silent_until = float("-inf")

    def __call__(self, news: News | None) -> None:
        """Announce some news; where Redis does not answer, be silent for a while."""
        if news is None or self._clock() < self._silent_until:
            return
        try:
            self._announcer.announce(news)
        except UnavailableError as error:
            self._silent_until = self._clock() + SILENT_SECONDS
            _log.warning("head.not_announced", reason=error.sentence)
