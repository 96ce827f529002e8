"""What has happened: submissions and the ledger."""

import re
from typing import Final

from hub.domain.errors import NotFoundError
from hub.domain.identifiers import OrganisationId, SubmissionId, Tick
from hub.policy.permissions import Permission
from hub.services import chronicle
from hub.web.api.call import NOTHING_HERE, Call
from hub.web.api.models.chronicle import (
    LedgerEntry,
    LedgerPage,
    LedgerPaging,
    SubmissionItem,
    SubmissionList,
    SubmissionPaging,
    SubmissionResource,
)
from hub.web.api.operations import Surface
from hub.web.api.paging import cursor_of, no_cursor

_UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_POSITION: Final = re.compile(rf"([0-9]{{1,18}}) ({_UUID.pattern})")
_NUMBER: Final = re.compile(r"[1-9][0-9]{0,17}")
_NEWEST: Final = 2**63 - 1


def list_submissions(call: Call, query: SubmissionPaging) -> SubmissionList:
    """List what was submitted, newest first: by everybody, for operators and auditors; else by one's own."""
    wanted = None if query.organisation is None else OrganisationId(query.organisation)
    if wanted is None and not call.holds(Permission.READ_SUBMISSIONS):
        wanted = call.principal.organisation.id
    if wanted is not None:
        call.see(Permission.READ_SUBMISSIONS, wanted)
    found = chronicle.list_submissions(
        call.pool, organisation=wanted, before=_position(query.after), limit=query.limit + 1
    )
    page = found[: query.limit]
    last = page[-1].receipt if len(found) > len(page) else None
    following = None if last is None else cursor_of(f"{last.received} {last.id}")
    return SubmissionList(items=[SubmissionItem.of(each) for each in page], next=following)


def show_submission(call: Call, submission: str) -> SubmissionResource:
    """Show how far a submission is: one of the own organisation, or any, for operators and auditors."""
    if not _UUID.fullmatch(submission):
        raise NotFoundError(NOTHING_HERE)
    own = None if call.holds(Permission.READ_SUBMISSIONS) else call.principal.organisation.id
    if own is not None:
        call.see(Permission.READ_SUBMISSIONS, own)
    return SubmissionResource.of(chronicle.show_submission(call.pool, SubmissionId(submission), organisation=own))


def read_ledger(call: Call, query: LedgerPaging) -> LedgerPage:
    """Read who did what to which thing, newest first."""
    call.require(Permission.READ_LEDGER)
    before = _number(query.after)
    found = chronicle.read_ledger(
        call.pool, before=before, limit=query.limit + 1, actor=query.actor, subject=query.subject
    )
    page = found[: query.limit]
    following = cursor_of(str(page[-1].number)) if len(found) > len(page) else None
    return LedgerPage(items=[LedgerEntry.of(entry) for entry in page], next=following)


def _position(key: str) -> tuple[Tick, str] | None:
    if not key:
        return None
    match = _POSITION.fullmatch(key)
    if match is None:
        raise no_cursor()
    return Tick(int(match[1])), match[2]


def _number(key: str) -> int:
    if not key:
        return _NEWEST
    if not _NUMBER.fullmatch(key):
        raise no_cursor()
    return int(key)


def attach_chronicle(surface: Surface) -> None:
    """Offer the operations on what has happened."""
    surface.offer(
        "GET",
        "/submissions",
        list_submissions,
        tag="submissions",
        answers=SubmissionList,
        query=SubmissionPaging,
        refuses=frozenset({404}),
    )
    surface.offer("GET", "/submissions/<submission>", show_submission, tag="submissions", answers=SubmissionResource)
    surface.offer("GET", "/ledger", read_ledger, tag="ledger", answers=LedgerPage, query=LedgerPaging)
