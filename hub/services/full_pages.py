"""Full pages of objects as they were given, for whoever may read the same: below the head of the log little changes."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from operator import itemgetter
from threading import Lock
from typing import Any, Final

from hub.domain.pages import Query
from hub.store.log.pages import Slice
from hub.store.log.segments import Allowed

Write = Callable[..., object]
"""Writes a page as it leaves the hub."""

_PAGE_BYTES: Final = 2048
"""What a page takes beside its payloads, what separates them, and what the question and the right list."""

_TEXT_BYTES: Final = 128
"""What a text of a question takes beside its characters; a version takes no more."""

_POINTER_BYTES: Final = 8

_PAYLOAD: Final = itemgetter(1)


@dataclass(slots=True, eq=False)
class FullPage:
    """What was written of a page, and what that rests on, which is of its rows the last.

    Its number of rewrites is that after which all that the page holds was found to be the same.
    """

    seen: Slice
    written: Any
    size: int

    def found_the_same(self, rewrites: int) -> None:
        """Remember that it was the page to give after so many rewrites, so that only later ones are looked at."""
        if rewrites > self.seen.rewrites:
            self.seen = replace(self.seen, rewrites=rewrites)


class FullPages:
    """The pages that are kept, at most so many bytes, those asked for last. One instance is shared by all threads.

    INVARIANT: what is kept is never given as it is: whoever finds a page has it compared with the log first, in the
    statement that notes it. A page is found for no other question, and by nobody who may read more, less or elsewhere.
    """

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._lock = Lock()
        self._pages: OrderedDict[Hashable, FullPage] = OrderedDict()
        self._bytes = 0

    def find(self, query: Query, number: int, allowed: Allowed, write: Write) -> FullPage | None:
        """Return the page that answers a question about the collection of a number, if it was kept so written."""
        if allowed.aged:
            return None
        key = _key(query, number, allowed, write)
        with self._lock:
            found = self._pages.get(key)
            if found is not None:
                self._pages.move_to_end(key)
            return found

    def keep(  # noqa: PLR0913, PLR0917 - a page has these facts
        self, query: Query, number: int, allowed: Allowed, write: Write, seen: Slice, written: object
    ) -> None:
        """Keep a page in the place of the one before, if it is settled. What limits age asks anew at every instant.

        A page that would leave no room for others is not kept.
        """
        if seen.beyond is None or allowed.aged:
            return
        page = FullPage(replace(seen, rows=seen.rows[-1:]), written, size=_size(query, allowed, seen))
        if page.size > self._most_bytes:
            return
        key = _key(query, number, allowed, write)
        with self._lock:
            self._drop(key)
            self._pages[key] = page
            self._bytes += page.size
            while self._bytes > self._most_bytes:
                self._drop(next(iter(self._pages)))

    def _drop(self, key: Hashable) -> None:
        page = self._pages.pop(key, None)
        self._bytes -= 0 if page is None else page.size


def _size(query: Query, allowed: Allowed, seen: Slice) -> int:
    """Return about how many bytes a page takes, and the question and right that it is found by, which may take more."""
    texts = [text for asked in (query.ids, query.types, query.spec_versions) for text in asked or ()]
    asked_for = sum(map(len, texts)) + _TEXT_BYTES * (len(texts) + len(query.versions.ticks))
    right = _POINTER_BYTES * (len(allowed.guards) + len(allowed.blocks))
    return _PAGE_BYTES + asked_for + right + len(seen.rows) + sum(map(len, map(_PAYLOAD, seen.rows)))


def _key(query: Query, number: int, allowed: Allowed, write: Write) -> Hashable:
    """Name all that decides what a page holds, beside the log, and what is written of it."""
    asked = (query.after, query.limit, query.ids, query.types, query.versions, query.spec_versions)
    return number, asked, tuple(allowed.guards), tuple(allowed.blocks), write
