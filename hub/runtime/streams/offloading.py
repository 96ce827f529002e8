"""The application between gunicorn's greenlets and real threads: no request's work ever holds up the loop."""

import time
from collections.abc import Callable, Iterable
from typing import Any, Final

import structlog
from gevent.threadpool import ThreadPool

from hub.runtime.streams.building import StreamParts

THREADS: Final = 8

StartResponse = Callable[..., Any]

_log = structlog.get_logger()


class Offloaded:
    """The WSGI application of a stream process.

    Everything up to the response, with all that asks the database, runs in a thread; what follows, the waiting and
    sending, runs in the connection's greenlet and asks nothing.
    """

    def __init__(self, parts: StreamParts, *, access_log: bool) -> None:
        self._parts = parts
        self._access_log = access_log
        self._threads = ThreadPool(THREADS)

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        body: Iterable[bytes] = self._threads.apply(self._answer, (environ, start_response))
        return body

    def end(self) -> None:
        """Close every stream, so that its client comes back elsewhere, and let the threads go."""
        self._parts.stop.set()
        self._parts.hall.end()

    def _answer(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        began = time.perf_counter()

        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:  # noqa: ANN401 - as PEP 3333 has it
            if self._access_log:
                _log.info(
                    "request",
                    addr=environ.get("REMOTE_ADDR"),
                    method=environ["REQUEST_METHOD"],
                    path=environ.get("PATH_INFO"),
                    status=int(status[:3]),
                    dt_ms=round((time.perf_counter() - began) * 1_000, 2),
                )
            return start_response(status, [header for header in headers if header[0] != "Server"], *error)

        return self._parts.application(environ, start)
