"""Put an ingest worker together."""

import os
import socket
from threading import Event

from hub.runtime.embedded.datadir import ServerUrls
from hub.runtime.settings import Settings
from hub.runtime.wiring import build, now, opened
from hub.runtime.workers.collecting import collect_seldom
from hub.services.ingest import Ingest


def run_ingest(settings: Settings, urls: ServerUrls, stop: Event) -> None:
    """Work as an ingest worker until `stop` is set."""
    with opened(urls) as pool:
        parts = build(settings, urls, pool)
        worker = Ingest(
            pool,
            parts.publishing,
            parts.catalogue,
            parts.queue,
            limits=parts.limits,
            part_objects=settings.ingest_chunk,
            clock=now,
            tell=parts.tell,
        )
        collect_seldom()
        worker.run(f"{socket.gethostname()}-{os.getpid()}", stop)
