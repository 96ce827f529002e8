"""Each test of agreements has a forum of its own, with keys, and something in the log to be opened."""

from collections.abc import Iterator

import pytest

from hub.store.database import Pool
from tests.service.agreements.forum import Forum, found_forum
from tests.support.servers import TestServers


@pytest.fixture
def forum(servers: TestServers) -> Iterator[Forum]:
    """Give a small forum: four members with a CERT each, and amber of every CERT in the log."""
    pool = Pool(servers.fresh_database(), size=6)
    pool.open()
    yield found_forum(pool)
    pool.close()
