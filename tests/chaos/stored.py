"""What has to hold once everything has come to rest: each acknowledged object once, one clock, nothing left over."""

import time
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any, Final

from tests.support.serving import Caller, ServedHub

_REST_SECONDS: Final = 120.0


def check_everything(hub: ServedHub, reader: Caller, alias: str, acknowledged: Iterable[Mapping[str, Any]]) -> int:
    """Check a collection that only the given objects were pushed to; return how many different ones it holds."""
    _await_rest(hub)
    expected = {(thing["id"], thing.get("modified")) for thing in acknowledged}
    records = [
        record
        for page in reader.walk(
            f"collections/{alias}/manifest/", {"match[version]": "all", "limit": "5000"}, patience=_REST_SECONDS
        )
        for record in page.json().get("objects", [])
    ]
    _check_each_once(records, expected)
    dates = [record["date_added"] for record in records]
    assert dates == sorted(set(dates))
    _check_clock(hub)
    return len(records)


def _await_rest(hub: ServedHub) -> None:
    """Wait until the last pending submission is done, those too whose submitter never had an answer."""
    deadline = time.monotonic() + _REST_SECONDS
    while hub.rows("SELECT id FROM submissions WHERE completed IS NULL"):
        assert time.monotonic() < deadline, "a submission stays pending"
        time.sleep(0.2)
    assert not hub.rows(
        "SELECT s.id FROM submissions s JOIN outcomes o ON o.submission = s.id GROUP BY s.id, s.total"
        " HAVING sum(jsonb_array_length(convert_from(o.document, 'UTF8')::jsonb)) <> s.total"
    )


def _check_each_once(records: Iterable[Mapping[str, Any]], expected: set[tuple[str, str | None]]) -> None:
    """Compare with the manifest, where an SCO has a version of the hub's making."""
    unversioned = {name for name, modified in expected if modified is None}
    found = Counter((record["id"], None if record["id"] in unversioned else record["version"]) for record in records)
    assert not expected - found.keys(), "an acknowledged object is not there"
    assert not found.keys() - expected, "there is an object that nobody had acknowledged"
    assert set(found.values()) == {1}, "an object is there more than once"


def _check_clock(hub: ServedHub) -> None:
    """Seq and tick rise together, and the head of the log is not behind them."""
    places = hub.rows("SELECT seq, tick FROM log ORDER BY seq")
    assert all(before[1] < after[1] for before, after in pairwise(places))
    ((seq, tick),) = hub.rows("SELECT seq, tick FROM log_head")
    assert (seq, tick) >= places[-1]
