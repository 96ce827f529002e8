"""Each test of the directory has a database of its own."""

from collections.abc import Iterator

import pytest

from hub.store.database import Pool
from tests.service.directory.forum import found_forum
from tests.support.servers import TestServers


@pytest.fixture
def url(servers: TestServers) -> str:
    return servers.fresh_database()


@pytest.fixture
def empty(url: str) -> Iterator[Pool]:
    """Give a directory in which there is nobody."""
    pool = Pool(url, size=4)
    pool.open()
    yield pool
    pool.close()


@pytest.fixture
def pool(empty: Pool) -> Pool:
    """Give a directory with the small forum in it."""
    found_forum(empty)
    return empty
