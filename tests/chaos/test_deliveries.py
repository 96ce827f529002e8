"""A short storm over subscribers for every run of the tests; `scripts/chaos --deliveries` is the long one."""

from pathlib import Path
from typing import Final

from tests.chaos.deliveries import deliveries, listed
from tests.chaos.killing import Kind

PLAN: Final = (
    Kind.DELIVER,
    Kind.STREAM_WORKER,
    Kind.VALKEY,
    Kind.BACKEND,
    Kind.DELIVER,
    Kind.INGEST,
    Kind.SUPERVISOR,
)


def test_every_subscriber_has_what_it_may_have_in_order_whatever_was_killed(tmp_path: Path) -> None:
    report = deliveries(tmp_path / "data", listed(PLAN), webhooks=14, streams=10, seed=5)
    assert sum(report.killed.values()) == len(PLAN)
    assert report.deliveries > 0
    assert report.events > 0
