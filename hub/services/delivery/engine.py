"""A process that delivers: a dispatcher, whoever takes what is due, a deliverer, and what is done beside them."""

from collections.abc import Callable, Sequence
from threading import Event, Thread
from typing import Final

import structlog

from hub.bus.due import Due
from hub.domain.errors import UnavailableError
from hub.services.delivery.deliverer import Deliverer
from hub.services.delivery.dispatcher import Dispatcher

_WAIT_MS: Final = 1_000
_MOST_TAKEN: Final = 256
_PAUSE_SECONDS: Final = 0.1
_RECOVERY_SECONDS: Final = 1.0
_END_SECONDS: Final = 5.0

_log = structlog.get_logger()


def deliver(  # noqa: PLR0913 - a process has these parts
    dispatcher: Dispatcher,
    deliverer: Deliverer,
    due: Due,
    *,
    beside: Sequence[Callable[[Event], None]],
    consumer: str,
    stop: Event,
) -> None:
    """Deliver until `stop` is set, and do what is done beside that, each in a thread of its own."""
    threads = [
        Thread(target=dispatcher.run, args=(stop,), name="dispatch", daemon=True),
        Thread(target=_take, args=(due, deliverer, consumer, stop), name="take", daemon=True),
        *(Thread(target=work, args=(stop,), daemon=True) for work in beside),
    ]
    for thread in threads:
        thread.start()
    deliverer.run(stop)
    for thread in threads:
        thread.join(_END_SECONDS)


def _take(due: Due, deliverer: Deliverer, consumer: str, stop: Event) -> None:
    """Hand what is due to the deliverer, until `stop` is set, for as long as it can take more."""
    while not stop.is_set():
        try:
            if deliverer.is_full:
                stop.wait(_PAUSE_SECONDS)
                continue
            entries = due.take(consumer, wait_ms=_WAIT_MS, most=_MOST_TAKEN)
            if entries:
                deliverer.offer_entries(entries)
        except UnavailableError as error:
            _log.warning("delivery.stream_unavailable", reason=error.sentence)
            stop.wait(_RECOVERY_SECONDS)
        except Exception:  # noqa: BLE001 - the outermost loop of a thread
            _log.exception("delivery.take_failed")
            stop.wait(_RECOVERY_SECONDS)
