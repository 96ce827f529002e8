"""A hub that cannot start says why in one line, with an exit code, and leaves nothing behind."""

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from hub.runtime import processes
from hub.runtime.embedded.account import service_account
from hub.runtime.embedded.child import Process, spawn, stop
from hub.runtime.embedded.datadir import DataDirectory, ServerUrls
from tests.support.commandline import run
from tests.support.hub import running_hub
from tests.support.processes import descendants
from tests.support.servers import TestServers
from tests.support.serving import free_port

UNPREPARED = "The database is not prepared for this release of the hub: run hub prepare."


def serve(*options: object, **environ: str) -> subprocess.CompletedProcess[str]:
    return run("serve", *options, **environ)


def line(finished: subprocess.CompletedProcess[str]) -> str:
    """Give the one line for a person; the rest of stderr is events."""
    (error,) = (line for line in finished.stderr.splitlines() if not line.startswith("{"))
    return error


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


@pytest.fixture
def shared() -> Iterator[int]:
    """Give a port that is listened on as web processes do: whoever asks for the same may have it, too."""
    with socket.create_server(("127.0.0.1", 0), reuse_port=True) as listener:
        yield listener.getsockname()[1]


def test_a_port_in_use_is_named(tmp_path: Path, taken: int) -> None:
    finished = serve("--data", tmp_path / "data", "--port", taken)
    assert finished.returncode == 2
    assert line(finished) == f"error: CONFIGURATION: port: 127.0.0.1:{taken} cannot be used: Address already in use"
    assert finished.stdout == ""
    assert not (tmp_path / "data" / "postgres").exists()


@pytest.mark.parametrize(("command", "key"), [("web", "port"), ("stream", "stream_port")])
def test_a_port_that_another_hub_would_share_is_named(
    command: str, key: str, shared: int, database_url: str, redis_url: str
) -> None:
    environ = {f"HUB_{key.upper()}": str(shared), "HUB_DATABASE_URL": database_url, "HUB_REDIS_URL": redis_url}
    finished = run(command, **environ)
    assert finished.returncode == 2
    assert line(finished) == f"error: CONFIGURATION: {key}: 127.0.0.1:{shared} cannot be used: Address already in use"


def test_a_process_of_hub_serve_starts_beside_what_its_predecessor_has_left(
    shared: int, database_url: str, redis_url: str
) -> None:
    with running_hub(database_url, redis_url, port=shared, web_workers=1) as hub:
        urls = ServerUrls(database=database_url, redis=redis_url)
        program = processes._hub_program("web", hub.settings, urls)  # noqa: SLF001 - what `hub serve` starts
    process = spawn(program)
    try:
        await_listener(process, shared)
    finally:
        stop(process, program)


def await_listener(process: Process, port: int) -> None:
    deadline = time.monotonic() + 60
    while not any(listens(worker, port) for worker in descendants(process.pid)):
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.05)


def listens(process: psutil.Process, port: int) -> bool:
    with suppress(psutil.NoSuchProcess):
        found = process.net_connections()
        return any(connection.status == psutil.CONN_LISTEN and connection.laddr.port == port for connection in found)
    return False


@pytest.mark.parametrize("command", ["web", "stream", "ingest", "deliver"])
def test_a_database_that_is_not_prepared_is_said_so(command: str, servers: TestServers, redis_url: str) -> None:
    own = {"HUB_DATABASE_URL": servers.empty_database(), "HUB_REDIS_URL": redis_url}
    finished = run(command, HUB_PORT=str(free_port()), HUB_STREAM_PORT=str(free_port()), **own)
    assert finished.returncode == 2
    assert line(finished) == f"error: CONFIGURATION: {UNPREPARED}"


def test_a_data_directory_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("not a directory")
    finished = serve("--data", tmp_path / "data" / "below", "--port", free_port())
    assert finished.returncode == 2
    assert line(finished).startswith(f"error: CONFIGURATION: data: {tmp_path}/data/below cannot be used: ")


def test_a_data_directory_in_use_is_named(tmp_path: Path) -> None:
    directory = DataDirectory(root=tmp_path / "data")
    directory.make(service_account())
    with directory.served(patience=0):
        finished = serve("--data", tmp_path / "data", "--port", free_port())
    assert finished.returncode == 1
    assert line(finished) == f"error: CONFLICT: a hub is running on {tmp_path}/data already"


def test_an_unknown_key_of_the_file_is_named(tmp_path: Path) -> None:
    config = tmp_path / "hub.toml"
    config.write_text("prot = 8000\n")
    finished = serve("--config", config)
    assert finished.returncode == 2
    assert line(finished) == f"error: CONFIGURATION: {config}: there is no setting prot"


def test_an_unknown_variable_is_named() -> None:
    finished = serve(HUB_DATABSE_URL="postgresql://db.example/hub")
    assert finished.returncode == 2
    assert line(finished) == "error: CONFIGURATION: HUB_DATABSE_URL: there is no setting databse_url"


def test_a_database_that_does_not_answer_is_named_without_its_password() -> None:
    nobody = f"postgresql://hub:swordfish@127.0.0.1:{free_port()}/hub"
    finished = serve("--port", free_port(), HUB_DATABASE_URL=nobody, HUB_REDIS_URL="redis://redis.example/0")
    assert finished.returncode == 1
    assert line(finished) == "error: UNAVAILABLE: the PostgreSQL server at HUB_DATABASE_URL does not answer"
    assert "swordfish" not in finished.stderr


def test_a_redis_that_does_not_answer_is_named(database_url: str) -> None:
    nobody = f"redis://127.0.0.1:{free_port()}/0"
    finished = serve("--port", free_port(), HUB_DATABASE_URL=database_url, HUB_REDIS_URL=nobody)
    assert finished.returncode == 1
    assert line(finished) == "error: UNAVAILABLE: the Redis server at HUB_REDIS_URL does not answer"


def test_a_broken_collection_file_ends_the_servers_again(tmp_path: Path) -> None:
    collections = tmp_path / "collections"
    collections.mkdir()
    (collections / "au.toml").write_text("nonsense = true\n")
    finished = serve("--data", tmp_path / "data", "--port", free_port(), "--collections", collections)
    assert finished.returncode == 2
    assert "au.toml" in finished.stderr
    assert not (tmp_path / "data" / "postgres" / "postmaster.pid").exists()
