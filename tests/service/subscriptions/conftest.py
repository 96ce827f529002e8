"""Each test of subscriptions has a database of its own, with the small forum and two accounts in it."""

from collections.abc import Iterator

import pytest

from hub.services.directory.accounts import add_account
from hub.services.sealing import Sealer, SealingKey
from hub.store.database import Pool
from tests.service.directory.forum import ACTOR, account, found_forum
from tests.support.acts import made
from tests.support.servers import TestServers


@pytest.fixture
def pool(servers: TestServers) -> Iterator[Pool]:
    """Give a directory with the small forum in it."""
    pool = Pool(servers.fresh_database(), size=4)
    pool.open()
    found_forum(pool)
    for name in ("au-cert/ana", "nz-cert/zoe"):
        add_account(pool, account(name), token_days=30, act=made(ACTOR))
    yield pool
    pool.close()


@pytest.fixture
def sealer() -> Sealer:
    """Give a sealer with a key of its own."""
    return Sealer([SealingKey(bytes(range(32)))])
