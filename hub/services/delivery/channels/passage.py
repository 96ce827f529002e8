"""The way of one push to another server: it ends where content may not be sent any more, or has been for too long."""

import time
from collections.abc import Callable, Mapping
from typing import Final

from hub.outbound.errors import OutboundError
from hub.outbound.taxii import Carries
from hub.outbound.transport import Answer
from hub.services.delivery.channels.outcomes import May

PUSHED_SECONDS: Final = 300.0
"""How long content of one push is sent. What is left of it then is read again."""

FOLLOWED_SECONDS: Final = 120.0
"""How long the status of one envelope is followed. What is not done by then is sent again, which is harmless."""


class HaltedError(Exception):
    """The policy has changed: what was to be sent next may not be sent as it was read."""


class OverdueError(OutboundError):
    """The push has taken as long as it may."""


class Passage:
    """Carries the requests of one push. INVARIANT: none with content begins unless `may` has just said that it may."""

    def __init__(self, carrier: Carries, may: May, clock: Callable[[], float] = time.monotonic) -> None:
        self._carrier = carrier
        self._may = may
        self._clock = clock
        self._begun = self._sent = clock()

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        params: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Answer:
        """Return the answer; raise HaltedError or OverdueError where content is not to be sent, without sending it."""
        if body is not None:
            self._begin()
        return self._carrier.request(method, url, headers=headers, params=params, body=body)

    def sleep(self, seconds: float) -> None:
        """Wait for what was sent last; raise OverdueError where it has been waited for long enough."""
        if self._clock() - self._sent > FOLLOWED_SECONDS:
            raise OverdueError(
                f"The server has taken the objects and is not done with them after {FOLLOWED_SECONDS:.0f} s."
            )
        time.sleep(seconds)

    def _begin(self) -> None:
        self._sent = self._clock()
        if self._sent - self._begun > PUSHED_SECONDS:
            raise OverdueError(f"The server has not taken an envelope to its end within {PUSHED_SECONDS:.0f} s.")
        if not self._may():
            raise HaltedError
