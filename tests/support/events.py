"""A client of the stream with nothing between it and the socket: what arrives, when it has arrived."""

import socket
import time
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPResponse
from typing import Any, Final
from urllib.parse import urlencode

import msgspec

PATIENCE: Final = 20.0
"""How long a client waits for the next event before the test fails."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """An event as the client has put it together (WHATWG HTML §9.2.6)."""

    kind: str
    id: str
    data: str = field(repr=False)

    @property
    def objects(self) -> list[dict[str, Any]]:
        """The objects of the envelope; a notice of a withdrawal brings none."""
        if self.kind != "envelope":
            return []
        objects: list[dict[str, Any]] = msgspec.json.decode(self.data)["objects"]
        return objects

    @property
    def names(self) -> list[str]:
        """The ids of the objects."""
        return [thing["id"] for thing in self.objects]


class EventStream:
    """An open connection. `last_id` is what a client comes back with; `comments` counts the heartbeats so far."""

    def __init__(self, connection: socket.socket, response: HTTPResponse) -> None:
        self._connection = connection
        self.response = response
        self.last_id = ""
        self.comments = 0
        self._kind = "message"
        self._data: list[str] = []

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.response.status

    def problem(self) -> dict[str, Any]:
        """Return the problem details that were answered instead of a stream."""
        assert self.response.headers["Content-Type"] == "application/problem+json"
        problem: dict[str, Any] = msgspec.json.decode(self.response.read())
        return problem

    def events(self, patience: float = PATIENCE) -> Iterator[Event]:
        """Give each event as it arrives, until the hub closes the stream."""
        deadline = time.monotonic() + patience
        while line := self._line():
            assert time.monotonic() < deadline, "nothing but heartbeats"
            event = self._take(line)
            if event is not None:
                yield event
                deadline = time.monotonic() + patience

    def next(self) -> Event:
        """Wait for the next event."""
        return next(self.events())

    def names(self, count: int) -> list[str]:
        """Wait until so many objects have arrived, and return their ids in order of arrival."""
        names: list[str] = []
        events = self.events()
        while len(names) < count:
            names += next(events).names
        return names

    def rest(self) -> list[str]:
        """Return the ids of all objects that arrive until the hub closes the stream."""
        return [name for event in self.events() for name in event.names]

    def wait_for_comments(self, count: int) -> None:
        """Read until so many heartbeats more have arrived; there may be no event before."""
        wanted = self.comments + count
        while self.comments < wanted:
            line = self._line()
            assert line, "the stream has ended"
            assert self._take(line) is None, "there is an event"

    def close(self) -> None:
        """Go away without a word."""
        self.response.close()
        self._connection.close()

    def interrupt(self) -> None:
        """End it from another thread than the one that reads."""
        with suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)

    def _take(self, line: str) -> Event | None:
        """Take a line; return the event that it completes, if any."""
        match line.rstrip("\n").partition(":"):
            case ("", "", ""):
                kind, data = self._kind, self._data
                self._kind, self._data = "message", []
                return Event(kind=kind, id=self.last_id, data="\n".join(data)) if data else None
            case ("", ":", _):
                self.comments += 1
            case ("event", ":", value):
                self._kind = value.removeprefix(" ")
            case ("id", ":", value):
                self.last_id = value.removeprefix(" ")
            case ("data", ":", value):
                self._data.append(value.removeprefix(" "))
        return None

    def _line(self) -> str:
        try:
            return self.response.readline().decode()
        except ConnectionError:
            return ""


@contextmanager
def streaming(  # noqa: PLR0913 - a request has these parts
    port: int,
    credentials: tuple[str, str] | None,
    query: Mapping[str, str] | None = None,
    *,
    last_id: str | None = None,
    headers: Mapping[str, str] | None = None,
    path: str = "/stream",
    buffer: int | None = None,
) -> Iterator[EventStream]:
    """Open a stream, with HTTP Basic, and wait for the head of its response; `buffer` bounds what the kernel takes."""
    sent = {"Host": f"127.0.0.1:{port}", "Accept": "text/event-stream"} | dict(headers or {})
    if credentials is not None:
        sent["Authorization"] = "Basic " + b64encode(":".join(credentials).encode()).decode()
    if last_id is not None:
        sent["Last-Event-ID"] = last_id
    target = path + ("?" + urlencode(query) if query else "")
    lines = [f"GET {target} HTTP/1.1", *(f"{name}: {value}" for name, value in sent.items()), "", ""]
    connection = socket.socket()
    connection.settimeout(PATIENCE)
    if buffer is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    connection.connect(("127.0.0.1", port))
    connection.sendall("\r\n".join(lines).encode())
    response = HTTPResponse(connection)
    response.begin()
    stream = EventStream(connection, response)
    try:
        yield stream
    finally:
        stream.close()
