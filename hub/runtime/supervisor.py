"""Keep a hub's processes running: start them in order, restart one that ends, stop all, layer by layer."""

import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain
from types import TracebackType
from typing import Final, Self

import structlog

from hub.domain.errors import HubError, UnavailableError
from hub.runtime.embedded.child import Process, Program, ask_to_end, await_end, last_words, spawn

_POLL: Final = 0.1
_FIRST_PAUSE: Final = 0.5
_LONGEST_PAUSE: Final = 10.0
_HEALTHY_AFTER: Final = 10.0
"""Seconds a process has to run before an earlier failure is forgotten: one that fails as it starts has failed by then.

What is killed now and then is started again at once, however often that is.
"""

_SUPERVISOR: Final = "APPF_HUB_SUPERVISOR"

_log = structlog.get_logger(__name__)


def supervision() -> dict[str, str]:
    """Give the variable by which a program knows that this process has started it."""
    return {_SUPERVISOR: str(os.getpid())}


def is_supervised() -> bool:
    """Tell whether the process that started this one supervises it; what comes from further up says nothing."""
    return os.environ.get(_SUPERVISOR) == str(os.getppid())


def _nothing() -> None:
    """Need no preparation."""


@dataclass(slots=True, kw_only=True)
class _Ward:
    """One process under supervision, running or due to be started again at `due`."""

    program: Program
    prepare: Callable[[], None]
    process: Process
    started: float
    failures: int = 0
    due: float | None = None


class Supervisor:
    """The processes of one hub, in layers that each stand on those before.

    Use it from the main thread, as a context manager that ends all of them.
    """

    def __init__(self) -> None:
        self._layers: list[list[_Ward]] = [[]]

    def __enter__(self) -> Self:
        """Begin with no process."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop every process: the last layer first, and those of one layer side by side."""
        for layer in reversed(self._layers):
            for ward in layer:
                ask_to_end(ward.process, ward.program)
            for ward in layer:
                await_end(ward.process, ward.program)
                _log.info("process_stopped", process=ward.program.name, exit_code=ward.process.returncode)

    def start(self, program: Program, *, prepare: Callable[[], None] = _nothing) -> Process:
        """Start `program`, now and whenever it has ended; `prepare` runs before each start."""
        prepare()
        process = spawn(program)
        self._layers[-1].append(_Ward(program=program, prepare=prepare, process=process, started=time.monotonic()))
        _log.info("process_started", process=program.name, pid=process.pid)
        return process

    def begin_layer(self) -> None:
        """Have what is started from here on stand on what runs by now."""
        self._layers.append([])

    def tend_start(self) -> None:
        """While the last layer starts: restart what ends below it.

        Raises UnavailableError naming a process of the layer itself that has ended: while it starts, that is final.
        """
        *below, starting = self._layers
        for ward in chain(*below):
            self._tend(ward)
        for ward in starting:
            if ward.process.poll() is not None:
                raise UnavailableError(f"{ward.program.name} ended with exit code {ward.process.returncode}")

    def watch(self, until: threading.Event) -> None:
        """Restart what ends, with growing pauses, until the event is set."""
        while not until.wait(_POLL):
            for ward in chain(*self._layers):
                self._tend(ward)

    def _tend(self, ward: _Ward) -> None:
        now = time.monotonic()
        if ward.due is None and ward.process.poll() is not None:
            ward.failures = 1 if now - ward.started > _HEALTHY_AFTER else ward.failures + 1
            pause = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** (ward.failures - 1))
            ward.due = now + pause
            _log.error(
                "process_ended",
                process=ward.program.name,
                exit_code=ward.process.returncode,
                last_words=last_words(ward.program),
                restart_in=pause,
            )
        elif ward.due is not None and now >= ward.due:
            self._restart(ward, now)

    def _restart(self, ward: _Ward, now: float) -> None:
        ward.due = None
        ward.started = now
        try:
            ward.prepare()
            ward.process = spawn(ward.program)
        except (HubError, OSError) as error:
            _log.error("process_not_started", process=ward.program.name, error=str(error))
            return
        _log.warning("process_restarted", process=ward.program.name, pid=ward.process.pid)
