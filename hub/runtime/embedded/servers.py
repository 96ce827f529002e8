"""The pair of embedded servers, and the one way for a command to reach servers whoever runs them."""

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Final, Protocol

from hub.domain.errors import ConfigurationError, UnavailableError
from hub.runtime.embedded.account import service_account
from hub.runtime.embedded.child import Process, Program, last_words, spawn, stop
from hub.runtime.embedded.datadir import DataDirectory, ServerUrls
from hub.runtime.embedded.postgres import Postgres
from hub.runtime.embedded.valkey import Valkey
from hub.runtime.settings import Settings

_START_SECONDS: Final = 120.0
_COMMAND_PATIENCE: Final = 60.0
_POLL: Final = 0.02


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
    """Give the servers of `settings`: its own URLs, those of the running hub, or servers started for this block.

    Raises ConfigurationError where there is no hub: a mistyped directory makes none.
    """
    if not settings.database_url:
        _require_hub(DataDirectory(root=settings.data))
    with servers_made(settings) as urls:
        yield urls


@contextmanager
def servers_made(settings: Settings) -> Iterator[ServerUrls]:
    """Give the servers as `servers` does, made where there are none yet: with this a hub begins."""
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
            yield chosen(settings, _running_hub(directory))


@contextmanager
def running(directory: DataDirectory, settings: Settings) -> Iterator[ServerUrls]:
    """Run what `settings` gives no URL for, for as long as the block runs. The directory has to be held."""
    postgres, valkey = embedded(directory)
    with ExitStack() as stack:
        for server in wanted(settings, postgres, valkey):
            process = stack.enter_context(_started(server))
            await_answer(server, process)
        yield chosen(settings, ServerUrls(database=postgres.url, redis=valkey.url))


def embedded(directory: DataDirectory) -> tuple[Postgres, Valkey]:
    """Give the two servers of a data directory, neither of them started."""
    account = service_account()
    return Postgres(directory.postgres, account), Valkey(directory.valkey, account)


def wanted(settings: Settings, postgres: Postgres, valkey: Valkey) -> list[Server]:
    """Give the servers for which `settings` names none of its own."""
    pairs: list[tuple[Server, str]] = [(postgres, settings.database_url), (valkey, settings.redis_url)]
    return [server for server, url in pairs if not url]


def chosen(settings: Settings, embedded_urls: ServerUrls) -> ServerUrls:
    """Give the URLs to use: those of `settings`, else the embedded servers'."""
    return ServerUrls(
        database=settings.database_url or embedded_urls.database,
        redis=settings.redis_url or embedded_urls.redis,
    )


def await_answer(server: Server, process: Process, *, unless: threading.Event | None = None) -> None:
    """Wait until the server answers or the event is set.

    Raises UnavailableError with the server's last words where it ends or never answers.
    """
    deadline = time.monotonic() + _START_SECONDS
    while not server.answers() and not (unless and unless.is_set()):
        if process.poll() is not None:
            raise UnavailableError(f"{server.program.name} did not start: {last_words(server.program)}")
        if time.monotonic() > deadline:
            raise UnavailableError(f"{server.program.name} does not answer after {_START_SECONDS:.0f} seconds")
        time.sleep(_POLL)


@contextmanager
def _started(server: Server) -> Iterator[Process]:
    server.prepare()
    process = spawn(server.program)
    try:
        yield process
    finally:
        stop(process, server.program)


def _require_hub(directory: DataDirectory) -> None:
    """Raise ConfigurationError where no cluster is, and no hub that runs on a database elsewhere."""
    try:
        found = directory.has_cluster or directory.is_served()
    except OSError as error:
        raise ConfigurationError(f"data: {directory.root} cannot be used: {error.strerror}") from error
    if not found:
        raise ConfigurationError(
            f"There is no hub in {directory.root}. "
            "Give its directory with --data (or HUB_DATA); hub prepare makes a new one."
        )


def _running_hub(directory: DataDirectory) -> ServerUrls:
    deadline = time.monotonic() + _COMMAND_PATIENCE
    while (urls := directory.announced()) is None:
        if time.monotonic() > deadline:
            raise UnavailableError(f"the hub that runs on {directory.root} is still starting; try again shortly")
        time.sleep(_POLL)
    return urls
