"""A primary and a hot standby of their own, of the embedded PostgreSQL, whose replay a test holds up."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import psycopg

from hub.runtime.embedded.account import ServiceAccount, service_account
from hub.runtime.embedded.child import spawn, stop
from hub.runtime.embedded.postgres import Postgres
from hub.runtime.embedded.programs import postgres_programs
from hub.runtime.embedded.servers import await_answer

_SECONDS: Final = 60.0
_POLL: Final = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two servers; `primary_url` and `standby_url` are the hub's."""

    primary: Postgres
    standby: Postgres

    def hold(self) -> None:
        """Have the standby fall behind from now on."""
        self.catch_up()
        _ask(self.standby, "SELECT pg_wal_replay_pause()")
        self._await(self.standby, "SELECT pg_get_wal_replay_pause_state() = 'paused'")

    def release(self) -> None:
        """Let the standby go on, and wait until it shows what the primary does."""
        _ask(self.standby, "SELECT pg_wal_replay_resume()")
        self.catch_up()

    def catch_up(self) -> None:
        """Wait until the standby shows what the primary does."""
        ((reached,),) = _ask(self.primary, "SELECT pg_current_wal_lsn()::text")
        self._await(self.standby, f"SELECT pg_last_wal_replay_lsn() >= '{reached}'::pg_lsn")

    @staticmethod
    def _await(server: Postgres, question: str) -> None:
        deadline = time.monotonic() + _SECONDS
        while _ask(server, question) != [(True,)]:
            assert time.monotonic() < deadline, question
            time.sleep(_POLL)


@contextmanager
def running_pair() -> Iterator[Pair]:
    """Run both for as long as the block does."""
    account = service_account()
    with TemporaryDirectory(prefix="hub-standby-") as name, ExitStack() as stack:
        primary, standby = (Postgres(_home(Path(name) / each, account), account) for each in ("primary", "standby"))
        for server in (primary, standby):
            if server is standby:
                _copy(primary, Path(name) / "standby" / "postgres", account)
            server.prepare()
            process = spawn(server.program)
            stack.callback(stop, process, server.program)
            await_answer(server, process)
        yield Pair(primary=primary, standby=standby)


def _home(parent: Path, account: ServiceAccount | None) -> Path:
    (parent / "run").mkdir(parents=True)
    for path in (parent, parent / "run"):
        if account is not None:
            account.own(path)
    return parent / "postgres"


def _copy(primary: Postgres, home: Path, account: ServiceAccount | None) -> None:
    subprocess.run(
        [
            *(str(postgres_programs() / "pg_basebackup"), "--dbname", primary.admin_url, "--pgdata", str(home)),
            *("--write-recovery-conf", "--checkpoint=fast", "--wal-method=stream"),
        ],
        check=True,
        capture_output=True,
        cwd="/",
        user=None if account is None else account.uid,
        group=None if account is None else account.gid,
        extra_groups=None if account is None else [],
    )


def _ask(server: Postgres, question: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(server.admin_url, autocommit=True) as connection:
        return connection.execute(question.encode()).fetchall()
