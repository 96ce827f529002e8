"""SR-01 in motion: no page that a reader asks for after its member's suspension was acknowledged holds anything."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http import HTTPStatus
from itertools import count
from threading import Event, Lock
from typing import Final

from hub.domain.directory import Role
from hub.domain.handling import Tlp
from hub.domain.identifiers import MemberCode
from hub.runtime.wiring import opened
from hub.services.directory.members import activate_member, suspend_member
from tests.support.acts import made
from tests.support.serving import Caller, ServedHub
from tests.support.stix import indicator

READERS: Final = 4
CYCLES: Final = 15
PAGES: Final = 10
"""Pages of all readers together before and after each suspension."""

ALIAS: Final = "kh"
MEMBER: Final = MemberCode("LA")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A page: when it was asked for and answered, in the order of events, and what it was."""

    asked: int
    told: int
    status: int
    objects: int


@dataclass(slots=True)
class Record:
    """The order of events over all threads, and every page."""

    pages: list[Seen] = field(default_factory=list)
    _numbers: Callable[[], int] = field(default_factory=lambda: count(1).__next__)
    _lock: Lock = field(default_factory=Lock)

    def event(self) -> int:
        """Return the number of an event: that of every later one is higher."""
        with self._lock:
            return self._numbers()

    def read(self, caller: Caller, enough: Event) -> None:
        """Read one page after another until it is enough."""
        while not enough.is_set():
            asked = self.event()
            response = caller.get(f"collections/{ALIAS}/objects/", {"limit": "50"})
            objects = len(response.json().get("objects", []))
            told = self.event()
            self.pages.append(Seen(asked=asked, told=told, status=response.status_code, objects=objects))

    def wait_for_pages(self) -> None:
        """Wait until some more pages have been answered, of which the last were asked for after this call."""
        before = len(self.pages)
        while len(self.pages) < before + READERS + PAGES:
            Event().wait(0.001)


def test_SR_01_no_page_asked_for_after_a_suspension_holds_anything(served: ServedHub) -> None:
    writer = served.account("kh-cert/writer")
    writer.accept(ALIAS, *(indicator(tlp=Tlp.CLEAR) for _ in range(60)))
    readers = [served.account(f"la-cert/reader-{number}", Role.ANALYST) for number in range(READERS)]
    record, enough = Record(), Event()
    closed: list[tuple[int, int]] = []
    with opened(served.urls) as pool, ThreadPoolExecutor(READERS) as threads:
        reading = [threads.submit(record.read, reader, enough) for reader in readers]
        try:
            for _ in range(CYCLES):
                record.wait_for_pages()
                suspend_member(pool, MEMBER, act=made("test"))
                acknowledged = record.event()
                record.wait_for_pages()
                closed.append((acknowledged, record.event()))
                activate_member(pool, MEMBER, act=made("test"))
        finally:
            enough.set()
        for future in reading:
            future.result()
    shut = [page for page in record.pages if any(begin < page.asked and page.told < end for begin, end in closed)]
    assert len(shut) >= CYCLES * PAGES
    assert {(page.status, page.objects) for page in shut} == {(HTTPStatus.FORBIDDEN, 0)}
    assert (HTTPStatus.OK, 50) in {(page.status, page.objects) for page in record.pages}
