"""TAXII resources as bytes: what stands in them, and what is left out."""

import json
from typing import Any

from hub.domain.identifiers import CollectionId, OrganisationId, StixId, SubmissionId, Tick
from hub.domain.pages import ManifestRecord, Page
from hub.domain.submissions import Outcome, Submission
from hub.web.settings import TaxiiSettings
from hub.web.taxii import resources

INDICATOR = "indicator--6f9f9d1e-2f5e-4f0e-9b1d-8a7b6c5d4e3f"


def page(*items: bytes) -> Page[bytes]:
    return Page(items=items, first=Tick(1), last=Tick(2), more=False)


def submission(*outcomes: Outcome, total: int, pending: tuple[Outcome, ...] = ()) -> dict[str, Any]:
    written = resources.status(
        Submission(
            id=SubmissionId("0e7c3a52-9f4b-4d1a-8c6e-5b2a1f0d9c8e"),
            collection=CollectionId("c1b8f1de-2a54-4c1b-9a39-6f4f8d4f9b11"),
            organisation=OrganisationId("au-cert"),
            received=Tick(1_763_913_600_000_000),
            total=total,
            outcomes=outcomes,
            pending=pending,
        )
    )
    read: dict[str, Any] = json.loads(written)
    return read


def outcome(position: int, code: str | None = None, sentence: str | None = None) -> Outcome:
    return Outcome(position=position, id=INDICATOR, version="2026-01-31T12:00:00.000Z", code=code, sentence=sentence)


def test_V_02_an_empty_page_is_an_empty_resource() -> None:
    assert resources.envelope(page(), None) == b"{}"


def test_V_05_objects_are_joined_as_they_came() -> None:
    first, second = b'{"a": 1.0,"b":"\\u00e9"}', b'{ "c":1e400 }'
    assert resources.envelope(page(first, second), None) == b'{"more":false,"objects":[%s,%s]}' % (first, second)


def test_V_03_next_stands_beside_more() -> None:
    assert resources.envelope(page(b"{}"), "abc") == b'{"more":true,"next":"abc","objects":[{}]}'


def test_M_03_a_manifest_record_has_microseconds_and_the_object_s_own_version() -> None:
    record = ManifestRecord(id=StixId(INDICATOR), added=Tick(1_763_913_600_000_000), version="2026-01-31T12:00:00Z")
    written = json.loads(resources.manifest(Page(items=(record,), first=Tick(1), last=Tick(1), more=False), None))
    assert written["objects"] == [
        {
            "id": INDICATOR,
            "date_added": "2025-11-23T16:00:00.000000Z",
            "version": "2026-01-31T12:00:00Z",
            "media_type": "application/stix+json;version=2.1",
        }
    ]


def test_P_05_headers_are_timestamps_at_the_ends_of_the_calendar() -> None:
    ends: Page[bytes] = Page(
        items=(), first=Tick(-62_135_596_800_000_000), last=Tick(253_402_300_799_999_999), more=False
    )
    assert resources.date_added_headers(ends) == {
        "X-TAXII-Date-Added-First": "0001-01-01T00:00:00.000000Z",
        "X-TAXII-Date-Added-Last": "9999-12-31T23:59:59.999999Z",
    }


def test_S_06_lists_without_items_are_left_out() -> None:
    assert submission(outcome(0), total=1) == {
        "id": "0e7c3a52-9f4b-4d1a-8c6e-5b2a1f0d9c8e",
        "status": "complete",
        "request_timestamp": "2025-11-23T16:00:00.000000Z",
        "total_count": 1,
        "success_count": 1,
        "failure_count": 0,
        "pending_count": 0,
        "successes": [{"id": INDICATOR, "version": "2026-01-31T12:00:00.000Z"}],
    }


def test_S_09_a_refusal_says_its_code_and_sentence() -> None:
    written = submission(outcome(0), outcome(1, "TYPE", "There is no such type."), total=2)
    assert [detail["message"] for detail in written["failures"]] == ["TYPE: There is no such type."]
    assert (written["success_count"], written["failure_count"]) == (1, 1)


def test_S_05_what_is_pending_is_counted_and_named() -> None:
    written = submission(outcome(0), total=3, pending=(outcome(1), outcome(2)))
    assert (written["status"], written["total_count"], written["pending_count"]) == ("pending", 3, 2)
    assert len(written["pendings"]) == 2


def test_S_06_pendings_that_are_not_all_named_are_not_named_at_all() -> None:
    written = submission(total=3, pending=(outcome(1),))
    assert written["pending_count"] == 3
    assert "pendings" not in written


def test_D_02_what_discovery_does_not_say_is_absent() -> None:
    assert resources.discovery(TaxiiSettings(title="A hub", api_root="root")) == {
        "title": "A hub",
        "default": "/root/",
        "api_roots": ["/root/"],
    }
