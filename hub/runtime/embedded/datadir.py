"""The data directory: what lies where, who may use it now, and where its servers listen.

DIR/postgres           the PostgreSQL cluster
DIR/valkey             home of the Redis-protocol server
DIR/run/lock           locked by whoever runs the servers: `hub serve`, or a command while it needs them
DIR/run/serve.lock     locked by `hub serve` besides
DIR/run/servers.json   how to reach the servers of a running `hub serve`, mode 600
"""

import fcntl
import hashlib
import json
import os
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, TextIO

from hub.domain.errors import ConfigurationError, ConflictError
from hub.runtime.embedded.account import ServiceAccount, open_the_way

_LONGEST_SOCKET: Final = 103
"""Bytes of a Unix socket path that every system takes."""

_LONGEST_NAME: Final = len("/.s.PGSQL.5432.lock")
_PRIVATE: Final = 0o700
_PASSABLE: Final = 0o711
"""The account has to come through to its own directories."""

_POLL: Final = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerUrls:
    """Where PostgreSQL and the Redis-protocol server listen."""

    database: str
    redis: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DataDirectory:
    """Paths under one absolute directory."""

    root: Path

    @property
    def postgres(self) -> Path:
        """The PostgreSQL cluster."""
        return self.root / "postgres"

    @property
    def valkey(self) -> Path:
        """Home of the Redis-protocol server."""
        return self.root / "valkey"

    @property
    def run(self) -> Path:
        """What only matters while something runs."""
        return self.root / "run"

    @property
    def has_cluster(self) -> bool:
        """Tell whether the PostgreSQL cluster has been made."""
        return (self.postgres / "PG_VERSION").exists()

    def make(self, account: ServiceAccount | None) -> None:
        """Create the directories; raise ConfigurationError where that is not possible."""
        try:
            self.root.mkdir(mode=_PRIVATE if account is None else _PASSABLE, parents=True, exist_ok=True)
            self.run.mkdir(mode=_PRIVATE, exist_ok=True)
            self.valkey.mkdir(mode=_PRIVATE, exist_ok=True)
            if account is not None:
                account.own(self.valkey)
                open_the_way(self.valkey)
            for name in ("lock", "serve.lock"):
                (self.run / name).touch(mode=0o600)
        except OSError as error:
            raise ConfigurationError(f"data: {self.root} cannot be used: {error.strerror}") from error

    @contextmanager
    def held(self, *, patience: float) -> Iterator[bool]:
        """Hold the directory for as long as the block runs; yield False where a running `hub serve` holds it.

        Another command holds it until it ends, most of them for seconds, `hub backup` and `hub restore` for longer. It
        is waited for: at most `patience` seconds, then ConflictError.
        """
        with (self.run / "lock").open() as lock:
            deadline = time.monotonic() + patience
            while not _lock(lock, fcntl.LOCK_EX):
                if self.is_served():
                    yield False
                    return
                if time.monotonic() > deadline:
                    raise ConflictError(f"another command is using {self.root}; try again when it has ended")
                time.sleep(_POLL)
            yield True

    @contextmanager
    def served(self, *, patience: float) -> Iterator[None]:
        """Hold the directory as `hub serve`; raise ConflictError where another one does."""
        with self.held(patience=patience) as ours:
            if not ours:
                raise ConflictError(f"a hub is running on {self.root} already")
            self._withdraw()
            with (self.run / "serve.lock").open() as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                yield

    @contextmanager
    def announcing(self, urls: ServerUrls) -> Iterator[None]:
        """Say where the servers listen for as long as the block runs."""
        draft = self.run / "servers.json.new"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(asdict(urls), file)
        draft.replace(self.run / "servers.json")
        try:
            yield
        finally:
            self._withdraw()

    def announced(self) -> ServerUrls | None:
        """Read where the servers listen; None where nobody has said so."""
        with suppress(FileNotFoundError):
            record = json.loads((self.run / "servers.json").read_text())
            return ServerUrls(database=record["database"], redis=record["redis"])
        return None

    def is_served(self) -> bool:
        """Tell whether a `hub serve` runs on it."""
        with suppress(FileNotFoundError), (self.run / "serve.lock").open() as lock:
            return not _lock(lock, fcntl.LOCK_SH)
        return False

    def _withdraw(self) -> None:
        (self.run / "servers.json").unlink(missing_ok=True)


def socket_directory(home: Path, account: ServiceAccount | None) -> Path:
    """Give the directory for the sockets of the server at `home`: `home`, or a short private one if that is too long.

    INVARIANT: only the servers' account and root can enter it, because the sockets ask for no password.
    """
    if len(os.fsencode(home)) + _LONGEST_NAME <= _LONGEST_SOCKET:
        return home
    name = hashlib.sha256(os.fsencode(home)).hexdigest()[:16]
    short = Path(tempfile.gettempdir()) / f"appf-hub-{name}"
    owner = account.uid if account else os.geteuid()
    with suppress(FileExistsError):
        short.mkdir(mode=_PRIVATE)
        if account is not None:
            account.own(short)
    status = short.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != owner or stat.S_IMODE(status.st_mode) != _PRIVATE:
        raise ConfigurationError(f"data: {short}, needed because the path of {home} is long, belongs to somebody else")
    return short


def _lock(file: TextIO, operation: int) -> bool:
    try:
        fcntl.flock(file, operation | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
