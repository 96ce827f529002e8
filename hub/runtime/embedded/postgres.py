"""The embedded PostgreSQL 18: how its cluster is made, started, found again after a crash, and reached."""

import os
import signal
import subprocess
from pathlib import Path
from typing import Final
from urllib.parse import quote

import psycopg

from hub.domain.errors import ConfigurationError, UnavailableError
from hub.runtime.embedded.account import ServiceAccount, open_the_way
from hub.runtime.embedded.child import Program
from hub.runtime.embedded.datadir import socket_directory
from hub.runtime.embedded.postgres_conf import postgres_conf
from hub.runtime.embedded.predecessor import end_predecessor
from hub.runtime.embedded.programs import POSTGRES_VERSION, postgres_programs

_ENVIRONMENT: Final = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
_INITDB: Final = (
    *("-U", "postgres", "--auth-local=trust", "--auth-host=reject"),
    *("--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
)
_BOOTSTRAP: Final = "CREATE ROLE hub LOGIN\nCREATE DATABASE hub OWNER hub\n"
"""A statement a line, for single-user mode: the hub's own role is no superuser."""


def postgres_answers(url: str) -> bool:
    """Tell whether the server at `url` takes connections."""
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


class Postgres:
    """One cluster at `home`, owned by `account` where the hub is root."""

    def __init__(self, home: Path, account: ServiceAccount | None) -> None:
        self._home = home
        self._account = account
        self._bin = postgres_programs()

    @property
    def url(self) -> str:
        """How the hub connects: its own role, its own database, through the socket."""
        return self._url("hub", "hub")

    @property
    def admin_url(self) -> str:
        """How a superuser connects."""
        return self._url("postgres", "postgres")

    def prepare(self) -> None:
        """Make the cluster if there is none, write its configuration, and end what a killed hub left running."""
        if self._account is not None:
            open_the_way(self._bin / "postgres")
            open_the_way(self._home)
        if not self._home.exists():
            self._create()
        self._check_version()
        self._configure(self._home)
        end_predecessor(self._home, socket_directory(self._home, self._account))

    @property
    def program(self) -> Program:
        """The server process: SIGINT is PostgreSQL's fast shutdown, which is also what an orphan does."""
        sockets = socket_directory(self._home, self._account)
        return Program(
            name="postgres",
            argv=(str(self._bin / "postgres"), "-D", str(self._home), "-k", str(sockets)),
            environment=_ENVIRONMENT,
            directory=self._home,
            account=self._account,
            output=self._home.parent / "run" / "postgres.log",
            stop_signal=signal.SIGINT,
            orphan_signal=signal.SIGINT,
            patience=60.0,
        )

    def answers(self) -> bool:
        """Tell whether the server takes connections."""
        return postgres_answers(self.url)

    def _url(self, role: str, database: str) -> str:
        sockets = quote(str(socket_directory(self._home, self._account)), safe="")
        return f"postgresql://{role}@/{database}?host={sockets}"

    def _create(self) -> None:
        """Make a cluster with the hub's role and database under another name, and rename it when it is whole."""
        draft = self._home.with_suffix(".new")
        self._clear(draft)
        draft.mkdir(mode=0o700)
        if self._account is not None:
            self._account.own(draft)
        self._run(["initdb", "-D", str(draft), *_INITDB])
        with (draft / "postgresql.conf").open("a") as file:
            file.write("\ninclude = 'hub.conf'\n")
        self._configure(draft)
        self._run(["postgres", "--single", "-D", str(draft), "postgres"], _BOOTSTRAP)
        draft.rename(self._home)

    def _configure(self, home: Path) -> None:
        conf = home / "hub.conf"
        conf.write_text(postgres_conf())
        if self._account is not None:
            self._account.own(conf)

    def _clear(self, draft: Path) -> None:
        if draft.exists():
            subprocess.run(["rm", "-rf", str(draft)], check=True)  # noqa: S603, S607 - what a killed start left

    def _run(self, command: list[str], given: str = "") -> None:
        done = subprocess.run(  # noqa: S603 - PostgreSQL's own programs
            [str(self._bin / command[0]), *command[1:]],
            input=given,
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            env=_ENVIRONMENT,
            user=self._account.uid if self._account else None,
            group=self._account.gid if self._account else None,
            extra_groups=[] if self._account else None,
        )
        if done.returncode != 0 or "ERROR:" in done.stderr:
            raise UnavailableError(f"PostgreSQL's {command[0]} failed: {done.stderr.strip()}")

    def _check_version(self) -> None:
        found = (self._home / "PG_VERSION").read_text().strip()
        if found != str(POSTGRES_VERSION):
            raise ConfigurationError(
                f"data: {self._home} was made by PostgreSQL {found}, this release runs {POSTGRES_VERSION}: "
                "back it up (hub backup) with the release that made it, and bring it back (hub restore) with this one"
            )
        owner = self._home.stat().st_uid
        expected = self._account.uid if self._account else os.geteuid()
        if owner != expected:
            raise ConfigurationError(f"data: {self._home} belongs to uid {owner}, the hub would run it as {expected}")
