"""From page to page through a collection, wherever the server's answers allow it, and never in a circle."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from hub.domain.clock import parse_timestamp
from hub.domain.identifiers import Tick
from hub.outbound.errors import OutboundError
from hub.outbound.taxii import ObjectsPage, PageRequest

EMPTY_PAGES: Final = 100
"""So many pages in a row may be empty while more are promised (a page is when its objects were deleted)."""

BEGINNING: Final = Tick(-(2**62))
"""Before every date."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A page, and its dates read: `first` and `last` are None where it is empty or the server does not say."""

    page: ObjectsPage
    first: Tick | None
    last: Tick | None


def walk(fetch: Callable[[PageRequest], ObjectsPage], query: PageRequest) -> Iterator[Step]:
    """Yield every page from `query.after` on; raise OutboundError where the server leads nowhere."""
    request, before, empty = query, None, 0
    while True:
        page = fetch(request)
        if before is not None and page.objects and page.objects == before.objects:
            raise OutboundError("the server sends the same page again; it does not page as TAXII 2.1 says")
        yield _step(page)
        if not page.more:
            return
        empty = 0 if page.objects else empty + 1
        if empty > EMPTY_PAGES:
            raise OutboundError(f"the server promises more and has sent {empty} empty pages")
        request, before = _following(query, request, page), page


def tick_or_beginning(timestamp: str | None) -> Tick:
    """Return the microsecond of a timestamp, or what is before all of them."""
    tick = None if timestamp is None else parse_timestamp(timestamp)
    return BEGINNING if tick is None else tick


def _step(page: ObjectsPage) -> Step:
    if not page.objects:
        return Step(page=page, first=None, last=None)
    last = None if page.last is None else parse_timestamp(page.last)
    first = None if page.first is None else parse_timestamp(page.first)
    return Step(page=page, first=first, last=last)


def _following(query: PageRequest, request: PageRequest, page: ObjectsPage) -> PageRequest:
    """Go on with `next`, else from the date of the last object (TAXII 2.1 §3.5), which must then be a later one."""
    if page.next is not None:
        return replace(query, after=request.after, next=page.next)
    if tick_or_beginning(page.last) > tick_or_beginning(request.after):
        return replace(query, after=page.last, next=None)
    raise OutboundError(
        "the server says that there is more, and says neither where (`next`) nor up to which date "
        "(X-TAXII-Date-Added-Last) it has sent"
    )
