"""A client that costs little: one kept-alive connection, bytes out, bytes in."""

import http.client
import socket
import time
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from multiprocessing import get_context
from typing import Final, TypeVar

Result = TypeVar("Result")

TAXII: Final = "application/taxii+json;version=2.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where to send, and as whom: as nobody where there is no token. It can be handed to another process."""

    host: str
    port: int
    path: str
    username: str
    token: str = field(repr=False)

    @property
    def headers(self) -> dict[str, str]:
        """What every request carries."""
        headers = {"Accept": TAXII, "Content-Type": TAXII}
        if self.token:
            secret = b64encode(f"{self.username}:{self.token}".encode()).decode()
            headers["Authorization"] = f"Basic {secret}"
        return headers


class Line:
    """One open connection to a target."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._headers = target.headers
        self._connection = http.client.HTTPConnection(target.host, target.port, timeout=600)
        self._connection.connect()
        self._connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def get(self, query: str = "") -> tuple[bytes, str | None]:
        """GET the target's path and return the body with the X-TAXII header of the last item."""
        self._connection.request("GET", self._target.path + query, headers=self._headers)
        response = self._connection.getresponse()
        body = response.read()
        if response.status != HTTPStatus.OK:
            raise RuntimeError(f"{response.status} {body[:300]!r}")
        return body, response.getheader("X-TAXII-Date-Added-Last")

    def post(self, body: bytes) -> bytes:
        """POST a body and return the answer."""
        self._connection.request("POST", self._target.path, body=body, headers=self._headers)
        response = self._connection.getresponse()
        answer = response.read()
        if response.status != HTTPStatus.ACCEPTED:
            raise RuntimeError(f"{response.status} {answer[:300]!r}")
        return answer

    def post_all(self, body: bytes) -> None:
        """POST an envelope all of which has to be accepted at once."""
        answer = self.post(body)
        if b'"failure_count":0' not in answer or b'"pending_count":0' not in answer:
            raise RuntimeError(answer[:300])

    def close(self) -> None:
        """Hang up."""
        self._connection.close()


@contextmanager
def line(target: Target) -> Iterator[Line]:
    """Hold a connection for as long as the block runs."""
    opened = Line(target)
    try:
        yield opened
    finally:
        opened.close()


def timed(work: Callable[[], object]) -> float:
    """Return how many seconds some work takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def at_once(work: Callable[..., Result], calls: Sequence[tuple[object, ...]]) -> list[Result]:
    """Do several calls at the same time, each in a process of its own, and return what each gives.

    The work says by itself how long it took: starting a process is not part of it.
    """
    with ProcessPoolExecutor(max_workers=len(calls), mp_context=get_context("fork")) as pool:
        return [future.result() for future in [pool.submit(work, *call) for call in calls]]
