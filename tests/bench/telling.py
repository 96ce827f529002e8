"""Chapters on what is brought rather than fetched: webhooks, the bus, streams, and one subscriber beside others."""

from collections.abc import Callable
from typing import Any, Final

from tests.bench.delivery import BESIDE_POSTS, BESIDE_RUNS, POSTS, SUBSCRIBERS, measure_latency, measure_rate
from tests.bench.figures import Chapter, Figure, Ratio, ratio
from tests.bench.isolation import measure_consumer, measure_isolation
from tests.bench.stream import EACH, STREAMS, measure

Say = Callable[[str], None]

_BEHIND: Final = "beside two that take nothing and two that are far behind"


def delivering(*, runs: int, behind: int, say: Say) -> Chapter:
    """Deliver to webhooks of an idle hub, to 500 at once beside the bare client, and beside one that is far behind."""
    hook = Figure(name="commit of one object to webhook", unit="ms", samples=tuple(measure_latency(posts=POSTS)))
    bus = Figure(
        name="POST of one object to a consumer of the bus", unit="ms", samples=tuple(measure_consumer(posts=POSTS))
    )
    plain, ours = measure_rate(subscribers=SUBSCRIBERS, runs=runs)
    bare = Figure(name="the bare client, 16 threads, signing", unit="deliveries/s", samples=tuple(plain))
    rate = Figure(name=f"hub, {SUBSCRIBERS} webhooks", unit="deliveries/s", samples=tuple(ours))
    say(f"filling the log to {behind:,} rows")
    found = measure_isolation(rows=behind, posts=BESIDE_POSTS, runs=BESIDE_RUNS)
    alone, beside = (
        Figure(name=f"commit to webhook of 20 {how}", unit="ms", samples=tuple(one for run in runs_ for one in run))
        for how, runs_ in (("alone", found.alone), (_BEHIND, found.beside))
    )
    redis = Figure(name="memory of Redis, before and after", unit="MiB", samples=tuple(found.redis))
    return Chapter(
        title="Delivery to webhooks",
        figures=(hook, bus, bare, rate, alone, beside, redis),
        ratios=(
            Ratio(name="p99 of commit to webhook, ms", value=hook.p99, at_most=20),
            Ratio(name="p99 of POST to a consumer of the bus, ms", value=bus.p99, at_most=10),
            Ratio(
                name=f"deliveries to {SUBSCRIBERS} webhooks to the bare client", value=ratio(rate, bare), at_least=0.6
            ),
            Ratio(name=f"p99 {_BEHIND} ({behind:,} rows) to p99 alone, median of runs", value=found.ratio),
            Ratio(name="memory of Redis, most to least", value=max(found.redis) / min(found.redis), at_most=1.2),
        ),
    )


def streaming(*, runs: int) -> Chapter:
    """Hold 8,000 idle streams in one process, and tell all of them of one object."""
    found: dict[str, Any] = measure(STREAMS, runs, POSTS)
    lasts = [last for _, _, last in found["last_receipt_ms"]["first_middle_last"]]
    last = Figure(name=f"commit to the last of {STREAMS:,} streams", unit="ms", samples=tuple(lasts))
    each = Figure(name=f"memory a stream, {EACH} an account", unit="KiB", samples=(found["kib_a_stream"],))
    one, closed = found["commit_to_event_ms"], found["last_event_after_suspension_ms"]
    figures = [
        last,
        each,
        *(Figure(name=f"commit to one stream, {name}", unit="ms", samples=(one[name],)) for name in one),
        *(Figure(name=f"suspension to the last event, {name}", unit="ms", samples=(closed[name],)) for name in closed),
    ]
    return Chapter(
        title="Streams",
        figures=tuple(figures),
        ratios=(Ratio(name=f"commit to the last of {STREAMS:,} streams, ms", value=last.median, at_most=300),),
    )
