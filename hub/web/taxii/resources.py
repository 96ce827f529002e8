"""The resources of TAXII 2.1 as JSON: those of many items are joined from bytes, never from parsed objects."""

from collections.abc import Iterable
from typing import Any, Final

import msgspec

from hub.domain.catalogue import STIX_MEDIA_TYPE, Collection
from hub.domain.clock import timestamp_of
from hub.domain.pages import Item, ManifestRecord, Page
from hub.domain.submissions import Outcome, Submission
from hub.web.errors import Failure
from hub.web.settings import TaxiiSettings
from hub.web.taxii.negotiation import MEDIA_TYPE

NOTHING: Final = b"{}"
"""A page without items, and without any beyond it."""

_encode = msgspec.json.Encoder().encode


class _ManifestRecord(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    date_added: str
    version: str
    media_type: str = STIX_MEDIA_TYPE


class _StatusDetail(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    id: str
    version: str
    message: str | None = None


class _Status(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    id: str
    status: str
    request_timestamp: str
    total_count: int
    success_count: int
    failure_count: int
    pending_count: int
    successes: list[_StatusDetail] = []
    failures: list[_StatusDetail] = []
    pendings: list[_StatusDetail] = []


class _Error(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    title: str
    description: str
    error_id: str | None = None
    error_code: str
    http_status: str


def discovery(settings: TaxiiSettings) -> dict[str, Any]:
    """Write the discovery resource (§4.1.1)."""
    root = f"/{settings.api_root}/"
    optional = {"description": settings.description, "contact": settings.contact}
    return {"title": settings.title, **_present(optional), "default": root, "api_roots": [root]}


def api_root(settings: TaxiiSettings) -> dict[str, Any]:
    """Write the API root resource (§4.2.1)."""
    return {
        "title": settings.title,
        **_present({"description": settings.description}),
        "versions": [MEDIA_TYPE],
        "max_content_length": settings.max_content_length,
    }


def collection(entry: Collection, *, can_read: bool, can_write: bool) -> dict[str, Any]:
    """Write a collection as it is to the one who asks (§5.2.1)."""
    return {
        "id": entry.id,
        "title": entry.title,
        **_present({"description": entry.description}),
        "alias": entry.alias,
        "can_read": can_read,
        "can_write": can_write,
        "media_types": list(entry.media_types),
    }


def envelope(page: Page[bytes], following: str | None) -> bytes:
    """Write an envelope (§3.7): the objects are the JSON values as they were received."""
    return _paged("objects", page.items, following)


def manifest(page: Page[ManifestRecord], following: str | None) -> bytes:
    """Write a manifest (§5.3.1)."""
    records = (
        _encode(_ManifestRecord(id=item.id, date_added=timestamp_of(item.added), version=item.version))
        for item in page.items
    )
    return _paged("objects", records, following)


def versions(page: Page[str], following: str | None) -> bytes:
    """Write a versions resource (§5.8.1)."""
    return _paged("versions", (_encode(version) for version in page.items), following)


def date_added_headers(page: Page[Item]) -> dict[str, str]:
    """Write the headers that tell a poller where it stands (§3.2)."""
    return {
        "X-TAXII-Date-Added-First": timestamp_of(page.first),
        "X-TAXII-Date-Added-Last": timestamp_of(page.last),
    }


def status(submission: Submission) -> bytes:
    """Write a status resource (§4.3.1). Lists are as long as their counts say, or absent."""
    successes = [_detail(outcome) for outcome in submission.outcomes if outcome.code is None]
    failures = [_detail(outcome) for outcome in submission.outcomes if outcome.code is not None]
    pending_count = submission.total - len(submission.outcomes)
    pendings = [_detail(outcome) for outcome in submission.pending]
    return _encode(
        _Status(
            id=submission.id,
            status="complete" if submission.complete else "pending",
            request_timestamp=timestamp_of(submission.received),
            total_count=submission.total,
            success_count=len(successes),
            failure_count=len(failures),
            pending_count=pending_count,
            successes=successes,
            failures=failures,
            pendings=pendings if len(pendings) == pending_count else [],
        )
    )


def error(failure: Failure) -> bytes:
    """Write an error resource (§3.6.1)."""
    return _encode(
        _Error(
            title=failure.status.phrase,
            description=failure.sentence,
            error_id=failure.incident,
            error_code=failure.code,
            http_status=str(failure.status.value),
        )
    )


def _paged(name: str, items: Iterable[bytes], following: str | None) -> bytes:
    """Join items to a page, copied once; an empty page is an empty resource, for there are no empty lists (§2)."""
    more = b'"more":false' if following is None else b'"more":true,"next":' + _encode(following)
    parts = list(items)
    if not parts:
        return NOTHING if following is None else b"{%s}" % more
    parts[0] = b'{%s,"%s":[%s' % (more, name.encode("ascii"), parts[0])
    parts[-1] += b"]}"
    return b",".join(parts)


def _detail(outcome: Outcome) -> _StatusDetail:
    return _StatusDetail(id=outcome.id, version=outcome.version, message=outcome.message)


def _present(members: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in members.items() if value}
