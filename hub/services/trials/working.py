"""The worker that makes trials: in the processes that deliver, for only from there it shows what a delivery meets."""

import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from threading import Event, Semaphore, Thread
from typing import Final, assert_never

import structlog

from hub.domain.clock import tick_of
from hub.domain.errors import HubError
from hub.domain.identifiers import SubscriptionId, Tick
from hub.domain.subscriptions.subscription import Channel
from hub.domain.subscriptions.trials import Finding
from hub.services.delivery.channels.outcomes import Ended, Failed, Remark, Taken, Tries
from hub.services.subscriptions.catalogue import shut_out
from hub.store.database import Pool
from hub.store.subscriptions.rows import find_subscription
from hub.store.subscriptions.trials import answer_trial, take_trial

PULSE_SECONDS: Final = 0.5
"""How often it is looked whether a trial was asked for."""

AT_ONCE: Final = 4
LOST_AFTER: Final = timedelta(minutes=3)
"""A trial that was taken up so long ago has lost its worker: no attempt takes nearly as long."""

_FAULT: Final = "The hub has a fault of its own; its operators see it."

_log = structlog.get_logger()


class Trying:
    """Works by itself in a thread; any number of processes may have one."""

    def __init__(self, pool: Pool, channels: Mapping[Channel, Tries], clock: Callable[[], datetime]) -> None:
        self._pool = pool
        self._channels = channels
        self._clock = clock
        self._places = Semaphore(AT_ONCE)

    def run(self, stop: Event) -> None:
        """Work until `stop` is set. What cannot be done now is done later."""
        while not stop.is_set():
            if not self._places.acquire(timeout=PULSE_SECONDS):
                continue
            if not self._begin():
                self._places.release()
                stop.wait(PULSE_SECONDS)

    def _begin(self) -> bool:
        """Begin a trial that was asked for, in a thread of its own; return whether one was begun."""
        try:
            taken = self._take()
            if taken is not None:
                Thread(target=self._try, args=taken, name="trial", daemon=True).start()
        except HubError as error:
            _log.warning("trial.interrupted", reason=error.sentence)
            return False
        except Exception:  # noqa: BLE001 - the outermost loop of a thread
            _log.exception("trial.failed")
            return False
        return taken is not None

    def _take(self) -> tuple[SubscriptionId, Tick] | None:
        now = self._clock()
        with self._pool.statement() as database:
            found = take_trial(database, now=tick_of(now), lost_before=tick_of(now - LOST_AFTER))
        return None if found is None else (found, tick_of(now))

    def _try(self, number: SubscriptionId, taken: Tick) -> None:
        try:
            finding = self._found(number)
            if finding is not None:
                with self._pool.statement() as database:
                    answer_trial(database, number, finding, taken=taken)
        except HubError as error:
            _log.warning("trial.interrupted", subscription=number, reason=error.sentence)
        except Exception:  # noqa: BLE001 - the outermost call of a thread
            _log.exception("trial.failed", subscription=number)
        finally:
            self._places.release()

    def _found(self, number: SubscriptionId) -> Finding | None:
        """Try a subscription and return what came of it; None where it has been removed.

        INVARIANT: nothing is sent for an account that the hub is shut to (SR-01).
        """
        with self._pool.statement() as database:
            kept = find_subscription(database, number)
            shut = None if kept is None else shut_out(database, kept.subscription.account)
        if kept is None:
            return None
        if shut is not None:
            return self._finding(Failed(remark=Remark(status=None, reason=f"Nothing is sent: {shut}.")), 0.0)
        begun = time.monotonic()
        try:
            outcome = self._channels[kept.subscription.channel].try_out(kept)
        except HubError as error:
            outcome = Failed(remark=Remark(status=None, reason=error.sentence))
        except Exception:  # noqa: BLE001 - it is answered, whatever it is
            _log.exception("trial.failed", subscription=number)
            outcome = Failed(remark=Remark(status=None, reason=_FAULT))
        return self._finding(outcome, time.monotonic() - begun)

    def _finding(self, outcome: Taken | Failed | Ended, seconds: float) -> Finding:
        match outcome:
            case Taken(remarks=(remark, *_)):
                good = True
            case Failed(remark=remark) | Ended(remark=remark):
                good = False
            case Taken():
                good, remark = True, Remark(status=None, reason="The receiver took it.")
            case other:
                assert_never(other)
        return Finding(
            at=tick_of(self._clock()),
            good=good,
            milliseconds=round(seconds * 1_000),
            status=remark.status,
            reason=remark.reason,
            excerpt=remark.excerpt,
        )
