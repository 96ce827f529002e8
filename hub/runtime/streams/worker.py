"""The gunicorn worker that holds streams: a greenlet a connection, and nothing of the process made over for it."""

import logging
import socket
import sys
from types import FrameType
from typing import Any, Final

import gevent
import gunicorn.http.wsgi
from gevent import socket as cooperative
from gunicorn.glogging import Logger
from gunicorn.workers.base_async import AsyncWorker
from gunicorn.workers.ggevent import GeventWorker

SEND_SECONDS: Final = 30.0
"""A client that does not take what it is sent in this time has lost its connection, and resumes with another."""

SEND_BUFFER: Final = 128 * 1024
"""What the kernel keeps for a slow client, beside the part that the hub keeps."""

gunicorn.http.wsgi.SERVER = "hub"


class _Sending(cooperative.socket):  # type: ignore[misc]
    """A client's socket that first sends, and asks the kernel how much it takes only where that was not all."""

    def sendall(self, data: bytes, flags: int = 0) -> None:
        sent = self.send(data, flags)
        if sent < len(data):
            super().sendall(memoryview(data)[sent:], flags)


class StreamWorker(GeventWorker):  # type: ignore[misc]
    """Sockets are gevent's; threads, locks and everything else stay the system's.

    So a thread that asks the database cannot stop the loop, and no library has to be trusted to get along with it.
    """

    sockets: list[Any]

    def patch(self) -> None:
        """Make the listening sockets gevent's. Nothing else: see above."""
        self.sockets = [
            cooperative.socket(each.FAMILY, socket.SOCK_STREAM, fileno=each.sock.detach()) for each in self.sockets
        ]

    def handle(self, listener: Any, client: Any, addr: Any) -> None:  # noqa: ANN401 - gunicorn has no types
        """Serve one connection; its client has to keep up."""
        client = _Sending(client.family, client.type, client.proto, fileno=client.detach())
        client.settimeout(SEND_SECONDS)
        if client.family in {socket.AF_INET, socket.AF_INET6}:
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(SEND_SECONDS * 1_000))
        client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        AsyncWorker.handle(self, listener, client, addr)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """End every stream at once: clients come back with the id of their last event, to whoever serves them then."""
        super().handle_exit(sig, frame)
        gevent.spawn(self.wsgi.end)


class StreamLogger(Logger):  # type: ignore[misc]
    """Leaves gunicorn's records to the handler of `hub.runtime.logs`."""

    def setup(self, cfg: Any) -> None:  # noqa: ANN401 - gunicorn has no types
        """Keep no handler, and no access log: the application writes its own."""
        self.cfg = cfg
        self._access_log_enabled = False
        self.error_log.propagate = True
        self.error_log.setLevel(logging.WARNING)

    def exception(self, msg: str, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - as above
        """Say nothing of clients that are too slow: that is theirs."""
        if not isinstance(sys.exception(), TimeoutError):
            super().exception(msg, *args, **kwargs)
