"""Real servers for the tests: one PostgreSQL and one Redis-protocol server a run, fresh databases for the asking."""

import itertools
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from hub.runtime.embedded.account import service_account
from hub.runtime.embedded.child import spawn, stop
from hub.runtime.embedded.datadir import DataDirectory
from hub.runtime.embedded.servers import Server, await_answer, embedded
from hub.store.migrate import migrate

_TEMPLATE: Final = "migrated"
_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - a directory of our own is made in it
_PLENTY: Final = 8 * 2**30
"""Bytes: a run makes some hundred databases of 9 MiB, and on a disk a fifth of a second goes into each."""

_REDIS_DATABASES: Final = 1024


class TestServers:
    """The two servers of a test run."""

    __test__ = False

    def __init__(self, *, admin_url: str, hub_url: str, redis_url: str) -> None:
        self._admin_url = admin_url
        self._hub_url = hub_url
        self._redis_url = redis_url
        self._numbers = itertools.count(1)
        self._redis_numbers = itertools.count(1)

    def fresh_database(self) -> str:
        """Make a migrated, otherwise empty database and give its URL."""
        return self._copy_of(_TEMPLATE)

    def empty_database(self) -> str:
        """Make a database without any table and give its URL."""
        return self._copy_of("template1")

    def copy_of(self, database_url: str) -> str:
        """Copy a database that nobody is connected to and give the URL of the copy."""
        return self._copy_of(urlsplit(database_url).path.removeprefix("/"))

    def fresh_redis(self) -> str:
        """Give the URL of a Redis database that nobody else uses."""
        return self._redis_url.replace("db=0", f"db={next(self._redis_numbers)}")

    def make_template(self) -> None:
        """Migrate once; every database is a copy."""
        url = self._create(_TEMPLATE, "template1")
        migrate(url)

    def _copy_of(self, template: str) -> str:
        return self._create(f"test_{next(self._numbers)}", template)

    def _create(self, name: str, template: str) -> str:
        statement = sql.SQL("CREATE DATABASE {} OWNER hub TEMPLATE {} STRATEGY file_copy")
        with psycopg.connect(self._admin_url, autocommit=True) as admin:
            admin.execute(statement.format(sql.Identifier(name), sql.Identifier(template)))
        return urlsplit(self._hub_url)._replace(path=f"/{name}").geturl()


@contextmanager
def running_servers() -> Iterator[TestServers]:
    """Run both servers in a directory of their own for as long as the block runs.

    What a test has committed need not survive the machine, so PostgreSQL waits for no disk here, and where there is
    plenty of memory it has none.
    """
    memory = _MEMORY if _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _PLENTY else None
    with tempfile.TemporaryDirectory(prefix="hub-tests-", dir=memory) as name:
        directory = DataDirectory(root=Path(name).resolve())
        directory.make(service_account())
        postgres, valkey = embedded(directory)
        with (
            _running(postgres, "-c", "fsync=off", "-c", "shared_buffers=128MB"),
            _running(valkey, "--databases", str(_REDIS_DATABASES)),
        ):
            made = TestServers(admin_url=postgres.admin_url, hub_url=postgres.url, redis_url=valkey.url)
            made.make_template()
            yield made


@contextmanager
def _running(server: Server, *options: str) -> Iterator[None]:
    server.prepare()
    program = replace(server.program, argv=(*server.program.argv, *options))
    process = spawn(program)
    try:
        await_answer(server, process)
        yield
    finally:
        stop(process, program)
