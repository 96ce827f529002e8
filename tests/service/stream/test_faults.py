"""Streams outlive what dies: their process, their client's patience, and Redis."""

import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from threading import Event

import psutil
import pytest
import requests

from hub.domain.handling import Tlp
from hub.runtime.embedded.datadir import ServerUrls
from tests.service.stream.conftest import HEARTBEAT, StreamHub
from tests.support.servers import TestServers
from tests.support.serving import Caller, free_port, serving
from tests.support.stix import indicator
from tests.support.waiting import await_that

LARGE = 150_000
"""Characters of one object here: more than a slow connection's kernel buffers hold of ten of them."""


@contextmanager
def stream_hub(directory: Path, servers: ServerUrls | None, **settings: object) -> Iterator[StreamHub]:
    """Run a hub of its own for a test that does it harm."""
    port = free_port()
    chosen: dict[str, object] = {"stream_processes": 1, "stream_port": port, "stream_heartbeat": HEARTBEAT} | settings
    with serving(directory / "data", servers=servers, port=None, **chosen) as served:
        yield StreamHub(served=served, port=port)


@pytest.fixture
def own_servers(servers: TestServers) -> ServerUrls:
    return ServerUrls(database=servers.empty_database(), redis=servers.fresh_redis())


def stream_process(hub: StreamHub) -> psutil.Process:
    """Return the process that `hub serve` has started to hold streams: the parent of those that do."""
    (found,) = (
        child for child in psutil.Process(hub.served.process.pid).children() if child.cmdline()[-1:] == ["stream"]
    )
    return found


def received_across_ends(hub: StreamHub, reader: Caller, count: int, opened: Event) -> list[str]:
    """Read so many objects as a client does that comes back whenever it is cut off, with the id it has last read."""
    names: list[str] = []
    last_id: str | None = None
    while len(names) < count:
        try:
            with hub.stream(reader, last_id=last_id) as stream:
                if stream.status != HTTPStatus.OK:
                    continue
                opened.set()
                try:
                    for event in stream.events():
                        names += event.names
                        if len(names) >= count:
                            break
                finally:
                    last_id = stream.last_id or last_id
        except OSError:
            Event().wait(0.05)
    return names


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM], ids=["kill -9", "SIGTERM"])
@pytest.mark.parametrize("whom", ["worker", "process"])
def test_a_stream_process_that_ends_loses_nothing(
    hub: StreamHub, writer: Caller, reader: Caller, number: signal.Signals, whom: str
) -> None:
    things = [indicator(tlp=Tlp.CLEAR) for _ in range(60)]
    opened = Event()
    with ThreadPoolExecutor(1) as thread:
        received = thread.submit(received_across_ends, hub, reader, len(things), opened)
        assert opened.wait(30)
        for position, thing in enumerate(things):
            if position == 20:
                process = stream_process(hub)
                (process.children()[0] if whom == "worker" else process).send_signal(number)
            writer.accept("kh", thing)
        assert received.result() == [thing["id"] for thing in things]


def test_streams_end_with_the_hub_at_once(tmp_path: Path, own_servers: ServerUrls) -> None:
    with stream_hub(tmp_path, own_servers) as hub:
        reader = hub.served.account("la-cert/reader")
        with hub.stream(reader) as stream:
            stream.wait_for_comments(1)
            process = stream_process(hub)
            process.send_signal(signal.SIGTERM)
            assert stream.rest() == []
            gone, alive = psutil.wait_procs([process], timeout=15)
            assert (len(gone), alive) == (1, [])


def test_a_client_that_does_not_read_holds_up_nobody_and_misses_nothing(
    hub: StreamHub, writer: Caller, reader: Caller
) -> None:
    things = [indicator(tlp=Tlp.CLEAR, description="x" * LARGE) for _ in range(12)]
    names = [thing["id"] for thing in things]
    with hub.stream(reader, buffer=4_096) as slow, hub.stream(reader) as quick:
        for thing in things:
            writer.accept("kh", thing)
        assert quick.names(len(names)) == names
        assert slow.names(len(names)) == names


def test_without_redis_what_is_new_is_found_in_the_log(tmp_path: Path) -> None:
    with stream_hub(tmp_path, None) as hub:
        writer, reader = hub.served.account("kh-cert/writer"), hub.served.account("la-cert/reader")
        (redis,) = (
            child for child in psutil.Process(hub.served.process.pid).children() if "valkey" in child.cmdline()[0]
        )
        with hub.stream(reader) as stream:
            things = [indicator(tlp=Tlp.CLEAR) for _ in range(3)]
            writer.accept("kh", things[0])
            redis.suspend()
            writer.accept("kh", things[1])
            assert stream.names(2) == [thing["id"] for thing in things[:2]]
            redis.kill()
            writer.accept("kh", things[2])
            assert stream.names(1) == [things[2]["id"]]


def test_a_process_that_is_full_says_so(tmp_path: Path, own_servers: ServerUrls) -> None:
    with stream_hub(tmp_path, own_servers, streams_all=2, streams_each=2, metrics_loopback=True) as hub:
        first, second = hub.served.account("la-cert/first"), hub.served.account("la-cert/second")
        writer = hub.served.account("kh-cert/writer")
        with hub.stream(first) as stream, hub.stream(second), hub.stream(second) as third:
            assert third.status == HTTPStatus.SERVICE_UNAVAILABLE
            assert int(third.response.headers["Retry-After"]) > 0
            assert third.problem()["code"] == "UNAVAILABLE"
            writer.accept("kh", indicator(tlp=Tlp.CLEAR))
            assert len(stream.names(1)) == 1
            await_that(lambda: measured(hub)["hub_stream_objects_total"] == 2, "two objects told")
            figures = measured(hub)
    assert figures['hub_streams_open{process="1"}'] == figures["hub_streams_opened_total"] == 2
    assert figures['hub_streams_refused_total{reason="full"}'] == 1
    assert figures["hub_stream_events_total"] == 2


def measured(hub: StreamHub) -> dict[str, float]:
    """Read the metrics."""
    lines = requests.get(f"{hub.served.root}/metrics", timeout=60).text.splitlines()
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines if line[:1] != "#")}


def test_several_processes_share_the_port(tmp_path: Path, own_servers: ServerUrls) -> None:
    with stream_hub(tmp_path, own_servers, stream_processes=2) as hub:
        writer, reader = hub.served.account("kh-cert/writer"), hub.served.account("la-cert/reader")
        assert len(stream_process(hub).children()) == 2
        thing = indicator(tlp=Tlp.CLEAR)
        with hub.stream(reader) as first, hub.stream(reader) as second, hub.stream(reader) as third:
            writer.accept("kh", thing)
            assert [stream.names(1) for stream in (first, second, third)] == [[thing["id"]]] * 3
