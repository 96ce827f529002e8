"""How soon a webhook is told, and how many deliveries a second a hub makes beside the bare client that it uses."""

import argparse
import json
import statistics
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final
from uuid import uuid4

from hub.domain.clock import tick_of
from hub.domain.handling import Tlp
from hub.domain.identifiers import SubscriptionId, Tick
from hub.outbound.webhooks.deliveries import Delivery, Item, batch_of
from hub.outbound.webhooks.sender import Sender, tls_context
from hub.outbound.webhooks.signature import Secret, Signers, signed_headers
from hub.outbound.wire.addresses import networks_of
from hub.outbound.wire.endpoints import parse_endpoint
from hub.runtime.wiring import now
from tests.bench.isolation import measure_consumer, measure_isolation, p99
from tests.bench.postoffice import BATCH, LOOPBACK, PATIENCE, account, bench, cert
from tests.bench.sink import Sink, sink
from tests.support.stix import indicator

SUBSCRIBERS: Final = 500
READERS: Final = 25
BATCHES: Final = 8
THREADS: Final = 16
POSTS: Final = 200
RUNS: Final = 5
BESIDE_POSTS: Final = 60
BESIDE_RUNS: Final = 3


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
        accounts = [account(hub.parts, f"{cert(hub, number)}/reader").account.id for number in range(READERS)]
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
    signers = Signers(secrets=(Secret(bytes(32)),))
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


def main() -> None:
    """Measure and print the figures."""
    parser = argparse.ArgumentParser(prog="scripts/bench/delivery", description="Measure what delivery costs.")
    parser.add_argument("--posts", type=int, default=POSTS)
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--subscribers", type=int, default=SUBSCRIBERS)
    parser.add_argument("--behind", type=int, default=0, metavar="ROWS")
    chosen = parser.parse_args()
    if chosen.posts:
        _say(f"commit to webhook: {_spread(measure_latency(posts=chosen.posts))}")
        _say(f"POST of one object to a consumer of the bus: {_spread(measure_consumer(posts=chosen.posts))}")
    if chosen.runs:
        _tell_rate(subscribers=chosen.subscribers, runs=chosen.runs)
    if chosen.behind:
        _tell_isolation(rows=chosen.behind)


def _tell_rate(*, subscribers: int, runs: int) -> None:
    bare, hubs = measure_rate(subscribers=subscribers, runs=runs)
    ratios = [mine / plain for plain, mine in zip(bare, hubs, strict=True)]
    _say(f"bare client, {THREADS} threads: {_all(bare)} deliveries/s, median {statistics.median(bare):.0f}")
    _say(f"hub, {subscribers} subscribers: {_all(hubs)} deliveries/s, median {statistics.median(hubs):.0f}")
    _say(f"ratio: median {statistics.median(ratios):.2f}")


def _tell_isolation(*, rows: int) -> None:
    found = measure_isolation(rows=rows, posts=BESIDE_POSTS, runs=BESIDE_RUNS)
    _say(f"others alone, beside {rows:,} rows: {'; '.join(map(_spread, found.alone))}")
    _say(
        f"others beside two that take nothing and two that are {rows:,} behind: {'; '.join(map(_spread, found.beside))}"
    )
    _say(f"ratio of p99: median {found.ratio:.2f}; deliveries to who was behind meanwhile: {found.delivered}")
    _say(f"used_memory of Redis, before and after each: {', '.join(f'{used:.2f}' for used in found.redis)} MiB")


def _spread(values: Sequence[float]) -> str:
    return f"{len(values)} times, p50 {statistics.median(values):.1f} ms, p99 {p99(values):.1f} ms"


def _all(values: Sequence[float]) -> str:
    return " ".join(f"{value:.0f}" for value in values)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
