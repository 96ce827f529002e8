"""The parts of a stream process, over a pool of its own."""

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event, Thread
from typing import Final

import structlog
from flask import Flask

from hub.bus.connections import connect
from hub.bus.heads import Listener
from hub.runtime.embedded.datadir import ServerUrls
from hub.runtime.settings import Settings
from hub.runtime.wiring import build, now
from hub.services.delivery.narrowing import Narrowing
from hub.services.delivery.outbox import Outbox
from hub.services.directory.authenticate import Authenticating
from hub.services.explaining.noting import Noting
from hub.services.streaming.counting import Counting
from hub.services.streaming.hall import Hall, HallLimits
from hub.services.streaming.noticing import Noticing
from hub.services.streaming.reading import StreamReading
from hub.services.streaming.streams import Signal
from hub.services.streaming.telling import Teller, Telling, listen, walk
from hub.services.withdrawal.notifying import Notifying
from hub.store.database import Pool
from hub.store.log.head import cursor_key
from hub.web.stream.events import envelope_event
from hub.web.stream.surface import Streaming, create_stream_application

WALKERS: Final = 2
_CONNECTIONS: Final = 13
"""One for each thread that asks the database: those of requests, walkers, teller and counter, and the noting of tokens'
use."""

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamParts:
    """What a stream process serves with, and what ends it."""

    application: Flask
    hall: Hall
    stop: Event


def build_streams(settings: Settings, urls: ServerUrls, signals: Callable[[], Signal]) -> StreamParts:
    """Make the application and start the threads that tell its streams; the database has been prepared."""
    pool = Pool(urls.database, size=_CONNECTIONS)
    pool.open()
    parts = build(settings, urls, pool)
    with pool.statement() as database:
        key = cursor_key(database)
    outbox = Outbox(parts.clearances, Narrowing(), parts.numbers, Noting(pool, now), now)
    reading = StreamReading(pool, parts.clearances, outbox, now)
    beat = settings.stream_heartbeat
    hall = Hall(HallLimits(each=settings.streams_each, all=settings.streams_all, beat_seconds=beat))
    telling = Telling(hall, reading, envelope_event)
    noticing = Noticing(hall, reading, Notifying(pool, parts.clearances, now))
    teller = Teller(hall, reading, telling, noticing, beat_seconds=beat)
    counting = Counting(hall, pool, now)
    stop = Event()
    _start("tell", lambda: teller.run(stop))
    _start("count", lambda: counting.run(stop))
    _start("listen", lambda: listen(Listener(connect(urls.redis)), teller, stop))
    for number in range(WALKERS):
        _start(f"walk-{number}", lambda: walk(hall, telling, stop))
    streaming = Streaming(
        authenticating=Authenticating(pool, now),
        catalogue=parts.catalogue,
        hall=hall,
        reading=reading,
        cursor_key=key,
        signal=signals,
    )
    return StreamParts(application=create_stream_application(streaming), hall=hall, stop=stop)


def _start(name: str, work: Callable[[], None]) -> None:
    """Run a thread without which the process is no use: where it ends by an error, so does the process."""

    def run() -> None:
        try:
            work()
        except BaseException:
            _log.exception("stream.thread_failed", thread=name)
            os.kill(os.getpid(), signal.SIGKILL)
            raise

    Thread(target=run, name=f"stream-{name}", daemon=True).start()
