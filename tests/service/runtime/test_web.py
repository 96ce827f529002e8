"""The web process finishes what it has begun, and its log says who asked for what and nothing more."""

import json
import signal
import socket
import time
from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import pytest

from hub.runtime.embedded.datadir import ServerUrls
from tests.support.serving import TAXII, Caller, ServedHub, serving

BODY = b'{"objects": []}'


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory, database_url: str, redis_url: str) -> Iterator[ServedHub]:
    urls = ServerUrls(database=database_url, redis=redis_url)
    with serving(tmp_path_factory.mktemp("web") / "data", servers=urls) as served:
        yield served


@pytest.fixture(scope="module")
def caller(hub: ServedHub) -> Caller:
    return hub.account("au-cert/feed")


def head_of_a_post(caller: Caller) -> bytes:
    basic = b64encode(f"{caller.username}:{caller.token}".encode()).decode()
    lines = (
        "POST /appf/collections/au/objects/ HTTP/1.1",
        "Host: hub.example",
        f"Authorization: Basic {basic}",
        f"Accept: {TAXII}",
        f"Content-Type: {TAXII}",
        f"Content-Length: {len(BODY)}",
        "Expect: 100-continue",
    )
    return "\r\n".join((*lines, "", "")).encode()


def await_event(hub: ServedHub, event: str) -> None:
    deadline = time.monotonic() + 60
    while f'"event": "{event}"' not in hub.log:
        assert time.monotonic() < deadline, hub.log
        time.sleep(0.02)


def test_own_servers_need_no_data_directory(hub: ServedHub, caller: Caller) -> None:
    assert caller.get("collections/").ok
    assert not hub.directory.exists()


def requests_logged(hub: ServedHub, path: str) -> list[dict[str, Any]]:
    """Return what is logged of requests for a path, of which there has been one: it is written after the answer."""
    for _ in range(500):
        lines = [
            json.loads(line) for line in hub.log.splitlines() if line.endswith("}") and '"event": "request"' in line
        ]
        found = [event for event in lines if event["path"] == path]
        if found:
            return found
        time.sleep(0.02)
    return []


def test_the_access_log_has_neither_query_strings_nor_tokens(hub: ServedHub, caller: Caller) -> None:
    caller.get("collections/au/objects/", {"match[id]": "indicator--3fdb0a1c-93f1-4c2c-8f7a-5f2f1a0a7c11"})
    (event,) = requests_logged(hub, "/appf/collections/au/objects/")
    assert event.keys() == {"event", "addr", "method", "path", "status", "dt_ms", "level", "timestamp"}
    assert (event["method"], event["status"]) == ("GET", 200)
    assert "3fdb0a1c" not in hub.log
    assert caller.token not in hub.log


def test_SIGTERM_lets_a_running_request_finish(hub: ServedHub, caller: Caller) -> None:
    with socket.create_connection(("127.0.0.1", hub.port), timeout=60) as connection:
        connection.sendall(head_of_a_post(caller))
        assert connection.recv(65_536).startswith(b"HTTP/1.1 100 ")
        hub.process.send_signal(signal.SIGTERM)
        await_event(hub, "Stopping worker-1")
        connection.sendall(BODY)
        answer = connection.recv(65_536)
    assert answer.startswith(b"HTTP/1.1 422 "), answer
    assert hub.process.wait(60) == 0
