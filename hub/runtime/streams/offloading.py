"""The application between gunicorn's greenlets and real threads: no request's work ever holds up the loop."""

import socket
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from gevent import get_hub
from gevent.threadpool import ThreadPool

from hub.runtime.access import AccessLog
from hub.runtime.streams.building import StreamParts
from hub.web.stream.surface import BODY, Body

THREADS: Final = 8
_READABLE: Final = 1
"""libev's EV_READ."""

StartResponse = Callable[..., Any]


class Attended:
    """A stream whose client is watched, so that one that has gone gives up its place at once."""

    def __init__(self, stream: Body, client: Any) -> None:  # noqa: ANN401 - gevent has no types
        self._stream = stream
        self._client = client
        self._watcher = get_hub().loop.io(client.fileno(), _READABLE)
        self._watcher.start(self._hear)

    def __iter__(self) -> Iterator[bytes]:
        """Give what is to be sent."""
        return iter(self._stream)

    def close(self) -> None:
        """Let go of the stream; the server closes the connection."""
        self._watcher.stop()
        self._watcher.close()
        self._stream.close()

    def _hear(self) -> None:
        """Run in the loop when there is something to read: the end of the connection, or what nobody asked for."""
        self._watcher.stop()
        try:
            said = self._client._sock.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)  # noqa: SLF001 - not to wait
        except OSError:
            said = b""
        if not said:
            self._stream.hang_up()


class Offloaded:
    """The WSGI application of a stream process.

    Everything up to the response, with all that asks the database, runs in a thread; what follows, the waiting and
    sending, runs in the connection's greenlet and asks nothing.
    """

    def __init__(self, parts: StreamParts, *, access_log: bool) -> None:
        self._parts = parts
        self._application = AccessLog(parts.application) if access_log else parts.application
        self._threads = ThreadPool(THREADS)

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        answer: Iterable[bytes] = self._threads.apply(self._answer, (environ, start_response))
        stream: Body | None = environ.pop(BODY, None)
        return answer if stream is None else Attended(stream, environ["gunicorn.socket"])

    def end(self) -> None:
        """Close every stream, so that its client comes back elsewhere, and let the threads go."""
        self._parts.stop.set()
        self._parts.hall.end()

    def _answer(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:  # noqa: ANN401 - as PEP 3333 has it
            return start_response(status, [header for header in headers if header[0] != "Server"], *error)

        return self._application(environ, start)
