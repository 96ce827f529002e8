"""A hub whose deliverer runs in a thread, and retries after a moment."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from hub.domain.subscriptions.filters import Filter
from hub.runtime.embedded.datadir import ServerUrls
from hub.runtime.keys.sealing import read_keys
from hub.runtime.workers.delivering import run_deliver
from hub.services.sealing import Sealer
from hub.services.submit import Submitting
from hub.store.subscriptions.rows import Kept, find_subscription
from tests.service.delivery.subscribing import LOOPBACK, Subscriber, subscriber
from tests.support.hub import TestHub, running_hub
from tests.support.servers import TestServers


@dataclass(slots=True, kw_only=True)
class Post:
    """A hub, and a deliverer for it that runs as long as one is asked for."""

    hub: TestHub
    urls: ServerUrls

    @contextmanager
    def delivering(self, *, redis: str | None = None) -> Iterator[None]:
        """Deliver for as long as the block runs."""
        stop = Event()
        urls = ServerUrls(database=self.urls.database, redis=redis or self.urls.redis)
        thread = Thread(target=run_deliver, args=(self.hub.settings, urls, stop))
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()

    def subscriber(self, account: str, chosen: Filter | None = None, **options: Any) -> Any:
        """Run a receiver that is subscribed for an account."""
        sealer = Sealer(read_keys(self.hub.settings.sealing_key_file))
        return subscriber(self.hub.parts.pool, sealer, account, chosen, **options)

    def kept(self, one: Subscriber) -> Kept:
        """Return how a subscription stands."""
        with self.hub.parts.pool.statement() as database:
            found = find_subscription(database, one.id)
        assert found is not None
        return found


@contextmanager
def posting(urls: ServerUrls, directory: Path, **options: Any) -> Iterator[Post]:
    """Run a hub over these servers, and give what delivers for it."""
    settings: dict[str, Any] = {
        "data": directory,
        "delivery_networks": LOOPBACK,
        "retry_first_seconds": 0.01,
        "retry_longest_seconds": 0.02,
    }
    with running_hub(urls.database, urls.redis, **settings, **options) as hub:
        parts = hub.parts
        hub.submitting = Submitting(parts.pool, parts.publishing, parts.point, parts.limits, hub.clock, parts.tell)
        yield Post(hub=hub, urls=urls)


@pytest.fixture
def post(servers: TestServers, tmp_path: Path) -> Iterator[Post]:
    with posting(ServerUrls(database=servers.fresh_database(), redis=servers.fresh_redis()), tmp_path) as post:
        yield post
