"""What idle streams cost, how soon an event reaches thousands of them, and how soon it reaches one."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import Any, Final

import psutil

from hub.bus.heads import News
from hub.domain.directory import Account, Principal, Role
from hub.domain.handling import Tlp
from hub.domain.identifiers import AccountId, OrganisationId
from hub.runtime.settings import load_settings
from hub.runtime.wiring import Parts, build, now, opened
from hub.services.directory.accounts import add_account
from hub.services.directory.authenticate import Authenticating
from hub.services.submit import Submitting
from tests.bench.suspending import PAIR, suspensions
from tests.support.acts import made
from tests.support.serving import ROOT, ServedHub, free_port, serving
from tests.support.stix import indicator

STREAMS: Final = 8_000
EACH: Final = 16
RUNS: Final = 5
POSTS: Final = 300
SUSPENSIONS: Final = 20
MEMBERS: Final = ("la", "jp", "nz", "kh", "sg", "my", "th", "vn", "bn", "ph")
_PAUSE: Final = 0.01
"""Between two commits to one stream, so that each finds the hub idle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """A running hub, and a submitter in this process that knows when its commits were."""

    served: ServedHub
    port: int
    parts: Parts
    submitting: Submitting
    producer: Principal
    commits: list[float]

    def publish(self) -> float:
        """Publish one green indicator and return the instant of its commit."""
        collection = self.parts.catalogue.find("au")
        assert collection is not None
        body = json.dumps({"objects": [indicator(tlp=Tlp.GREEN)]}).encode()
        submission = self.submitting.receive(self.producer, collection, body)
        assert all(outcome.code is None for outcome in submission.outcomes)
        return self.commits[-1]

    def worker(self) -> psutil.Process:
        """Return the process that holds the streams."""
        (parent,) = (
            child for child in psutil.Process(self.served.process.pid).children() if child.cmdline()[-1] == "stream"
        )
        (worker,) = parent.children()
        return worker

    def credentials(self, kind: str, count: int) -> list[tuple[str, str]]:
        """Add as many accounts as so many streams need, over several members, and return a credential a stream."""
        accounts = []
        for number in range(-(-count // EACH)):
            name = f"{MEMBERS[number % len(MEMBERS)]}-cert/{kind}-{number}"
            accounts.append((name, _account(self.parts, name, Role.ANALYST)[1]))
        return [accounts[number // EACH] for number in range(count)]


class CrowdProcess:
    """The clients, in a process of their own."""

    def __init__(self, port: int, credentials: Sequence[tuple[str, str]]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.crowd"],
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.seconds = float(self._ask({"port": port, "credentials": credentials}))

    def receipts(self, count: int) -> list[float]:
        """Wait for so many events and return the first, the middle and the last instant of receipt."""
        receipts: list[float] = self._ask(count)
        return receipts

    def close(self) -> None:
        """Let them all go."""
        self._process.kill()
        self._process.wait()

    def _ask(self, question: object) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())


def measure(streams: int, runs: int, posts: int) -> dict[str, object]:
    """Measure all of it on a hub of its own; milliseconds and KiB."""
    with _bench() as bench:
        figures: dict[str, object] = {"commit_to_event_ms": _latency(bench, posts)}
        figures["last_event_after_suspension_ms"] = _suspensions(bench)
        credentials = bench.credentials("crowd", streams)
        worker = bench.worker()
        before = worker.memory_info().rss
        crowd = CrowdProcess(bench.port, credentials)
        try:
            held = worker.memory_info().rss
            figures |= {
                "streams": streams,
                "accounts": len(set(credentials)),
                "opened_per_second": round(streams / crowd.seconds),
                "rss_mib": round(held / 2**20),
                "kib_a_stream": round((held - before) / streams / 1024, 1),
                "idle_cpu_percent": _idle_cpu(worker),
                "last_receipt_ms": _fan_out(bench, crowd, streams, runs),
            }
        finally:
            crowd.close()
    return figures


def _latency(bench: Bench, posts: int) -> dict[str, float]:
    crowd = CrowdProcess(bench.port, bench.credentials("alone", 1))
    try:
        delays = []
        for _ in range(posts):
            time.sleep(_PAUSE)
            committed = bench.publish()
            delays.append((crowd.receipts(1)[0] - committed) * 1_000)
    finally:
        crowd.close()
    return {"p50": round(median(delays), 2), "p99": round(quantiles(delays, n=100)[98], 2)}


def _suspensions(bench: Bench) -> dict[str, float]:
    name = f"{PAIR[1].lower()}-cert/suspended"
    credentials = [(name, _account(bench.parts, name, Role.ANALYST)[1])] * EACH
    return suspensions(bench.parts.pool, bench.port, credentials, bench.publish, SUSPENSIONS)


def _fan_out(bench: Bench, crowd: CrowdProcess, streams: int, runs: int) -> dict[str, object]:
    worker = bench.worker()
    lasts, cpu = [], []
    for _ in range(runs):
        time.sleep(1.0)
        begun = sum(worker.cpu_times()[:2])
        committed = bench.publish()
        first, middle, last = ((at - committed) * 1_000 for at in crowd.receipts(streams))
        lasts.append((round(first), round(middle), round(last)))
        cpu.append(round((sum(worker.cpu_times()[:2]) - begun) * 1_000))
    return {"p50": median(last for _, _, last in lasts), "first_middle_last": lasts, "cpu_ms": cpu}


def _idle_cpu(worker: psutil.Process) -> float:
    time.sleep(2.0)
    worker.cpu_percent()
    time.sleep(5.0)
    return worker.cpu_percent()


@contextmanager
def _bench() -> Iterator[Bench]:
    port = free_port()
    with (
        tempfile.TemporaryDirectory(prefix="hub-bench-") as name,
        serving(Path(name).resolve() / "data", stream_processes=1, stream_port=port, streams_each=EACH) as served,
        opened(served.urls) as pool,
    ):
        known = load_settings(environ={}, options={"data": served.directory})
        parts = build(known, served.urls, pool)
        commits: list[float] = []

        def tell(news: News | None) -> None:
            commits.append(time.monotonic())
            parts.tell(news)

        submitting = Submitting(pool, parts.publishing, parts.queue, parts.limits, now, tell)
        producer, _ = _account(parts, "au-cert/bench", Role.PRODUCER)
        yield Bench(served=served, port=port, parts=parts, submitting=submitting, producer=producer, commits=commits)


def _account(parts: Parts, name: str, role: Role) -> tuple[Principal, str]:
    account = Account(
        id=AccountId(name),
        organisation=OrganisationId(name.partition("/")[0]),
        roles=frozenset({role}),
        purpose="network-defence",
        active=True,
    )
    secret = add_account(parts.pool, account, token_days=1, act=made("bench", at=now())).secret
    principal = Authenticating(parts.pool, now).by_token(None, secret)
    assert principal is not None
    return principal, secret


def main() -> None:
    """Measure and print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--streams", type=int, default=STREAMS)
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--posts", type=int, default=POSTS)
    chosen = parser.parse_args()
    print(json.dumps(measure(chosen.streams, chosen.runs, chosen.posts), indent=2))  # noqa: T201 - the figures


if __name__ == "__main__":
    main()
