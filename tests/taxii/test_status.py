"""TAXII 2.1 §4.3: the status resource (S)."""

from datetime import timedelta
from threading import Event
from uuid import UUID

import msgspec
import pytest

from hub.domain.errors import ConfigurationError
from hub.runtime import wiring
from hub.runtime.settings import load_settings
from hub.services.ingest import Ingest
from tests.taxii import forms
from tests.taxii.caller import Caller, ids, objects, one, status
from tests.taxii.content import address, identity, indicator, statement
from tests.taxii.forms import refused
from tests.taxii.harness import PENDING_ABOVE, Hub


class Interruption(Event):
    """Set after a worker has looked at it so many times."""

    def __init__(self, looks: int) -> None:
        super().__init__()
        self._looks = looks

    def is_set(self) -> bool:
        self._looks -= 1
        return self._looks < 0


def ingest(hub: Hub, stop: Event | None = None) -> None:
    """Process what is pending, as an ingest worker does."""
    with wiring.opened(hub.urls) as pool:
        parts = wiring.build(hub.settings, hub.urls, pool)
        Ingest(
            pool,
            parts.publishing,
            parts.catalogue,
            parts.queue,
            limits=parts.limits,
            part_objects=100,
            clock=hub.clock,
        ).sweep(stop or Event())


def test_S_01_S_02_S_03_S_04_S_05_the_status_of_a_post(ana: Caller) -> None:
    submitted = ana.added("xa", indicator(), identity(), address())
    answer = ana.get(status(submitted["id"]))
    read = forms.read(answer, forms.Status)
    assert answer.json == submitted
    assert read.id == submitted["id"]
    assert read.status == "complete"
    assert (read.total_count, read.success_count, read.failure_count, read.pending_count) == (3, 3, 0, 0)


def test_S_06_S_09_lists_are_as_long_as_their_counts(ana: Caller) -> None:
    submitted = ana.add("xa", indicator(), indicator(pattern=7), identity(), {"type": "identity"})
    read = msgspec.convert(submitted, forms.Status)
    assert (read.total_count, read.success_count, read.failure_count) == (4, 2, 2)
    assert len(submitted["successes"]) == 2
    assert "pendings" not in submitted
    assert len(submitted["failures"]) == 2
    for detail in submitted["failures"]:
        code, _, sentence = detail["message"].partition(": ")
        assert code.isupper()
        assert sentence


def test_S_07_S_08_versions_are_the_objects_own_text(ana: Caller) -> None:
    sent = [indicator(modified="2024-01-01T00:00:00.000000Z"), statement(), identity(name=7)]
    submitted = ana.add("common", *sent)
    found = {detail["id"]: detail["version"] for detail in submitted["successes"] + submitted["failures"]}
    assert found == {item["id"]: item.get("modified", item["created"]) for item in sent}


def test_S_07_an_object_without_a_version_has_one_in_its_status(ana: Caller) -> None:
    (detail,) = ana.added("common", address())["successes"]
    assert msgspec.convert(detail["version"], forms.Timestamp)


def test_S_10_S_03_I_21_pending_ends_in_complete(hub: Hub, ana: Caller) -> None:
    sent = [identity() for _ in range(PENDING_ABOVE + 1)]
    bad = indicator(pattern=7)
    submitted = ana.add("common", *sent, bad)
    read = msgspec.convert(submitted, forms.Status)
    assert (read.status, read.total_count, read.pending_count) == ("pending", len(sent) + 1, len(sent) + 1)
    assert {detail["id"] for detail in submitted["pendings"]} == {item["id"] for item in [*sent, bad]}
    assert ana.get(status(submitted["id"])).json == submitted
    ingest(hub)
    done = forms.read(ana.get(status(submitted["id"])), forms.Status)
    assert (done.status, done.success_count, done.failure_count, done.pending_count) == ("complete", len(sent), 1, 0)
    assert done.request_timestamp == read.request_timestamp
    assert ids(ana.get(one("common", sent[-1]["id"]))) == [sent[-1]["id"]]
    assert forms.read(ana.get(status(submitted["id"])), forms.Status) == done


def test_S_05_S_06_I_21_progress_is_told_in_three_lists(hub: Hub, ana: Caller) -> None:
    sent = [indicator(pattern=7), *(identity() for _ in range(PENDING_ABOVE))]
    submitted = ana.add("common", *sent)
    ingest(hub, Interruption(looks=2))
    read = forms.read(ana.get(status(submitted["id"])), forms.Status)
    assert (read.status, read.total_count) == ("pending", len(sent))
    assert (read.success_count, read.failure_count, read.pending_count) == (100, 1, PENDING_ABOVE - 100)
    lists = [read.successes, read.failures, read.pendings]
    assert sorted(detail.id for details in lists if details for detail in details) == sorted(
        item["id"] for item in sent
    )
    ingest(hub)
    assert ana.get(status(submitted["id"])).json["status"] == "complete"


@pytest.mark.parametrize(
    ("age", "code"), [(timedelta(hours=23, minutes=59), 200), (timedelta(hours=24, minutes=1), 404)]
)
def test_S_11_S_12_I_06_a_status_is_kept_for_a_day(hub: Hub, ana: Caller, age: timedelta, code: int) -> None:
    submitted = ana.added("xa", identity())
    hub.clock.ahead = age
    try:
        assert ana.get(status(submitted["id"])).status_code == code
        ingest(hub)
        assert ana.get(status(submitted["id"])).status_code == code
    finally:
        hub.clock.ahead = timedelta()


def test_I_06_less_than_a_day_is_refused_at_the_start() -> None:
    with pytest.raises(ConfigurationError, match="status_hours"):
        load_settings(environ={}, options={"status_hours": 23})


@pytest.mark.parametrize(
    "status_id",
    [
        "24411cc4-1af2-40c1-a8e5-b9fc7588f207",
        "xyz",
        "%00",
        "0",
        "-",
        "x" * 4000,
        "%F0%9F%98%80",
        "00000000-0000-0000-0000-000000000000",
    ],
)
def test_S_13_an_unknown_status_is_404(ana: Caller, status_id: str) -> None:
    refused(ana.get(status(status_id)), 404)


def test_S_13_a_status_has_one_root(ana: Caller) -> None:
    submitted = ana.added("xa", identity())
    refused(ana.get(f"/other/status/{submitted['id']}/"), 404)


def test_S_14_a_status_is_its_organisations_own(hub: Hub, ana: Caller, ben: Caller) -> None:
    colleague = hub.account("xa-cert/colleague")
    submitted = ana.added("write-only", identity())
    path = status(submitted["id"])
    assert ana.get(path).json == submitted
    assert colleague.get(path).json == submitted
    assert refused(ben.get(path), 404) == refused(ben.get(status(str(UUID(int=4 << 76 | 8 << 60)))), 404)
    refused(ana.get(objects("write-only")), 403)
