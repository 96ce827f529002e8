"""The servers that the tests run on are real, and separate for each module."""

import psycopg
import redis

from tests.support.servers import TestServers


def test_a_fresh_database_is_migrated_and_empty(servers: TestServers) -> None:
    first, second = servers.fresh_database(), servers.fresh_database()
    with psycopg.connect(first) as connection:
        connection.execute("UPDATE policy_epoch SET epoch = 42")
    with psycopg.connect(second) as connection:
        assert connection.execute("SELECT epoch FROM policy_epoch").fetchone() == (1,)


def test_the_hub_is_no_superuser(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        assert connection.execute(
            "SELECT current_user, rolsuper FROM pg_roles WHERE rolname = current_user"
        ).fetchone() == (
            "hub",
            False,
        )


def test_a_fresh_redis_database_is_empty(servers: TestServers) -> None:
    first, second = servers.fresh_redis(), servers.fresh_redis()
    redis.Redis.from_url(first).set("key", "value")
    assert redis.Redis.from_url(second).dbsize() == 0
