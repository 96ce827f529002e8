"""A hub with a stream process, and the accounts that read from it."""

import itertools
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import pytest

from hub.runtime.embedded.datadir import ServerUrls
from tests.support.events import EventStream, streaming
from tests.support.servers import TestServers
from tests.support.serving import Caller, ServedHub, free_port, serving

HEARTBEAT = 0.5

_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamHub:
    """A served hub and the port of its streams."""

    served: ServedHub
    port: int

    def stream(
        self, caller: Caller, query: Mapping[str, str] | None = None, **options: Any
    ) -> AbstractContextManager[EventStream]:
        """Open a stream as an account."""
        return streaming(self.port, (caller.username, caller.token), query, **options)


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory, servers: TestServers) -> Iterator[StreamHub]:
    port = free_port()
    urls = ServerUrls(database=servers.empty_database(), redis=servers.fresh_redis())
    directory = tmp_path_factory.mktemp("streams") / "data"
    with serving(
        directory, servers=urls, stream_processes=1, stream_port=port, stream_heartbeat=HEARTBEAT, streams_each=4
    ) as served:
        yield StreamHub(served=served, port=port)


@pytest.fixture(scope="module")
def writer(hub: StreamHub) -> Caller:
    return hub.served.account("kh-cert/writer")


@pytest.fixture
def reader(hub: StreamHub) -> Caller:
    """Give an analyst of another member, of its own for each test."""
    return hub.served.account(f"la-cert/reader-{next(_numbers)}")
