"""The hub of the demonstration: a `hub serve` of its own over a fresh directory, ended with the demonstration."""

import os
import shutil
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import requests

from hub.cli.demo.cast import AGREEMENTS, COLLECTIONS
from hub.domain.errors import ConfigurationError, UnavailableError
from hub.runtime.embedded.child import Process, Program, spawn, stop
from hub.runtime.embedded.datadir import DataDirectory, ServerUrls

HOST: Final = "127.0.0.1"

_USUAL_PORT: Final = 8000
_START_SECONDS: Final = 120.0
_POLL: Final = 0.05
_LAST_WORDS: Final = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A running hub. `root` holds its data, its agreements and what it logs."""

    root: Path
    port: int
    process: Process = field(repr=False)

    @property
    def data(self) -> Path:
        """The data directory."""
        return self.root / "data"

    @property
    def agreements(self) -> Path:
        """The agreements in force here."""
        return self.root / "agreements"

    @property
    def log(self) -> Path:
        """What the hub writes."""
        return self.root / "hub.log"

    @property
    def discovery(self) -> str:
        """The address that one gives a TAXII client."""
        return f"http://{HOST}:{self.port}/taxii2/"

    @property
    def urls(self) -> ServerUrls:
        """Where its servers listen; raise UnavailableError where it does not say."""
        urls = DataDirectory(root=self.data).announced()
        if urls is None:
            raise UnavailableError(f"the hub does not say where its servers are; {self.log} has its words")
        return urls

    def require_running(self) -> None:
        """Raise UnavailableError, with its last words, where the hub has ended."""
        code = self.process.poll()
        if code is not None:
            words = self.log.read_text(errors="replace")[-_LAST_WORDS:].strip()
            raise UnavailableError(f"the hub ended with exit code {code}:\n{words}")


def make_directory(chosen: Path | None) -> Path:
    """Give the directory of a demonstration: the chosen one, which has to be empty, or a temporary one."""
    if chosen is None:
        return Path(tempfile.mkdtemp(prefix="hub-demo-")).resolve()
    path = chosen.expanduser().resolve()
    try:
        path.mkdir(parents=True, exist_ok=True)
        if any(path.iterdir()):
            raise ConfigurationError(f"data: {path} is not empty; the demonstration begins with a fresh directory")
    except OSError as error:
        raise ConfigurationError(f"data: {path} cannot be used: {error.strerror}") from error
    return path


def choose_port(wanted: int | None) -> int:
    """Give the wanted port; where none is wanted, 8000 if it is free, else any free one."""
    if wanted is not None:
        return wanted
    for candidate in (_USUAL_PORT, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, candidate))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise UnavailableError(f"{HOST} has no free port")


@contextmanager
def on_stage(root: Path, port: int) -> Iterator[Stage]:
    """Run `hub serve` for as long as the block runs, ready when it begins. It ends even if we are killed (Linux)."""
    program = _program(root, port)
    for source in AGREEMENTS:
        (root / "agreements").mkdir(exist_ok=True)
        shutil.copy(source, root / "agreements")
    process = spawn(program)
    try:
        stage = Stage(root=root, port=port, process=process)
        _await_ready(stage)
        yield stage
    finally:
        with _undisturbed():
            stop(process, program)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Let no impatient second Ctrl-C break off the end of the hub."""
    before = {number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _program(root: Path, port: int) -> Program:
    """Give `hub serve`, with the settings of the demonstration and no others."""
    settings = {
        "HUB_DATA": root / "data",
        "HUB_AGREEMENTS": root / "agreements",
        "HUB_COLLECTIONS": COLLECTIONS,
        "HUB_HOST": HOST,
        "HUB_PORT": port,
        "HUB_STREAM_PROCESSES": 0,
        "HUB_LOG_FORMAT": "json",
    }
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("HUB_")}
    return Program(
        name="hub serve",
        argv=(sys.executable, "-m", "hub", "serve"),
        environment=inherited | {key: str(value) for key, value in settings.items()} | {"PYTHONSAFEPATH": "1"},
        directory=root,
        output=root / "hub.log",
        orphan_signal=signal.SIGTERM,
    )


def _await_ready(stage: Stage) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not _answers(stage.discovery):
        stage.require_running()
        if time.monotonic() > deadline:
            raise UnavailableError(f"the hub does not answer after {_START_SECONDS:.0f} seconds; see {stage.log}")
        time.sleep(_POLL)


def _answers(discovery: str) -> bool:
    """Whether a stranger is told to authenticate: what a hub does that has everything it needs."""
    try:
        return bool(requests.get(discovery, timeout=5).status_code == requests.codes.unauthorized)
    except requests.RequestException:
        return False
