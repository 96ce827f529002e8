"""Figures in the text format of Prometheus (version 0.0.4).

INVARIANT: a label holds the number of a subscription or a word of a closed list; no content, no name, no member.
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
    metrics = [*_of_hub(figures, now), *_of_subscriptions(figures), *_in_all(figures)]
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


def _of_subscriptions(figures: Figures) -> Iterator[Metric]:
    states = tuple(
        ({"channel": channel, "state": state}, count) for (channel, state), count in sorted(figures.states.items())
    )
    yield Metric("hub_subscriptions", _GAUGE, "Subscriptions, by channel and state", states)
    for name, kind, meaning, figure in _EACH:
        samples = tuple(({"subscription": each.id}, figure(figures, each)) for each in figures.subscriptions)
        yield Metric(f"hub_subscription_{name}", kind, meaning, samples)


def _in_all(figures: Figures) -> Iterator[Metric]:
    totals = figures.totals
    yield _one("hub_deliveries_total", _COUNTER, "Deliveries that were taken, of all there are", totals.deliveries)
    yield _one("hub_delivered_objects_total", _COUNTER, "Objects that were taken", totals.objects)
    yield _one("hub_refused_objects_total", _COUNTER, "Objects that receivers would not have", totals.refused)
    yield _one("hub_delivery_failures_total", _COUNTER, "Attempts in vain", totals.troubles)
    yield _one("hub_delivery_retries_total", _COUNTER, "Attempts after one in vain", totals.retries)


def _lag(figures: Figures, each: SubscriptionFigures) -> float:
    return max(0, figures.head - each.position) / _MICROSECONDS


def _retries(_: Figures, each: SubscriptionFigures) -> float:
    return max(0, each.troubles - (each.failures > 0))


_EACH: Final[tuple[tuple[str, str, str, Callable[[Figures, SubscriptionFigures], float]], ...]] = (
    ("lag_seconds", _GAUGE, "How far its position is behind the head of the log", _lag),
    ("lag_objects", _GAUGE, "Rows beyond its position, wanted or not, to 1000", lambda _, each: each.ahead),
    ("deliveries_total", _COUNTER, "Deliveries that were taken", lambda _, each: each.deliveries),
    ("objects_total", _COUNTER, "Objects that were taken", lambda _, each: each.objects),
    ("refused_objects_total", _COUNTER, "Objects that it would not have", lambda _, each: each.refused),
    ("failures_total", _COUNTER, "Attempts in vain", lambda _, each: each.troubles),
    ("retries_total", _COUNTER, "Attempts after one in vain", _retries),
    ("failures_in_a_row", _GAUGE, "Attempts in vain since the last success", lambda _, each: each.failures),
)


def _one(name: str, kind: str, meaning: str, value: float) -> Metric:
    return Metric(name, kind, meaning, (({}, value),))
