"""A process that the hub starts, stops, and never leaves behind, not even when the hub itself is killed."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from hub.runtime.embedded.account import ServiceAccount

_PR_SET_PDEATHSIG: Final = 1
_LAST_LINES: Final = 3

Process = subprocess.Popen[bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """What to run and how to end it.

    `stop_signal` asks for a clean end. `orphan_signal` is what the kernel sends when the hub has died without
    stopping the process. `environment` is complete: nothing of the hub's own is inherited unless it is in there.
    `output` takes stdout and stderr, which are the hub's own where it is None; what the start before wrote is kept
    beside it, as `.1`.
    """

    name: str
    argv: tuple[str, ...]
    environment: Mapping[str, str]
    directory: Path
    account: ServiceAccount | None = None
    output: Path | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    orphan_signal: signal.Signals = signal.SIGKILL
    patience: float = 30.0


def spawn(program: Program) -> Process:
    """Start `program` in a session of its own, so that the terminal's signals reach the hub alone.

    Call it from a thread that lives as long as the process should: the kernel sends `orphan_signal` when the
    thread that started the process ends.
    """
    with ExitStack() as stack:
        output = stack.enter_context(_fresh(program.output)) if program.output else None
        return subprocess.Popen(  # noqa: S603 - the programs are the hub's own
            program.argv,
            cwd=program.directory,
            env=dict(program.environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            user=program.account.uid if program.account else None,
            group=program.account.gid if program.account else None,
            extra_groups=[] if program.account else None,
            preexec_fn=_bound_to_parent(program.orphan_signal),  # noqa: PLW1509 - one prctl, no locks
        )


def last_words(program: Program) -> str:
    """Give the last lines that the program wrote, for a person who wonders why it ended."""
    if program.output is None or not program.output.exists():
        return ""
    return " / ".join(program.output.read_text(errors="replace").strip().splitlines()[-_LAST_LINES:])


def stop(process: Process, program: Program) -> None:
    """Ask `process` to end and wait for it; kill it when its patience has run out."""
    ask_to_end(process, program)
    await_end(process, program)


def ask_to_end(process: Process, program: Program) -> None:
    """Send `process` the signal for a clean end, unless it has ended."""
    if process.poll() is None:
        process.send_signal(program.stop_signal)


def await_end(process: Process, program: Program) -> None:
    """Wait for `process`, which was asked to end; kill it when its patience has run out."""
    try:
        process.wait(program.patience)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def die_with_parent(number: signal.Signals) -> None:
    """Have the kernel send this process the signal `number` when the thread that started it ends (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(number))


def _fresh(path: Path) -> BinaryIO:
    if path.exists():
        path.replace(path.with_name(path.name + ".1"))
    return path.open("wb")


class _bound_to_parent:  # noqa: N801 - reads as the function that it is
    """Between fork and exec: ask for the signal, and end at once where the parent has gone already."""

    def __init__(self, number: signal.Signals) -> None:
        self._parent = os.getpid()
        self._number = int(number)
        self._prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None

    def __call__(self) -> None:
        if self._prctl is None:
            return
        self._prctl(_PR_SET_PDEATHSIG, self._number)
        if os.getppid() != self._parent:
            os.kill(os.getpid(), signal.SIGKILL)
