"""Write attempts down as they come, many at once, on a thread of its own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Thread
from typing import Final

import structlog

from hub.domain.errors import HubError
from hub.services.delivery.working.settling import Settling
from hub.services.delivery.working.work import Attempt, Work

_AT_ONCE: Final = 128

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Settled:
    """Works whose attempts were written down, and those of them that go on; None where they could not be written."""

    works: Sequence[Work]
    going_on: Sequence[Work] | None


class Writing:
    """Takes attempts from any thread, settles them, and says so."""

    def __init__(self, settling: Settling, settled: Callable[[Settled], None]) -> None:
        """Tell `settled` of what was put, from the thread that writes."""
        self._settling = settling
        self._settled = settled
        self._attempts: SimpleQueue[Attempt | None] = SimpleQueue()
        self._thread = Thread(target=self._run, name="settle", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def put(self, attempt: Attempt) -> None:
        """Have an attempt written down."""
        self._attempts.put(attempt)

    def close(self, *, seconds: float) -> None:
        """Write what was put, and end."""
        self._attempts.put(None)
        self._thread.join(seconds)

    def _run(self) -> None:
        ended = False
        while not ended:
            found = [self._attempts.get()]
            while len(found) < _AT_ONCE and not self._attempts.empty():
                found.append(self._attempts.get())
            ended = None in found
            attempts = [attempt for attempt in found if attempt is not None]
            if attempts:
                self._settled(self._settle(attempts))

    def _settle(self, attempts: Sequence[Attempt]) -> Settled:
        works = [attempt.work for attempt in attempts]
        try:
            return Settled(works, self._settling.settle(attempts))
        except HubError as error:
            _log.warning("delivery.not_settled", reason=error.sentence)
        except Exception:  # noqa: BLE001 - the outermost loop of a thread
            _log.exception("delivery.not_settled")
        return Settled(works, None)
