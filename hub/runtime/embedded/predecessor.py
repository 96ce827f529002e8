"""What a killed hub has left of its PostgreSQL: found by its files, ended the clean way, waited for."""

import signal
from contextlib import suppress
from pathlib import Path
from typing import Final

import psutil
import structlog

from hub.domain.errors import UnavailableError

_SOCKET_LOCK: Final = ".s.PGSQL.5432.lock"
_FAST_SECONDS: Final = 15
"""One that was asked to end while it recovered from a crash may wait for ever, and the hub is away for as long."""

_IMMEDIATE_SECONDS: Final = 30

_log = structlog.get_logger(__name__)


def end_predecessor(home: Path, sockets: Path) -> None:
    """End every PostgreSQL process of the cluster at `home` and remove its locks, those in `sockets` too.

    A postmaster is asked for its fast shutdown first. Server processes without a postmaster, and a postmaster that
    does not end, get SIGQUIT: the next start then replays the write-ahead log, and nothing committed is lost.
    Raises UnavailableError where a process does not end even so.
    """
    postmaster = _postmaster(home)
    if postmaster is not None:
        _log.warning("postgres_left_over", pid=postmaster.pid)
        _end([postmaster], signal.SIGINT, _FAST_SECONDS)
    remaining = _processes(home)
    if remaining and _end(remaining, signal.SIGQUIT, _IMMEDIATE_SECONDS):
        raise UnavailableError(f"a PostgreSQL server that still runs on {home} does not end")
    # By number alone PostgreSQL takes a dead postmaster that nobody has reaped, or a stranger, for one that runs.
    for lock in (home / "postmaster.pid", sockets / _SOCKET_LOCK):
        lock.unlink(missing_ok=True)


def _postmaster(home: Path) -> psutil.Process | None:
    with suppress(FileNotFoundError, ValueError, IndexError, psutil.NoSuchProcess):
        process = psutil.Process(int((home / "postmaster.pid").read_text().splitlines()[0]))
        if _belongs(process, home):
            return process
    return None


def _processes(home: Path) -> list[psutil.Process]:
    return [process for process in psutil.process_iter() if _belongs(process, home)]


def _belongs(process: psutil.Process, home: Path) -> bool:
    """Every server process works in the cluster's directory: a number reused by another program is not mistaken."""
    with suppress(psutil.Error, OSError):
        return process.name() == "postgres" and Path(process.cwd()) == home and process.status() != psutil.STATUS_ZOMBIE
    return False


def _end(processes: list[psutil.Process], number: signal.Signals, patience: float) -> list[psutil.Process]:
    """Send the signal and give those that have not ended in time."""
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.send_signal(number)
    _, alive = psutil.wait_procs(processes, timeout=patience)
    return alive
