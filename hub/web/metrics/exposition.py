"""Figures in the text format of Prometheus (version 0.0.4).

INVARIANT: a label holds the number of a subscription or process, or a word of a closed list; no content, no name, no
member.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from hub.domain.identifiers import Tick
from hub.store.metrics import Figures, SubscriptionFigures

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"

_GAUGE: Final = "gauge"
_COUNTER: Final = "counter"
_MICROSECONDS: Final = 1_000_000

_Sample = tuple[Mapping[str, str], float]


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric: its name, whether it is a gauge or a counter, what it means, and a value for each set of labels."""

    name: str
    kind: str
    meaning: str
    samples: tuple[_Sample, ...]

    def lines(self) -> Iterator[str]:
        """Write it, line by line."""
        yield f"# HELP {self.name} {self.meaning}"
        yield f"# TYPE {self.name} {self.kind}"
        for labels, value in self.samples:
            named = ",".join(f'{key}="{text}"' for key, text in labels.items())
            yield f"{self.name}{{{named}}} {value}" if named else f"{self.name} {value}"


def exposition(figures: Figures, *, now: Tick) -> bytes:
    """Write everything that is measured."""
    metrics = [*_of_hub(figures, now), *_of_subscriptions(figures, now), *_in_all(figures), *_of_streams(figures)]
    return "".join(f"{line}\n" for metric in metrics for line in metric.lines()).encode()


def _of_hub(figures: Figures, now: Tick) -> Iterator[Metric]:
    age = max(0, now - figures.head) / _MICROSECONDS
    yield _one("hub_log_head_age_seconds", _GAUGE, "Time since the log moved last", age)
    yield _one("hub_policy_epoch", _COUNTER, "Changes of what the sharing rules look at", figures.epoch)
    yield _one("hub_grants_total", _COUNTER, "Changes by which readers were given anew what is old", figures.grants)
    yield _one("hub_submissions_pending", _GAUGE, "Submissions in hand, counted to 10000", figures.pending)
    yield _one("hub_withdrawal_events", _GAUGE, "Events still to be searched for withdrawals", figures.events)
    yield _one("hub_withdrawals_unreceived", _GAUGE, "Notices nobody has taken, to 10000", figures.unreceived)
    yield _one(
        "hub_withdrawals_unacknowledged", _GAUGE, "Notices taken, not acknowledged, to 10000", figures.unacknowledged
    )
    requests = tuple(({"status": status}, count) for status, count in sorted(figures.requests.items()))
    yield Metric("hub_http_requests_total", _COUNTER, "Requests to web processes, by class of status", requests)


def _of_subscriptions(figures: Figures, now: Tick) -> Iterator[Metric]:
    states = tuple(
        ({"channel": channel, "state": state}, count) for (channel, state), count in sorted(figures.states.items())
    )
    yield Metric("hub_subscriptions", _GAUGE, "Subscriptions, by channel and state", states)
    for name, kind, meaning, figure in _EACH:
        samples = tuple(({"subscription": each.id}, figure(each, now)) for each in figures.subscriptions)
        yield Metric(f"hub_subscription_{name}", kind, meaning, samples)


def _in_all(figures: Figures) -> Iterator[Metric]:
    totals = figures.totals
    yield _one("hub_deliveries_total", _COUNTER, "Deliveries that were taken, of all there are", totals.deliveries)
    yield _one("hub_delivered_objects_total", _COUNTER, "Objects that were taken", totals.objects)
    yield _one("hub_refused_objects_total", _COUNTER, "Objects that receivers would not have", totals.refused)
    yield _one("hub_delivery_failures_total", _COUNTER, "Attempts in vain", totals.troubles)
    yield _one("hub_delivery_retries_total", _COUNTER, "Attempts after one in vain", totals.retries)


def _of_streams(figures: Figures) -> Iterator[Metric]:
    held = tuple(({"process": str(number)}, count) for number, count in sorted(figures.streams.items()))
    yield Metric("hub_streams_open", _GAUGE, "Streams that each process holds, by its number", held)
    counts = figures.stream_counts
    refused = tuple(({"reason": reason}, counts.get(f"refused_{reason}", 0)) for reason in ("account", "full"))
    yield Metric("hub_streams_refused_total", _COUNTER, "Streams there was no place for", refused)
    for name, what, meaning in _COUNTED:
        yield _one(name, _COUNTER, meaning, counts.get(what, 0))


def _lag(each: SubscriptionFigures, now: Tick) -> float:
    return 0.0 if each.since is None else max(0, now - each.since) / _MICROSECONDS


def _retries(each: SubscriptionFigures, _: Tick) -> float:
    return max(0, each.troubles - (each.failures > 0))


_COUNTED: Final = (
    ("hub_streams_opened_total", "opened", "Streams that were opened"),
    ("hub_stream_events_total", "events", "Events with objects that were handed to connections"),
    ("hub_stream_objects_total", "objects", "Objects in them"),
    ("hub_stream_notices_total", "notices", "Withdrawals that were handed to connections"),
)
_EACH: Final[tuple[tuple[str, str, str, Callable[[SubscriptionFigures, Tick], float]], ...]] = (
    ("lag_seconds", _GAUGE, "How long the first row beyond its position has waited, wanted or not", _lag),
    ("lag_objects", _GAUGE, "Rows beyond its position, wanted or not, to 1000", lambda each, _: each.ahead),
    ("deliveries_total", _COUNTER, "Deliveries that were taken", lambda each, _: each.deliveries),
    ("objects_total", _COUNTER, "Objects that were taken", lambda each, _: each.objects),
    ("refused_objects_total", _COUNTER, "Objects that it would not have", lambda each, _: each.refused),
    ("failures_total", _COUNTER, "Attempts in vain", lambda each, _: each.troubles),
    ("retries_total", _COUNTER, "Attempts after one in vain", _retries),
    ("failures_in_a_row", _GAUGE, "Attempts in vain since the last success", lambda each, _: each.failures),
)


def _one(name: str, kind: str, meaning: str, value: float) -> Metric:
    return Metric(name, kind, meaning, (({}, value),))
