"""A short storm for every run of the tests; `scripts/chaos` is the long one."""

from pathlib import Path
from typing import Final

from tests.chaos.killing import Kind
from tests.chaos.storm import storm

PLAN: Final = (Kind.WEB_WORKER, Kind.BACKEND, Kind.INGEST, Kind.VALKEY, Kind.SUPERVISOR)


def test_what_was_acknowledged_is_there_once_whatever_was_killed(tmp_path: Path) -> None:
    report = storm(tmp_path / "data", PLAN, seed=3)
    assert report.killed == dict.fromkeys(PLAN, 1)
    assert report.objects > 0
    assert report.large > 0
