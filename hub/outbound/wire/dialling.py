"""Calls on servers at addresses that are checked first: the one way by which the hub goes where it is told to."""

import re
import ssl
import time
from collections.abc import Callable, Mapping
from typing import Final

from hub import __version__
from hub.domain.errors import ConfigurationError
from hub.outbound.wire.addresses import Address, Networks, Resolver, literal_address, resolve
from hub.outbound.wire.connections import Connection, Deadline, Limits, LostError, Reply, connect
from hub.outbound.wire.endpoints import Endpoint, Origin
from hub.outbound.wire.idle import IdleConnections
from hub.outbound.wire.reasons import Reason
from hub.outbound.wire.replies import ReplyError

MOST_ADDRESSES: Final = 4
"""How many addresses of one name are tried."""

_DETAIL_LETTERS: Final = 200
_HEADER_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
_HEADER_VALUE: Final = re.compile(r"[ -~]*")


class NoAnswerError(Exception):
    """No answer was got. The text may name inner addresses: it is for the operators' log alone.

    `begun` says that there was a connection, so that the other side may have the request.
    """

    begun = False

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


class Dialler:
    """Makes exchanges from any number of threads, one at a time from each; connections are reused by origin.

    `tls` must verify. No redirect is followed, no proxy and no netrc is looked for. Plain http goes only into networks
    that the operators have named.
    """

    def __init__(
        self,
        *,
        networks: Networks,
        tls: ssl.SSLContext,
        limits: Limits | None = None,
        resolver: Resolver = resolve,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if tls.verify_mode is not ssl.CERT_REQUIRED or not tls.check_hostname:
            raise ConfigurationError("The hub sends over TLS that verifies the receiver's certificate and name.")
        self._networks = networks
        self._tls = tls
        self._limits = limits or Limits()
        self._resolve = resolver
        self._clock = clock
        self._idle = IdleConnections(most=self._limits.connections, seconds=self._limits.idle, clock=clock)

    def close(self) -> None:
        """Hang up. What is being exchanged goes on to its end."""
        self._idle.close()

    def exchange(self, method: str, endpoint: Endpoint, headers: Mapping[str, str], body: bytes | None) -> Reply:
        """Send a request and return the answer; raise NoAnswerError where there is none, whatever the reason."""
        request = request_bytes(method, endpoint, headers, body)
        deadline = Deadline.after(self._limits.total, self._clock)
        try:
            return self._exchange(endpoint.origin, request, deadline)
        except (OSError, ReplyError, LostError) as error:
            lost = NoAnswerError(_reason_of(error), _words(error))
            lost.begun = True
            raise lost from error

    def _exchange(self, origin: Origin, request: bytes, deadline: Deadline) -> Reply:
        """Use a kept connection; where the receiver had just hung up on it, a new one."""
        kept = self._idle.take(origin)
        if kept is not None:
            try:
                return self._over(kept, origin, request, deadline)
            except LostError as error:
                if not error.fresh:
                    raise
        return self._over(self._connect(origin, deadline), origin, request, deadline)

    def _over(self, connection: Connection, origin: Origin, request: bytes, deadline: Deadline) -> Reply:
        try:
            return connection.exchange(request, deadline)
        finally:
            self._idle.give(origin, connection)

    def _connect(self, origin: Origin, deadline: Deadline) -> Connection:
        """Connect to the first address that takes a connection. INVARIANT: each was checked, and is the one used."""
        trouble: OSError = ConnectionError("no address")
        for address in self._addresses(origin, deadline)[:MOST_ADDRESSES]:
            try:
                return connect(origin, address, tls=self._tls, deadline=deadline, limits=self._limits)
            except ssl.SSLError as error:
                raise NoAnswerError(Reason.TLS, f"{address}: {_words(error)}") from error
            except OSError as error:
                trouble = error
        reason = Reason.TIMEOUT if isinstance(trouble, TimeoutError) else Reason.CONNECT
        raise NoAnswerError(reason, _words(trouble)) from trouble

    def _addresses(self, origin: Origin, deadline: Deadline) -> list[Address]:
        """Return the addresses of a host; all must be allowed, for a name with one that is not may be a trap."""
        literal = literal_address(origin.host)
        try:
            found = (
                [literal] if literal is not None else self._resolve(origin.host, deadline.left(self._limits.connect))
            )
        except OSError as error:
            raise NoAnswerError(Reason.ADDRESS, _words(error)) from error
        for address in found:
            if not self._networks.reach(address):
                raise NoAnswerError(Reason.ADDRESS, f"{origin.host} is at {address}, where nothing is delivered")
            if origin.scheme == "http" and not self._networks.names(address):
                raise NoAnswerError(Reason.ADDRESS, f"{origin.host} is at {address}, a public network: no http")
        if not found:
            raise NoAnswerError(Reason.ADDRESS, f"{origin.host} has no address")
        return list(found)


def request_bytes(method: str, endpoint: Endpoint, headers: Mapping[str, str], body: bytes | None) -> bytes:
    """Write a request (RFC 9112 §2). INVARIANT: no header holds what would end it."""
    for name, value in headers.items():
        if not (_HEADER_NAME.fullmatch(name) and _HEADER_VALUE.fullmatch(value)):
            raise ValueError(f"{name!r} is no header to send")
    lines = [
        f"{method} {endpoint.target} HTTP/1.1",
        f"Host: {endpoint.authority}",
        f"User-Agent: hub/{__version__}",
        "Accept-Encoding: identity",
        *[f"{name}: {value}" for name, value in headers.items()],
        *([] if body is None else [f"Content-Length: {len(body)}"]),
        "\r\n",
    ]
    return "\r\n".join(lines).encode("ascii") + (body or b"")


def printable(text: str, *, letters: int = _DETAIL_LETTERS) -> str:
    """Return the beginning of a text in one line, without what could command a terminal or turn the text around."""
    shown = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(shown.split())[:letters]


def _reason_of(error: Exception) -> Reason:
    match error:
        case TimeoutError():
            return Reason.TIMEOUT
        case ReplyError():
            return Reason.PROTOCOL
        case ssl.SSLError():
            return Reason.TLS
        case _:
            return Reason.LOST


def _words(error: BaseException) -> str:
    return printable(str(error)) or type(error).__name__
