"""The worker that finds withdrawals and points the deliverers to whom is to be told."""

from collections.abc import Callable, Sequence
from threading import Event
from typing import Final

import structlog

from hub.domain.errors import HubError
from hub.domain.identifiers import SubscriptionId
from hub.services.withdrawal.expanding import Expanding
from hub.store.database import Pool
from hub.store.withdrawals.notices import subscriptions_waiting

PULSE_SECONDS: Final = 0.5
"""How often it is looked whether something was withdrawn."""

STEPS_AT_ONCE: Final = 20
"""After so many steps those are told who can be, whatever is left to go through."""

MOST_TOLD: Final = 5_000

_log = structlog.get_logger()


class Withdrawing:
    """Works by itself in a thread; any number of processes may have one, and one works at a time."""

    def __init__(self, pool: Pool, expanding: Expanding, offer: Callable[[Sequence[SubscriptionId]], None]) -> None:
        self._pool = pool
        self._expanding = expanding
        self._offer = offer

    def run(self, stop: Event) -> None:
        """Work until `stop` is set. What cannot be done now is done later: nothing is forgotten by that."""
        while not stop.is_set():
            try:
                if not self.round():
                    stop.wait(PULSE_SECONDS)
            except HubError as error:
                _log.warning("withdrawal.interrupted", reason=error.sentence)
                stop.wait(PULSE_SECONDS)
            except Exception:  # noqa: BLE001 - the outermost loop of a thread
                _log.exception("withdrawal.failed")
                stop.wait(PULSE_SECONDS)

    def round(self) -> bool:
        """Go some steps on, offer whom is to be told, and return whether more is left to go through."""
        left = all(self._expanding.step() is not None for _ in range(STEPS_AT_ONCE))
        with self._pool.statement() as database:
            waiting = subscriptions_waiting(database, most=MOST_TOLD)
        if waiting:
            self._offer(sorted(waiting))
        return left
