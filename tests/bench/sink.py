"""A receiver of webhooks in a process of its own that takes everything at once and knows when each request came."""

import asyncio
import multiprocessing
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

_OK: Final = b"HTTP/1.1 204 No Content\r\n\r\n"
_LENGTH: Final = b"content-length: "


@dataclass(frozen=True, slots=True)
class Sink:
    """The receiver, seen from outside."""

    port: int
    pipe: Any

    def taken(self) -> list[float]:
        """Return the monotonic instants at which requests came since the last time this was asked."""
        self.pipe.send("taken")
        times = self.pipe.recv()
        assert isinstance(times, list)
        return times

    def await_count(self, count: int, *, seconds: float) -> list[float]:
        """Wait for so many requests and return their instants."""
        times: list[float] = []
        deadline = time.monotonic() + seconds
        while len(times) < count:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{len(times)} of {count} requests in {seconds:.0f} s")
            time.sleep(0.05)
            times += self.taken()
        return times


class _Taker(asyncio.Protocol):
    """One connection: notes the instant at which a request's head is whole, and answers when its body is."""

    def __init__(self, times: list[float]) -> None:
        self._times = times
        self._buffer = bytearray()
        self._left = -1

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while True:
            if self._left < 0:
                end = self._buffer.find(b"\r\n\r\n")
                if end < 0:
                    return
                self._times.append(time.monotonic())
                head = bytes(self._buffer[:end]).lower()
                start = head.index(_LENGTH) + len(_LENGTH)
                self._left = int(head[start : head.find(b"\r\n", start)] if b"\r\n" in head[start:] else head[start:])
                del self._buffer[: end + 4]
            if len(self._buffer) < self._left:
                return
            del self._buffer[: self._left]
            self._left = -1
            self._transport.write(_OK)


@contextmanager
def sink() -> Iterator[Sink]:
    """Run a receiver for as long as the block runs."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_run, args=(theirs,), daemon=True)
    process.start()
    port = ours.recv()
    assert isinstance(port, int)
    try:
        yield Sink(port, ours)
    finally:
        process.kill()
        process.join()


def _run(pipe: Any) -> None:
    asyncio.run(_serve(pipe))


async def _serve(pipe: Any) -> None:
    times: list[float] = []
    server = await asyncio.get_running_loop().create_server(lambda: _Taker(times), "127.0.0.1", 0, backlog=1024)
    pipe.send(server.sockets[0].getsockname()[1])

    def answer() -> None:
        while pipe.recv():
            count = len(times)
            pipe.send(times[:count])
            del times[:count]

    threading.Thread(target=answer, daemon=True).start()
    await server.serve_forever()
