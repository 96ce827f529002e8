"""What subscribers feel of others that are stopped, refuse, or are far behind; and what all of it costs Redis."""

import socket
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread
from typing import Final

from hub.bus.connections import connect
from hub.bus.heads import Listener
from hub.domain.clock import tick_of
from hub.domain.directory import Role
from hub.domain.subscriptions.filters import Filter
from hub.runtime.wiring import now
from tests.bench.client import Target, line
from tests.bench.content import envelopes
from tests.bench.figures import p99
from tests.bench.postoffice import PATIENCE, Bench, bench
from tests.bench.sink import Sink, sink
from tests.bench.stage import multiply

OTHERS: Final = 20
SETTLE_SECONDS: Final = 2.0
_SETTINGS: Final = {"retry_first_seconds": 1, "retry_longest_seconds": 5}


@dataclass(slots=True, kw_only=True)
class Isolation:
    """Milliseconds from commit to webhook of the others, run by run, alone and beside; MiB that Redis used.

    `delivered` is what those who are far behind were sent meanwhile.
    """

    alone: list[list[float]] = field(default_factory=list)
    beside: list[list[float]] = field(default_factory=list)
    redis: list[float] = field(default_factory=list)
    delivered: list[int] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        """The median of what the p99 beside the troublemakers is of the p99 before it."""
        return statistics.median(
            p99(beside) / p99(alone) for alone, beside in zip(self.alone, self.beside, strict=True)
        )


def measure_isolation(*, rows: int, posts: int, runs: int, say: Callable[[str], None]) -> Isolation:
    """Measure beside a log of so many rows, and subscribers that have all of it before them, or take nothing."""
    found = Isolation()
    with bench(**_SETTINGS) as hub, sink() as receiver, sink() as far, _silent() as silent, _refusing() as refusing:
        hub.push(1)
        multiply(hub, rows, rare=1, say=say)
        for _ in range(runs):
            found.redis.append(_redis(hub))
            hub.subscribe(receiver.port, OTHERS, start=tick_of(now()), accounts=[hub.producer.account.id])
            found.alone.append(_latencies(hub, receiver, posts=posts))
            far.taken()
            for port in (silent, refusing, far.port):
                hub.subscribe(port, 1, start=0, accounts=[hub.producer.account.id])
            hub.subscribe(far.port, 1, start=0, accounts=[hub.producer.account.id], chosen=_RARE)
            found.beside.append(_latencies(hub, receiver, posts=posts))
            found.delivered.append(len(far.taken()))
            found.redis.append(_redis(hub))
            hub.unsubscribe()
    return found


def measure_consumer(*, posts: int) -> list[float]:
    """Return the milliseconds from each POST of one object over HTTP to whoever listens to the bus."""
    with bench(deliver_processes=0) as hub:
        caller = hub.hub.account("au-cert/consumer", Role.PRODUCER)
        path = "/appf/collections/au/objects/"
        target = Target(host="127.0.0.1", port=hub.hub.port, path=path, username=caller.username, token=caller.token)
        listener = Listener(connect(hub.hub.urls.redis))
        listener.hear(wait_ms=1)
        heard: list[float] = []

        def hear() -> None:
            while len(heard) < posts + 1:
                heard.extend(time.monotonic() for _ in listener.hear(wait_ms=1_000))

        consumer = Thread(target=hear)
        consumer.start()
        begun: list[float] = []
        creator = str(hub.producer.organisation.identity)
        with line(target) as opened:
            for body in envelopes(posts + 1, 1, seed=1, creator=creator):
                begun.append(time.monotonic())
                opened.post_all(body)
                while len(heard) < len(begun):
                    time.sleep(0.001)
        consumer.join()
        return [(entered - post) * 1_000 for post, entered in zip(begun, heard, strict=True)][1:]


_RARE: Final = Filter(labels=frozenset({"a label that nothing has"}))
"""Opens every object there is, and wants none."""


def _latencies(hub: Bench, receiver: Sink, *, posts: int) -> list[float]:
    time.sleep(SETTLE_SECONDS)
    receiver.taken()
    times: list[float] = []
    for _ in range(posts):
        hub.commits.clear()
        hub.push(1)
        entered = receiver.await_count(OTHERS, seconds=PATIENCE)
        times += [(each - hub.commits[0]) * 1_000 for each in entered]
    return times


def _redis(hub: Bench) -> float:
    with connect(hub.hub.urls.redis).asked() as client:
        return int(client.info("memory")["used_memory"]) / 2**20


@contextmanager
def _silent() -> Iterator[int]:
    """Take connections, and never answer."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as server:
        yield server.getsockname()[1]


@contextmanager
def _refusing() -> Iterator[int]:
    """Hold a port on which nobody listens."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]
