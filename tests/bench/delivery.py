"""How soon a webhook is told, and how many deliveries a second a hub makes beside the bare client that it uses."""

import argparse
import json
import math
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hub.bus.heads import News
from hub.domain.clock import tick_of
from hub.domain.directory import Account, Principal, Role
from hub.domain.handling import Tlp
from hub.domain.identifiers import AccountId, MemberCode, OrganisationId, SubscriptionId, Tick
from hub.domain.subscriptions.subscription import Subscription, WebhookTarget
from hub.outbound.webhooks.deliveries import Delivery, Item, batch_of
from hub.outbound.webhooks.sender import Sender, tls_context
from hub.outbound.webhooks.signature import Secret, Signers, signed_headers
from hub.outbound.wire.addresses import networks_of
from hub.outbound.wire.endpoints import parse_endpoint
from hub.runtime.keys.sealing import read_keys
from hub.runtime.settings import load_settings
from hub.runtime.wiring import Parts, build, now, opened
from hub.services.directory.accounts import add_account
from hub.services.directory.authenticate import Authenticating
from hub.services.sealing import Sealer
from hub.services.submit import Submitting
from hub.services.subscriptions.secrets import Held, new_secret, seal
from hub.store.subscriptions.rows import insert_subscription
from tests.bench.sink import Sink, sink
from tests.support.acts import made
from tests.support.serving import ROOT, ServedHub, serving
from tests.support.stix import indicator

LOOPBACK: Final = "127.0.0.0/8"
SUBSCRIBERS: Final = 500
READERS: Final = 25
BATCH: Final = 10
BATCHES: Final = 8
THREADS: Final = 16
POSTS: Final = 200
RUNS: Final = 5
PATIENCE: Final = 120.0


@dataclass(slots=True, kw_only=True)
class Bench:
    """A running hub, and a submitter in this process that knows when its commits were."""

    hub: ServedHub
    parts: Parts
    producer: Principal
    submitting: Submitting
    commits: list[float]

    def push(self, count: int) -> None:
        """Publish so many indicators."""
        collection = self.parts.catalogue.find("au")
        assert collection is not None
        body = json.dumps({"objects": [indicator(tlp=Tlp.GREEN) for _ in range(count)]}).encode()
        submission = self.submitting.receive(self.producer, collection, body)
        assert all(outcome.code is None for outcome in submission.outcomes)

    def subscribe(self, port: int, count: int, *, start: int, accounts: Sequence[str]) -> None:
        """Subscribe accounts in turn to one receiver."""
        sealer = Sealer(read_keys(self.hub.directory / "sealing.key"))
        with self.parts.pool.transaction() as database:
            for number in range(count):
                name = SubscriptionId(str(uuid4()))
                subscription = Subscription(
                    id=name,
                    account=AccountId(accounts[number % len(accounts)]),
                    target=WebhookTarget(url=f"http://127.0.0.1:{port}/{number}"),
                    position=Tick(start),
                    batch_objects=BATCH,
                )
                secrets = seal([Held(secret=new_secret().text)], name, sealer=sealer)
                insert_subscription(database, subscription, secrets)

    def unsubscribe(self) -> None:
        """Remove every subscription."""
        with self.parts.pool.statement() as database:
            for (number,) in database.execute("SELECT id FROM subscriptions").fetchall():
                database.execute("DELETE FROM subscriptions WHERE id = %s", (number,))


@contextmanager
def bench(**settings: Any) -> Iterator[Bench]:
    """Run a hub in a directory of its own for as long as the block runs."""
    with (
        tempfile.TemporaryDirectory(prefix="hub-bench-") as name,
        serving(Path(name).resolve() / "hub", delivery_networks=LOOPBACK, stream_processes=0, **settings) as hub,
        opened(hub.urls) as pool,
    ):
        shipped = {"collections": ROOT / "collections", "agreements": ROOT / "config" / "agreements"}
        parts = build(load_settings(environ={}, options=shipped), hub.urls, pool)
        commits: list[float] = []

        def tell(news: News | None) -> None:
            commits.append(time.monotonic())
            parts.tell(news)

        yield Bench(
            hub=hub,
            parts=parts,
            producer=_account(parts, "au-cert/bench"),
            submitting=Submitting(pool, parts.publishing, parts.queue, parts.limits, now, tell),
            commits=commits,
        )


def measure_latency(*, posts: int) -> list[float]:
    """Return the milliseconds from each commit of one object to the request that brings it, on an idle hub."""
    with bench() as hub, sink() as receiver:
        hub.subscribe(receiver.port, 1, start=0, accounts=["au-cert/bench"])
        hub.push(1)
        receiver.await_count(1, seconds=PATIENCE)
        time.sleep(2)
        hub.commits.clear()
        times: list[float] = []
        for _ in range(posts):
            hub.push(1)
            times += receiver.await_count(1, seconds=PATIENCE)
        return [(entered - commit) * 1_000 for commit, entered in zip(hub.commits, times, strict=True)]


def measure_rate(*, subscribers: int, runs: int) -> tuple[list[float], list[float]]:
    """Return deliveries a second: of the bare client, and of a hub that has batches waiting for each subscriber."""
    bare: list[float] = []
    hubs: list[float] = []
    with bench(deliver_threads=THREADS) as hub, sink() as receiver:
        accounts = [_account(hub.parts, f"{_cert(hub, number)}/reader").account.id for number in range(READERS)]
        for _ in range(runs):
            bare.append(_bare(receiver, subscribers * BATCHES))
            start = tick_of(now())
            hub.push(BATCH * BATCHES)
            hub.subscribe(receiver.port, subscribers, start=start, accounts=accounts)
            hubs.append(_rate(receiver.await_count(subscribers * BATCHES, seconds=PATIENCE)))
            hub.unsubscribe()
    return bare, hubs


def _bare(receiver: Sink, count: int) -> float:
    """Send as many deliveries as fast as the client can with as many threads, each signed as the hub signs."""
    sender = Sender(networks=networks_of([LOOPBACK]), tls=tls_context())
    signers = Signers(secrets=(Secret(bytes(32)),), keys=(Ed25519PrivateKey.generate(),))
    payload = json.dumps(indicator(tlp=Tlp.GREEN)).encode()
    items = [Item(position=Tick(number), payload=payload) for number in range(BATCH)]
    batch = batch_of(items, after=Tick(0), last=Tick(BATCH))

    def send(number: int) -> None:
        delivery = Delivery(subscription=SubscriptionId(str(uuid4())), batch=batch, key=bytes(32))
        signature = signed_headers(signers, name=delivery.id, body=batch.body, at=now())
        endpoint = parse_endpoint(f"http://127.0.0.1:{receiver.port}/{number}")
        sender.send(endpoint, headers={**delivery.headers, **signature}, body=batch.body)

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(send, range(count)))
    sender.close()
    return _rate(receiver.await_count(count, seconds=PATIENCE))


def _rate(times: Sequence[float]) -> float:
    return (len(times) - 1) / (max(times) - min(times))


def _account(parts: Parts, name: str) -> Principal:
    account = Account(
        id=AccountId(name),
        organisation=OrganisationId(name.partition("/")[0]),
        roles=frozenset({Role.PRODUCER, Role.ANALYST}),
        purpose="network-defence",
        active=True,
    )
    issued = add_account(parts.pool, account, token_days=1, act=made("bench", at=now()))
    principal = Authenticating(parts.pool, now).by_token(name, issued.secret)
    assert principal is not None
    return principal


def _cert(hub: Bench, number: int) -> str:
    codes: list[MemberCode] = [member.code for member in hub.parts.catalogue.members]
    return f"{codes[number % len(codes)].lower()}-cert"


def main() -> None:
    """Measure and print the figures."""
    parser = argparse.ArgumentParser(prog="scripts/bench/delivery", description="Measure what delivery costs.")
    parser.add_argument("--posts", type=int, default=POSTS)
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--subscribers", type=int, default=SUBSCRIBERS)
    chosen = parser.parse_args()
    if chosen.posts:
        delays = sorted(measure_latency(posts=chosen.posts))
        p99 = delays[math.ceil(len(delays) * 0.99) - 1]
        _say(f"commit to webhook, {len(delays)} objects: p50 {statistics.median(delays):.1f} ms, p99 {p99:.1f} ms")
    if chosen.runs:
        bare, hubs = measure_rate(subscribers=chosen.subscribers, runs=chosen.runs)
        ratios = [mine / plain for plain, mine in zip(bare, hubs, strict=True)]
        _say(f"bare client, {THREADS} threads: {_all(bare)} deliveries/s, median {statistics.median(bare):.0f}")
        _say(f"hub, {chosen.subscribers} subscribers: {_all(hubs)} deliveries/s, median {statistics.median(hubs):.0f}")
        _say(f"ratio: median {statistics.median(ratios):.2f}")


def _all(values: Sequence[float]) -> str:
    return " ".join(f"{value:.0f}" for value in values)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
