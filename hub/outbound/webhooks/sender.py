"""Sends one body to one receiver, once, and says what came of it. Nothing that the receiver does is trusted."""

import re
import ssl
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Final

from hub import __version__
from hub.domain.errors import ConfigurationError
from hub.outbound.patience import retry_after_of
from hub.outbound.webhooks.answers import Answer, Delivered, Gone, Reason, Refused, Unreachable
from hub.outbound.wire.addresses import Address, Networks, Resolver, literal_address, resolve
from hub.outbound.wire.connections import Connection, Deadline, Limits, LostError, Reply, connect
from hub.outbound.wire.endpoints import Endpoint, Origin
from hub.outbound.wire.idle import IdleConnections
from hub.outbound.wire.replies import ReplyError

EXCERPT_LETTERS: Final = 200
_EXCERPT_BYTES: Final = 4 * EXCERPT_LETTERS
LONGEST_RETRY_AFTER: Final = 86_400.0
MOST_ADDRESSES: Final = 4
"""How many addresses of one name are tried."""

_SUCCESS: Final = range(200, 300)
_HEADER_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
_HEADER_VALUE: Final = re.compile(r"[ -~]*")


class Sender:
    """Sends deliveries from any number of threads, one at a time from each; connections are reused by origin.

    `tls` must verify (see `tls_context`). No redirect is followed, no proxy and no netrc is looked for. Plain http goes
    only into networks that the operators have named.
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
            raise ConfigurationError("Webhooks are sent over TLS that verifies the receiver's certificate and name.")
        self._networks = networks
        self._tls = tls
        self._limits = limits or Limits()
        self._resolve = resolver
        self._clock = clock
        self._idle = IdleConnections(most=self._limits.connections, seconds=self._limits.idle, clock=clock)

    def close(self) -> None:
        """Hang up. What is being sent is sent to its end."""
        self._idle.close()

    def send(self, endpoint: Endpoint, *, headers: Mapping[str, str], body: bytes) -> Answer:
        """POST a body and return what came of it; nothing is raised for what the network or the receiver does.

        Send the same body under the same id again after any answer but Delivered and Gone.
        """
        request = _request(endpoint, headers, body)
        deadline = Deadline.after(self._limits.total, self._clock)
        try:
            return _answer_of(self._exchange(endpoint.origin, request, deadline))
        except _NotReachableError as error:
            return error.answer
        except (OSError, ReplyError, LostError) as error:
            return Unreachable(reason=_reason_of(error), detail=_words(error))

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
                raise _NotReachableError(Reason.TLS, f"{address}: {_words(error)}") from error
            except OSError as error:
                trouble = error
        reason = Reason.TIMEOUT if isinstance(trouble, TimeoutError) else Reason.CONNECT
        raise _NotReachableError(reason, _words(trouble)) from trouble

    def _addresses(self, origin: Origin, deadline: Deadline) -> list[Address]:
        """Return the addresses of a host; all must be allowed, for a name with one that is not may be a trap."""
        literal = literal_address(origin.host)
        try:
            found = (
                [literal] if literal is not None else self._resolve(origin.host, deadline.left(self._limits.connect))
            )
        except OSError as error:
            raise _NotReachableError(Reason.ADDRESS, _words(error)) from error
        for address in found:
            if not self._networks.reach(address):
                raise _NotReachableError(Reason.ADDRESS, f"{origin.host} is at {address}, where nothing is delivered")
            if origin.scheme == "http" and not self._networks.names(address):
                raise _NotReachableError(Reason.ADDRESS, f"{origin.host} is at {address}, a public network: no http")
        if not found:
            raise _NotReachableError(Reason.ADDRESS, f"{origin.host} has no address")
        return list(found)


class _NotReachableError(Exception):
    """No connection: the answer is known already."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.answer = Unreachable(reason=reason, detail=detail)


def tls_context(authorities: Path | None = None) -> ssl.SSLContext:
    """Return a context that verifies against the system's authorities, or against a PEM file that replaces them."""
    try:
        return ssl.create_default_context(cafile=None if authorities is None else str(authorities))
    except OSError as error:  # ssl.SSLError among them
        raise ConfigurationError(f"{authorities}: is not a PEM file of authorities: {_words(error)}") from error


def _request(endpoint: Endpoint, headers: Mapping[str, str], body: bytes) -> bytes:
    """Write a request (RFC 9112 §2). INVARIANT: no header holds what would end it."""
    for name, value in headers.items():
        if not (_HEADER_NAME.fullmatch(name) and _HEADER_VALUE.fullmatch(value)):
            raise ValueError(f"{name!r} is no header to send")
    lines = [
        f"POST {endpoint.target} HTTP/1.1",
        f"Host: {endpoint.authority}",
        f"User-Agent: hub/{__version__}",
        "Accept-Encoding: identity",
        *[f"{name}: {value}" for name, value in headers.items()],
        f"Content-Length: {len(body)}",
        "\r\n",
    ]
    return "\r\n".join(lines).encode("ascii") + body


def _answer_of(reply: Reply) -> Answer:
    status = reply.head.status
    if status in _SUCCESS:
        return Delivered(status=status)
    if status == HTTPStatus.GONE:
        return Gone()
    asked = retry_after_of(reply.head.headers)
    return Refused(
        status=status,
        retry_after=None if asked is None else min(asked, LONGEST_RETRY_AFTER),
        excerpt=_printable(reply.body[:_EXCERPT_BYTES].decode("utf-8", "replace")),
    )


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


def _printable(text: str) -> str:
    """Return the beginning of a text in one line, without what could command a terminal or turn the text around."""
    shown = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(shown.split())[:EXCERPT_LETTERS]


def _words(error: BaseException) -> str:
    return _printable(str(error)) or type(error).__name__
