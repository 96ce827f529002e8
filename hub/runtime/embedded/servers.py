"""The pair of embedded servers, and the one way for a command to reach servers whoever runs them."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Final, Protocol

import structlog

from hub.domain.errors import UnavailableError
from hub.runtime.embedded.account import service_account
from hub.runtime.embedded.child import Process, Program, spawn, stop
from hub.runtime.embedded.datadir import DataDirectory, ServerUrls
from hub.runtime.embedded.postgres import Postgres
from hub.runtime.embedded.valkey import Valkey
from hub.runtime.settings import Settings

_START_SECONDS: Final = 120.0
_COMMAND_PATIENCE: Final = 60.0
_POLL: Final = 0.02

_log = structlog.get_logger(__name__)


class Server(Protocol):
    """What the hub asks of a server that it runs."""

    @property
    def url(self) -> str:
        """How to connect."""

    @property
    def program(self) -> Program:
        """What to run."""

    def prepare(self) -> None:
        """Do what has to be done before each start."""

    def answers(self) -> bool:
        """Tell whether it takes work."""


@contextmanager
def servers(settings: Settings) -> Iterator[ServerUrls]:
    """Give the servers of `settings`: its own URLs, those of the running hub, or servers started for this block."""
    if settings.database_url and settings.redis_url:
        yield ServerUrls(database=settings.database_url, redis=settings.redis_url)
        return
    directory = DataDirectory(root=settings.data)
    directory.make(service_account())
    with directory.held(patience=_COMMAND_PATIENCE) as ours:
        if ours:
            with running(directory, settings) as urls:
                yield urls
        else:
            yield _chosen(settings, _running_hub(directory))


@contextmanager
def running(directory: DataDirectory, settings: Settings) -> Iterator[ServerUrls]:
    """Run what `settings` gives no URL for, for as long as the block runs. The directory has to be held."""
    postgres, valkey = embedded(directory)
    wanted: list[Server] = []
    if not settings.database_url:
        wanted.append(postgres)
    if not settings.redis_url:
        wanted.append(valkey)
    with ExitStack() as stack:
        processes = [stack.enter_context(started(server)) for server in wanted]
        for process, server in zip(processes, wanted, strict=True):
            await_answer(server, process)
        yield _chosen(settings, ServerUrls(database=postgres.url, redis=valkey.url))


@contextmanager
def started(server: Server) -> Iterator[Process]:
    """Run a server for as long as the block runs."""
    process = start(server)
    try:
        yield process
    finally:
        stop(process, server.program)


def embedded(directory: DataDirectory) -> tuple[Postgres, Valkey]:
    """Give the two servers of a data directory, neither of them started."""
    account = service_account()
    return Postgres(directory.postgres, account), Valkey(directory.valkey, account)


def start(server: Server) -> Process:
    """Prepare and start a server, without waiting for it."""
    server.prepare()
    process = spawn(server.program)
    _log.info("server_started", server=server.program.name, pid=process.pid)
    return process


def await_answer(server: Server, process: Process) -> None:
    """Wait until the server answers; raise UnavailableError with its last words where it ends or never does."""
    deadline = time.monotonic() + _START_SECONDS
    while not server.answers():
        if process.poll() is not None:
            raise UnavailableError(f"{server.program.name} did not start: {_last_words(server.program)}")
        if time.monotonic() > deadline:
            raise UnavailableError(f"{server.program.name} does not answer after {_START_SECONDS:.0f} seconds")
        time.sleep(_POLL)


def _last_words(program: Program) -> str:
    lines = program.output.read_text(errors="replace").strip().splitlines() if program.output else []
    return " / ".join(lines[-3:]) or "it said nothing"


def _running_hub(directory: DataDirectory) -> ServerUrls:
    deadline = time.monotonic() + _COMMAND_PATIENCE
    while (urls := directory.announced()) is None:
        if time.monotonic() > deadline:
            raise UnavailableError(f"the hub that runs on {directory.root} is still starting; try again shortly")
        time.sleep(_POLL)
    return urls


def _chosen(settings: Settings, embedded_urls: ServerUrls) -> ServerUrls:
    return ServerUrls(
        database=settings.database_url or embedded_urls.database,
        redis=settings.redis_url or embedded_urls.redis,
    )
