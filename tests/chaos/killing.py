"""The processes of a hub by what each of them is, and their sudden death."""

import random
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

import psutil

from tests.support.serving import ServedHub


class Kind(StrEnum):
    """What a process of a hub is."""

    SUPERVISOR = "supervisor"
    WEB = "web"
    WEB_WORKER = "web worker"
    INGEST = "ingest"
    DELIVER = "deliver"
    STREAM = "stream"
    STREAM_WORKER = "stream worker"
    POSTMASTER = "postmaster"
    BACKEND = "postgres backend"
    AUXILIARY = "postgres auxiliary"
    VALKEY = "valkey"


WITHOUT_STREAMS: Final = tuple(kind for kind in Kind if kind not in {Kind.STREAM, Kind.STREAM_WORKER})
"""What there is of a hub that holds no streams."""

_APPEARANCE_SECONDS: Final = 120.0
_POLL: Final = 0.02
_BACKEND_TITLE: Final = "postgres: hub hub "
_AUXILIARY_TITLE: Final = "postgres: "


@dataclass(slots=True, kw_only=True)
class Killer:
    """Kills one process of a hub at a time, without any warning (SIGKILL)."""

    hub: ServedHub
    rng: random.Random
    killed: Counter[Kind] = field(default_factory=Counter)

    def strike(self, kind: Kind) -> None:
        """Kill a process of a kind; start the hub again where that was its supervisor, with which everything ends."""
        deadline = time.monotonic() + _APPEARANCE_SECONDS
        while not self._kill_one(kind):
            assert time.monotonic() < deadline, f"there is no {kind}"
            time.sleep(_POLL)
        self.killed[kind] += 1
        if kind is Kind.SUPERVISOR:
            self.hub.process.wait()
            self.hub.restart()

    def _kill_one(self, kind: Kind) -> bool:
        """Kill one, by lot; return whether there was one."""
        alive = self.processes().get(kind, [])
        if alive:
            with suppress(psutil.NoSuchProcess):
                self.rng.choice(alive).kill()
                return True
        return False

    def processes(self) -> dict[Kind, list[psutil.Process]]:
        """Find what is running at this moment."""
        supervisor = psutil.Process(self.hub.process.pid)
        found: dict[Kind, list[psutil.Process]] = {Kind.SUPERVISOR: [supervisor]}
        for process in supervisor.children(recursive=True):
            with suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
                kind = _kind_of(process, supervisor.pid)
                if kind is not None:
                    found.setdefault(kind, []).append(process)
        return found


def _kind_of(process: psutil.Process, supervisor: int) -> Kind | None:
    """Return what a process is; None for one that is only on its way to being something, or to its end."""
    if process.status() == psutil.STATUS_ZOMBIE:
        return None
    direct = process.ppid() == supervisor
    match process.cmdline():
        case [*_, "hub", "web"]:
            kind = Kind.WEB if direct else Kind.WEB_WORKER
        case [*_, "hub", "ingest"]:
            kind = Kind.INGEST
        case [*_, "hub", "deliver"]:
            kind = Kind.DELIVER
        case [*_, "hub", "stream"]:
            kind = Kind.STREAM if direct else Kind.STREAM_WORKER
        case [program, *_] if "valkey-server" in program:
            kind = Kind.VALKEY
        case [program, *_] if program.endswith("/postgres") and direct:
            kind = Kind.POSTMASTER
        case [title, *_] if title.startswith(_BACKEND_TITLE):
            kind = Kind.BACKEND
        case [title, *_] if title.startswith(_AUXILIARY_TITLE):
            kind = Kind.AUXILIARY
        case _:
            return None
    return kind
