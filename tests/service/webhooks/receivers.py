"""Receivers of webhooks on the loopback, that do on their connections what a test tells them to."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import BinaryIO, Final

OK: Final = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """One request as it arrived: when, and on the how many-th connection; header names in lower case."""

    connection: int
    line: str
    headers: dict[str, str]
    body: bytes = field(repr=False)
    at: float = field(default_factory=time.monotonic)


Act = Callable[[socket.socket, Arrived], None]
"""What to do about a request. The connection is closed when it raises OSError."""


def says(*answers: bytes) -> Act:
    """Send these answers one after the other, the last of them from then on."""
    left = list(answers)

    def act(stream: socket.socket, _: Arrived) -> None:
        stream.sendall(left.pop(0) if len(left) > 1 else left[0])

    return act


def hangs_up(answer: bytes) -> Act:
    """Send an answer and close the connection without having said so."""

    def act(stream: socket.socket, _: Arrived) -> None:
        stream.sendall(answer)
        raise ConnectionAbortedError

    return act


class Receiver:
    """A server of one thread a connection; `seen` is what arrived, `connections` how many there were."""

    def __init__(self, listener: socket.socket, act: Act, tls: ssl.SSLContext | None) -> None:
        self.port: int = listener.getsockname()[1]
        self.act = act
        self.seen: list[Arrived] = []
        self.connections = 0
        self._listener = listener
        self._tls = tls
        self._open: list[socket.socket] = []

    def serve(self) -> None:
        """Take connections until the listener is closed."""
        with suppress(OSError):
            while True:
                stream, _ = self._listener.accept()
                self.connections += 1
                self._open.append(stream)
                threading.Thread(target=self._talk, args=(stream, self.connections), daemon=True).start()

    def close(self) -> None:
        """Close the listener and every connection."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for stream in self._open:
            with suppress(OSError):
                stream.shutdown(socket.SHUT_RDWR)

    def _talk(self, plain: socket.socket, number: int) -> None:
        with suppress(OSError, ValueError):
            stream = plain if self._tls is None else self._tls.wrap_socket(plain, server_side=True)
            with stream, stream.makefile("rb") as reader:
                while line := reader.readline():
                    self._one(stream, reader, line, number)

    def _one(self, stream: socket.socket, reader: BinaryIO, line: bytes, number: int) -> None:
        headers: dict[str, str] = {}
        while (text := reader.readline().decode("latin-1").strip()) != "":
            name, _, value = text.partition(":")
            headers[name.lower()] = value.strip()
        body = reader.read(int(headers.get("content-length", 0)))
        arrived = Arrived(connection=number, line=line.decode("latin-1").strip(), headers=headers, body=body)
        self.seen.append(arrived)
        self.act(stream, arrived)


@contextmanager
def receiving(
    act: Act | None = None, *, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None
) -> Iterator[Receiver]:
    """Run a receiver; one that is told nothing says OK."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.bind((host, 0))
        listener.listen(16)
        receiver = Receiver(listener, act or says(OK), tls)
        threading.Thread(target=receiver.serve, daemon=True).start()
        try:
            yield receiver
        finally:
            receiver.close()
