"""Connections kept for the next delivery: a bounded number of them, none for long."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from hub.outbound.wire.connections import Connection
from hub.outbound.wire.endpoints import Origin


class IdleConnections:
    """What is kept, by origin. For any number of threads.

    `most` connections are kept in all, those of the origin unused for longest go first; none is kept for more than
    `seconds`, which also bounds for how long an address is held on to that the name no longer has.
    """

    def __init__(self, *, most: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._seconds = seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: OrderedDict[Origin, list[tuple[float, Connection]]] = OrderedDict()
        self._count = 0
        self._closed = False

    def take(self, origin: Origin) -> Connection | None:
        """Return a connection that still stands, for the caller alone; None where there is none."""
        while (kept := self._pop(origin)) is not None:
            since, connection = kept
            if self._clock() - since < self._seconds and connection.quiet():
                return connection
            connection.close()
        return None

    def give(self, origin: Origin, connection: Connection) -> None:
        """Keep a connection if its last answer left it fit for another, else hang up."""
        dropped = [connection]
        if connection.reusable:
            with self._lock:
                if not self._closed:
                    dropped = self._keep(origin, connection)
        for unneeded in dropped:
            unneeded.close()

    def close(self) -> None:
        """Hang up on everybody, and keep nothing from now on."""
        with self._lock:
            self._closed = True
            kept = [connection for pairs in self._kept.values() for _, connection in pairs]
            self._kept.clear()
            self._count = 0
        for connection in kept:
            connection.close()

    def _pop(self, origin: Origin) -> tuple[float, Connection] | None:
        with self._lock:
            pairs = self._kept.get(origin)
            if not pairs:
                return None
            self._count -= 1
            pair = pairs.pop()
            if not pairs:
                del self._kept[origin]
            return pair

    def _keep(self, origin: Origin, connection: Connection) -> list[Connection]:
        """Put a connection with the others of its origin; return those there is no room for any more."""
        self._kept.setdefault(origin, []).append((self._clock(), connection))
        self._kept.move_to_end(origin)
        self._count += 1
        dropped: list[Connection] = []
        while self._count > self._most:
            oldest, pairs = next(iter(self._kept.items()))
            dropped.append(pairs.pop(0)[1])
            self._count -= 1
            if not pairs:
                del self._kept[oldest]
        return dropped
