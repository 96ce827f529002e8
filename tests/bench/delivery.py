"""How soon a webhook is told, and how many deliveries a second a hub makes beside the bare client that it uses."""

import json
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
from tests.bench.figures import Chapter, Figure, Ratio, ratio
from tests.bench.isolation import measure_consumer, measure_isolation
from tests.bench.postoffice import BATCH, LOOPBACK, PATIENCE, account, bench, cert
from tests.bench.rounds import Run
from tests.bench.sink import Sink, sink
from tests.support.stix import indicator

SUBSCRIBERS: Final = 500
READERS: Final = 25
BATCHES: Final = 8
THREADS: Final = 16
POSTS: Final = 200
BESIDE_POSTS: Final = 60
BESIDE_RUNS: Final = 3
_BEHIND: Final = "beside two that take nothing and two that are far behind"


def delivering(run: Run) -> Chapter:
    """Deliver to webhooks of an idle hub, to 500 at once beside the bare client, and beside one that is far behind."""
    hook = Figure(name="commit of one object to webhook", unit="ms", samples=tuple(measure_latency(posts=POSTS)))
    consumed = tuple(measure_consumer(posts=POSTS))
    bus = Figure(name="POST of one object to a consumer of the bus", unit="ms", samples=consumed)
    plain, ours = measure_rate(subscribers=SUBSCRIBERS, runs=run.size.rounds)
    bare = Figure(name=f"the bare client, {THREADS} threads, signing", unit="deliveries/s", samples=tuple(plain))
    rate = Figure(name=f"hub, {SUBSCRIBERS} webhooks", unit="deliveries/s", samples=tuple(ours))
    run.tell((hook, bus, bare, rate))
    figures, ratios = _isolated(run)
    return Chapter(
        title="Delivery to webhooks",
        figures=(hook, bus, bare, rate, *figures),
        ratios=(
            Ratio(name="p99 of commit to webhook, ms", value=hook.p99, at_most=20),
            Ratio(name="p99 of POST to a consumer of the bus, ms", value=bus.p99, at_most=10),
            Ratio(
                name=f"deliveries to {SUBSCRIBERS} webhooks to the bare client", value=ratio(rate, bare), at_least=0.6
            ),
            *ratios,
        ),
    )


def _isolated(run: Run) -> tuple[list[Figure], list[Ratio]]:
    """Deliver beside subscribers that take nothing, or have the whole log before them."""
    rows = run.size.depths[-1]
    found = measure_isolation(rows=rows, posts=BESIDE_POSTS, runs=BESIDE_RUNS, say=run.say)
    figures = [
        Figure(name=f"commit to webhook of 20 {how}", unit="ms", samples=tuple(one for each in taken for one in each))
        for how, taken in (("alone", found.alone), (_BEHIND, found.beside))
    ]
    figures += [
        Figure(name="sent meanwhile to one that is far behind", unit="deliveries", samples=tuple(found.delivered)),
        Figure(name="memory of Redis, before and after", unit="MiB", samples=tuple(found.redis)),
    ]
    run.tell(figures)
    return figures, [
        Ratio(name=f"p99 {_BEHIND} ({rows:,} rows) to p99 alone, median of runs", value=found.ratio),
        Ratio(name="memory of Redis, most to least", value=max(found.redis) / min(found.redis), at_most=1.2),
    ]


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
