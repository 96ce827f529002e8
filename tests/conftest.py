"""Fixtures for every test: the real servers, started on first use and once a run."""

from collections.abc import Iterator

import pytest

from tests.support.servers import TestServers, running_servers


@pytest.fixture(scope="session")
def servers() -> Iterator[TestServers]:
    with running_servers() as running:
        yield running


@pytest.fixture(scope="module")
def database_url(servers: TestServers) -> str:
    return servers.fresh_database()


@pytest.fixture(scope="module")
def redis_url(servers: TestServers) -> str:
    return servers.fresh_redis()
