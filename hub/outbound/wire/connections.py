"""One connection to one receiver: made to an address that was checked, held to a deadline, read within bounds."""

import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from hub.outbound.wire.addresses import Address
from hub.outbound.wire.endpoints import Origin
from hub.outbound.wire.replies import (
    BODY_BYTES,
    CHUNKED,
    HEAD_BYTES,
    Head,
    ReplyError,
    parse_chunk_size,
    parse_head,
)

CHUNK_LINE_BYTES: Final = 1_024
_RECEIVE_BYTES: Final = 16 * 1024
_SEND_BYTES: Final = 256 * 1024
_LINE_END: Final = b"\r\n"
_HEAD_END: Final = b"\r\n\r\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long what may take, in seconds, and how many connections are kept.

    `total` is for one delivery, whatever happens. `connect` is for the address of a name, for a connection, and for
    TLS, each. `silence` is the longest wait for the next part of an answer. `body` is for the body of an answer, after
    its head has said all that counts, and `body_bytes` how much of that is read. `idle` is how long a connection is
    kept.
    """

    total: float = 30.0
    connect: float = 5.0
    silence: float = 20.0
    body: float = 2.0
    idle: float = 60.0
    connections: int = 1_024
    body_bytes: int = BODY_BYTES


class LostError(Exception):
    """The connection ended before the answer did. `fresh` says that not a byte of an answer had come."""

    def __init__(self, *, fresh: bool) -> None:
        super().__init__("the connection ended before an answer" if fresh else "the connection ended within the answer")
        self.fresh = fresh


@dataclass(frozen=True, slots=True)
class Deadline:
    """An instant of the monotonic clock by which everything has to be over."""

    instant: float
    clock: Callable[[], float] = time.monotonic

    @classmethod
    def after(cls, seconds: float, clock: Callable[[], float] = time.monotonic) -> "Deadline":
        """Return the deadline that lies so far ahead."""
        return cls(clock() + seconds, clock)

    def left(self, at_most: float) -> float:
        """Return the seconds left, at most so many; raise TimeoutError where there are none."""
        left = min(self.instant - self.clock(), at_most)
        if left <= 0:
            raise TimeoutError("the receiver takes too long")
        return left

    def sooner(self, seconds: float) -> "Deadline":
        """Return the earlier of this deadline and one so far ahead."""
        return Deadline(min(self.instant, self.clock() + seconds), self.clock)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer: its head, and as much of its body as is looked at."""

    head: Head
    body: bytes = field(repr=False)


class Connection:
    """A connection that is open. Not for several threads at once."""

    def __init__(self, stream: socket.socket, limits: Limits) -> None:
        self._stream = stream
        self._limits = limits
        self._buffer = bytearray()
        self.reusable = False

    def exchange(self, request: bytes, deadline: Deadline) -> Reply:
        """Send a request and return the answer, the body as far as it comes in time and within bounds.

        Raise TimeoutError, ReplyError, LostError or another OSError where no whole head arrives.
        """
        self.reusable = False
        self._send(request, deadline)
        head = self._head(deadline)
        body = bytearray()
        whole = self._body(head, body, deadline.sooner(self._limits.body))
        self.reusable = whole and head.keeps and not self._buffer
        return Reply(head=head, body=bytes(body))

    def quiet(self) -> bool:
        """Whether the receiver has neither hung up nor sent what nobody asked for since the last answer."""
        try:
            self._stream.settimeout(0)
            self._stream.recv(1)
        except (BlockingIOError, ssl.SSLWantReadError):
            return True
        except OSError:
            return False
        return False

    def close(self) -> None:
        """Hang up, without ceremony."""
        self._stream.close()

    def _send(self, request: bytes, deadline: Deadline) -> None:
        """Send all. A receiver that hangs up meanwhile may have said why; that is found when reading."""
        rest = memoryview(request)
        try:
            while rest:
                self._stream.settimeout(deadline.left(self._limits.silence))
                rest = rest[self._stream.send(rest[:_SEND_BYTES]) :]
        except (BrokenPipeError, ConnectionResetError, ssl.SSLEOFError, ssl.SSLZeroReturnError):
            return

    def _head(self, deadline: Deadline) -> Head:
        """Read heads until the one that counts; all together are bounded."""
        room = HEAD_BYTES
        while True:
            block = self._until(_HEAD_END, room, deadline)
            room -= len(block) + len(_HEAD_END)
            head = parse_head(block)
            if not head.interim:
                return head

    def _body(self, head: Head, body: bytearray, deadline: Deadline) -> bool:
        """Add to the body what comes of it; return whether that is all of it."""
        try:
            if head.length == CHUNKED:
                return self._chunks(body, deadline)
            if head.length < 0:
                self._take(self._limits.body_bytes, body, deadline)
                return False
            return self._take(head.length, body, deadline)
        except (OSError, ReplyError, LostError):
            return False

    def _chunks(self, body: bytearray, deadline: Deadline) -> bool:
        """Read a chunked body (RFC 9112 §7.1); one with trailers is not read to its end."""
        while size := parse_chunk_size(self._until(_LINE_END, CHUNK_LINE_BYTES, deadline)):
            if not self._take(size, body, deadline) or self._until(_LINE_END, len(_LINE_END), deadline):
                return False
        return not self._until(_LINE_END, CHUNK_LINE_BYTES, deadline)

    def _take(self, length: int, body: bytearray, deadline: Deadline) -> bool:
        """Move so many bytes to the body, but not beyond its bound; return whether these were all."""
        wanted = min(length, self._limits.body_bytes - len(body))
        while len(self._buffer) < wanted:
            try:
                self._more(deadline)
            except (OSError, LostError):
                body += self._buffer
                raise
        body += self._buffer[:wanted]
        del self._buffer[:wanted]
        return wanted == length

    def _until(self, ending: bytes, most: int, deadline: Deadline) -> bytes:
        """Take what stands before an ending, and the ending; raise ReplyError where it is not within `most` bytes."""
        while (end := self._buffer.find(ending, 0, most)) < 0:
            if len(self._buffer) >= most:
                raise ReplyError("a part of the answer is far too long")
            self._more(deadline)
        taken = bytes(self._buffer[:end])
        del self._buffer[: end + len(ending)]
        return taken

    def _more(self, deadline: Deadline) -> None:
        self._stream.settimeout(deadline.left(self._limits.silence))
        try:
            arrived = self._stream.recv(_RECEIVE_BYTES)
        except ConnectionError:
            arrived = b""
        if not arrived:
            raise LostError(fresh=not self._buffer)
        self._buffer += arrived


def connect(origin: Origin, address: Address, *, tls: ssl.SSLContext, deadline: Deadline, limits: Limits) -> Connection:
    """Connect to this very address; over TLS the certificate must be valid for the host name of the origin.

    Raise ssl.SSLError, TimeoutError or another OSError where that fails.
    """
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6  # noqa: PLR2004 -- the version of IP
    stream = socket.socket(family, socket.SOCK_STREAM)
    try:
        stream.settimeout(deadline.left(limits.connect))
        stream.connect((str(address), origin.port))
        stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if origin.scheme == "https":
            stream.settimeout(deadline.left(limits.connect))
            stream = tls.wrap_socket(stream, server_hostname=origin.host.rstrip("."))
    except BaseException:
        stream.close()
        raise
    return Connection(stream, limits)
