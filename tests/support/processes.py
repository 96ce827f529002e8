"""Look at the processes of a machine from outside: which of them belong to a hub, and whether they have ended."""

import os
import signal
import time
from contextlib import suppress
from typing import Final

import psutil

_SECONDS: Final = 60.0
_POLL: Final = 0.05


def descendants(pid: int) -> list[psutil.Process]:
    """Give every process below `pid`."""
    return psutil.Process(pid).children(recursive=True)


def running(processes: list[psutil.Process]) -> list[psutil.Process]:
    """Give those that still run; an ended one that its new parent has not yet noticed does not."""
    return [process for process in processes if _runs(process)]


def child_named(pid: int, name: str) -> psutil.Process:
    """Give the one child of `pid` that is the program `name`, or `hub NAME`."""
    found = [child for child in psutil.Process(pid).children() if _is(child, name)]
    assert len(found) == 1, found
    return found[0]


def await_end(processes: list[psutil.Process]) -> None:
    """Wait until all have ended; fail naming those that have not."""
    deadline = time.monotonic() + _SECONDS
    while alive := running(processes):
        assert time.monotonic() < deadline, alive
        time.sleep(_POLL)


def kill_group(pid: int) -> None:
    """Send SIGKILL to the process group that `pid` leads."""
    assert os.getpgid(pid) == pid
    os.killpg(pid, signal.SIGKILL)


def await_other(pid: int, name: str, instead_of: int) -> None:
    """Wait until `pid` has a child `name` that is not the process `instead_of`."""
    deadline = time.monotonic() + _SECONDS
    while not any(child.pid != instead_of and _is(child, name) for child in psutil.Process(pid).children()):
        assert time.monotonic() < deadline, f"{name} was not started again"
        time.sleep(_POLL)


def _is(process: psutil.Process, name: str) -> bool:
    with suppress(psutil.NoSuchProcess):
        return process.name() == name or process.cmdline()[-3:] == ["-m", "hub", name]
    return False


def _runs(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False
