"""What idle streams cost, how soon an event reaches thousands of them, and how soon it reaches one."""

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
from typing import Any, Final

import psutil

from hub.bus.heads import News
from hub.domain.directory import Account, Principal, Role
from hub.domain.handling import Tlp
from hub.domain.identifiers import AccountId, OrganisationId
from hub.runtime.settings import load_settings
from hub.runtime.wiring import Parts, build, now, opened
from hub.services.directory.accounts import add_account
from hub.services.submit import Submitting
from tests.bench.figures import Chapter, Figure, Ratio
from tests.bench.rounds import Run
from tests.bench.suspending import PAIR, suspensions
from tests.support.acts import made
from tests.support.hub import principal_of
from tests.support.serving import ROOT, ServedHub, free_port, serving
from tests.support.stix import indicator

STREAMS: Final = 8_000
EACH: Final = 16
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


def streaming(run: Run) -> Chapter:
    """Tell one stream of one object, and 8,000 idle ones in one process."""
    with _bench() as bench:
        single = [_latency(bench), _suspensions(bench)]
        run.tell(single)
        told = _crowded(bench, run.size.rounds)
        run.tell(told)
    last = told[2]
    return Chapter(
        title="Streams",
        figures=(*told, *single),
        ratios=(Ratio(name=f"{last.name}, ms", value=last.median, at_most=300),),
    )


def _latency(bench: Bench) -> Figure:
    crowd = CrowdProcess(bench.port, bench.credentials("alone", 1))
    try:
        delays = []
        for _ in range(POSTS):
            time.sleep(_PAUSE)
            committed = bench.publish()
            delays.append((crowd.receipts(1)[0] - committed) * 1_000)
    finally:
        crowd.close()
    return Figure(name="commit to one stream", unit="ms", samples=tuple(delays))


def _suspensions(bench: Bench) -> Figure:
    name = f"{PAIR[1].lower()}-cert/suspended"
    credentials = [(name, _account(bench.parts, name, Role.ANALYST)[1])] * EACH
    delays = suspensions(bench.parts.pool, bench.port, credentials, bench.publish, SUSPENSIONS)
    return Figure(name="suspension to the last event", unit="ms", samples=tuple(delays))


def _crowded(bench: Bench, runs: int) -> list[Figure]:
    """Open all streams, and say when one object was in, and what the process that holds them takes."""
    credentials, worker = bench.credentials("crowd", STREAMS), bench.worker()
    before = worker.memory_info().rss
    crowd = CrowdProcess(bench.port, credentials)
    try:
        kib = (worker.memory_info().rss - before) / STREAMS / 1024
        idle = _idle_cpu(worker)
        return [
            *_fan_out(bench, crowd, runs),
            Figure(name=f"opening {STREAMS:,} streams", unit="streams/s", samples=(STREAMS / crowd.seconds,)),
            Figure(name=f"memory a stream, {EACH} an account", unit="KiB", samples=(kib,)),
            Figure(name=f"CPU of {STREAMS:,} idle streams", unit="percent of a core", samples=(idle,)),
        ]
    finally:
        crowd.close()


def _fan_out(bench: Bench, crowd: CrowdProcess, runs: int) -> list[Figure]:
    worker = bench.worker()
    taken: list[tuple[float, ...]] = []
    for _ in range(runs):
        time.sleep(1.0)
        begun = sum(worker.cpu_times()[:2])
        committed = bench.publish()
        receipts = [(at - committed) * 1_000 for at in crowd.receipts(STREAMS)]
        taken.append((*receipts, (sum(worker.cpu_times()[:2]) - begun) * 1_000))
    names = [f"commit to the {which} of {STREAMS:,} streams" for which in ("first", "middle", "last")]
    names.append(f"CPU time to tell {STREAMS:,} streams")
    return [
        Figure(name=name, unit="ms", samples=samples)
        for name, samples in zip(names, zip(*taken, strict=True), strict=True)
    ]


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
        serving(
            Path(name).resolve() / "data", web_workers=0, stream_processes=1, stream_port=port, streams_each=EACH
        ) as served,
        opened(served.urls) as pool,
    ):
        known = load_settings(environ={}, options={"data": served.directory})
        parts = build(known, served.urls, pool)
        commits: list[float] = []

        def tell(news: News | None) -> None:
            commits.append(time.monotonic())
            parts.tell(news)

        submitting = Submitting(pool, parts.publishing, parts.point, parts.limits, now, tell)
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
    return principal_of(parts.pool, secret), secret
