"""One hub on one machine: its servers, its web process and its workers, from start to clean end."""

import errno
import http.client
import os
import socket
import sys
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import structlog

from hub.bus.connections import connect
from hub.domain.errors import ConfigurationError, UnavailableError
from hub.runtime import preparing
from hub.runtime.embedded.account import service_account
from hub.runtime.embedded.child import Program
from hub.runtime.embedded.datadir import DataDirectory, ServerUrls
from hub.runtime.embedded.postgres import postgres_answers
from hub.runtime.embedded.servers import await_answer, chosen, embedded, wanted
from hub.runtime.settings import Settings
from hub.runtime.supervisor import Supervisor, supervision

_LOCK_SECONDS: Final = 30.0
_PORT_SECONDS: Final = 3.0
_READY_SECONDS: Final = 60.0
_POLL: Final = 0.05
_WILDCARDS: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - where to reach ourselves, not where to listen

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """Where a hub is reached: the web as a whole, what one gives a TAXII client, and its streams if it serves any."""

    address: str
    discovery: str
    streams: str | None


def serve(settings: Settings, *, stop: threading.Event, ready: Callable[[Addresses], None]) -> None:
    """Run a hub until `stop` is set; call `ready` with its addresses once it answers. Leaves no process behind.

    Raises ConfigurationError, ConflictError or UnavailableError where it cannot start.
    """
    with ExitStack() as stack:
        directory = _claim(settings, stack)
        for key, port in _ports(settings).items():
            require_port(key, settings.host, port)
        supervisor = stack.enter_context(Supervisor())
        urls = _start_servers(settings, directory, supervisor, stop)
        if stop.is_set():
            return
        supervisor.begin_layer()
        if not _prepare(settings, urls, supervisor, stop):
            return
        if directory is not None:
            stack.enter_context(directory.announcing(urls))
        streams = ["stream"] if settings.stream_processes else []
        for name in ("ingest", *["deliver"] * settings.deliver_processes, *streams, "web"):
            supervisor.start(_hub_program(name, settings, urls))
        if all(_await_web(settings, port, supervisor, stop) for port in _ports(settings).values()):
            ready(_addresses(settings))
        supervisor.watch(stop)
        _log.info("hub_stopping")


def _claim(settings: Settings, stack: ExitStack) -> DataDirectory | None:
    """Take the data directory for this hub; None where it needs none, having all servers elsewhere."""
    if settings.database_url and settings.redis_url:
        return None
    directory = DataDirectory(root=settings.data)
    directory.make(service_account())
    stack.enter_context(directory.served(patience=_LOCK_SECONDS))
    return directory


def _start_servers(
    settings: Settings, directory: DataDirectory | None, supervisor: Supervisor, stop: threading.Event
) -> ServerUrls:
    _require_own_servers(settings)
    if directory is None:
        return ServerUrls(database=settings.database_url, redis=settings.redis_url)
    postgres, valkey = embedded(directory)
    for server in wanted(settings, postgres, valkey):
        process = supervisor.start(server.program, prepare=server.prepare)
        await_answer(server, process, unless=stop)
    return chosen(settings, ServerUrls(database=postgres.url, redis=valkey.url))


def _require_own_servers(settings: Settings) -> None:
    """Raise UnavailableError where a server that the settings name does not answer; its URL may hold a password."""
    if settings.database_url and not postgres_answers(settings.database_url):
        raise UnavailableError("the PostgreSQL server at HUB_DATABASE_URL does not answer")
    if settings.redis_url:
        redis = connect(settings.redis_url)
        if not redis.answers():
            raise UnavailableError("the Redis server at HUB_REDIS_URL does not answer")
        redis.check()


def _prepare(settings: Settings, urls: ServerUrls, supervisor: Supervisor, stop: threading.Event) -> bool:
    """Prepare the database, again where its server ends or recovers meanwhile; False where the hub was stopped."""
    deadline = time.monotonic() + _READY_SECONDS
    while not stop.is_set():
        try:
            preparing.prepare(settings, urls)
        except UnavailableError as error:
            supervisor.tend_start()
            if time.monotonic() > deadline:
                raise
            _log.warning("hub.not_prepared", reason=error.sentence)
            stop.wait(_POLL)
        else:
            return True
    return False


def _hub_program(name: str, settings: Settings, urls: ServerUrls) -> Program:
    """Give the program `hub NAME`, which finds every setting in its environment and reads no file again."""
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("HUB_")}
    settled = settings.standing_on(database_url=urls.database, redis_url=urls.redis)
    return Program(
        name=name,
        argv=(sys.executable, "-m", "hub", name),
        environment=inherited | settled.environment() | supervision() | {"PYTHONSAFEPATH": "1"},
        directory=Path.cwd(),
    )


def _ports(settings: Settings) -> dict[str, int]:
    """Return the ports that this hub listens on, by the setting that names each."""
    return {"port": settings.port} | ({"stream_port": settings.stream_port} if settings.stream_processes else {})


def require_port(key: str, host: str, port: int) -> None:
    """Raise ConfigurationError where a port cannot be had; a killed hub's is free within moments.

    The web process shares its port between workers (SO_REUSEPORT) and so would not notice another hub on it.
    """
    deadline = time.monotonic() + _PORT_SECONDS
    while (trouble := _trouble_with(host, port)) is not None:
        if trouble.errno != errno.EADDRINUSE or time.monotonic() > deadline:
            raise ConfigurationError(f"{key}: {host}:{port} cannot be used: {trouble.strerror}")
        time.sleep(_POLL)


def _trouble_with(host: str, port: int) -> OSError | None:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen()
    except OSError as error:
        return error
    return None


def _await_web(settings: Settings, port: int, supervisor: Supervisor, stop: threading.Event) -> bool:
    """Wait until a process answers on a port, with whatever status; False where the hub was stopped meanwhile."""
    deadline = time.monotonic() + _READY_SECONDS
    while not _answers(_WILDCARDS.get(settings.host, settings.host), port):
        supervisor.tend_start()
        if time.monotonic() > deadline:
            raise UnavailableError(f"nothing answers on port {port} after {_READY_SECONDS:.0f} seconds")
        if stop.wait(_POLL):
            return False
    return True


def _answers(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", "/taxii2/")
        return connection.getresponse().status > 0
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _addresses(settings: Settings) -> Addresses:
    address = _address(settings.host, settings.port)
    streams = f"{_address(settings.host, settings.stream_port)}/stream" if settings.stream_processes else None
    return Addresses(address=address, discovery=f"{address}/taxii2/", streams=streams)


def _address(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
