"""What is kept of full pages: those asked for last, within so many bytes, each for one question and one right."""

import tracemalloc
from dataclasses import replace
from typing import Any, Final

import pytest

from hub.domain.catalogue import ALL
from hub.domain.identifiers import GuardId, StixId, Tick
from hub.domain.pages import Query, VersionKeyword, Versions
from hub.services.full_pages import FullPage, FullPages
from hub.store.log.pages import Slice
from hub.store.log.segments import AgedGuard, Allowed, Block

ASKED: Final = Query(collection=ALL, limit=1)
ALLOWED: Final = Allowed(guards=(GuardId(1), GuardId(2)), aged=[])
BLOCK: Final = Block(guards=frozenset({GuardId(1)}), through_seq=1, through_tick=Tick(1), base=Tick(9))
AGED: Final = AgedGuard(guard=GuardId(3), own_since=1, newest_since=0, producers_since=0)
FULL: Final = Slice(
    epoch=1, genesis=Tick(0), rewrites=4, head=Tick(9), rows=[(1, b"x" * 100)], more=True, beyond=Tick(2)
)
LARGE: Final = 2**20
SIZE: Final = 2048 + 2 * 8 + 1 + 100


def plainly(page: object) -> object:
    """Write a page in one way."""
    return page


def otherwise(page: object) -> object:
    """Write a page in another way."""
    return [page]


def keep(pages: FullPages, query: Query = ASKED, *, allowed: Allowed = ALLOWED, seen: Slice = FULL) -> None:
    pages.keep(query, 0, allowed, plainly, seen, b"written")


def find(pages: FullPages, query: Query = ASKED, *, number: int = 0, allowed: Allowed = ALLOWED) -> FullPage | None:
    return pages.find(query, number, allowed, plainly)


def at(position: int) -> Query:
    return replace(ASKED, after=Tick(position))


def test_what_was_asked_for_last_is_kept_longest() -> None:
    pages = FullPages(4 * SIZE - 1)
    for position in (1, 2, 3):
        keep(pages, at(position))
    find(pages, at(1))
    for position in (4, 5):
        keep(pages, at(position))
    assert [position for position in range(6) if find(pages, at(position))] == [1, 4, 5]


def test_a_page_that_is_read_anew_takes_the_place_of_the_one_before() -> None:
    pages = FullPages(SIZE)
    for rewrites in (4, 5, 6):
        keep(pages, seen=replace(FULL, rewrites=rewrites))
    found = find(pages)
    assert found is not None
    found.found_the_same(5)
    assert found.seen.rewrites == 6
    found.found_the_same(8)
    assert found.seen.rewrites == 8


def test_a_page_that_is_larger_than_all_that_is_kept_leaves_nothing_behind() -> None:
    pages = FullPages(SIZE - 100)
    keep(pages)
    assert find(pages) is None
    keep(pages, seen=replace(FULL, rows=[]))
    assert find(pages) is not None


def test_a_page_for_which_there_is_no_room_drives_out_none() -> None:
    pages = FullPages(SIZE)
    keep(pages)
    keep(pages, at(1), seen=replace(FULL, rows=[(1, b"x" * LARGE)]))
    assert find(pages) is not None


def test_a_long_question_counts_as_what_it_takes() -> None:
    """Else a reader who asks for a little in many long ways would have a process hold more than it has."""
    pages = FullPages(LARGE)
    tracemalloc.start()
    for number in range(200):
        texts = frozenset(f"{number} {text}" for text in range(500))
        keep(pages, replace(ASKED, ids=texts, types=texts, spec_versions=texts))
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert 0 < held < LARGE


@pytest.mark.parametrize(
    "asked",
    [
        {"limit": 2},
        {"after": Tick(1)},
        {"ids": frozenset({StixId("a")})},
        {"types": frozenset({"indicator"})},
        {"versions": Versions(keywords=frozenset({VersionKeyword.ALL}))},
        {"versions": Versions(ticks=frozenset({Tick(1)}))},
        {"spec_versions": frozenset({"2.1"})},
    ],
)
def test_a_page_answers_one_question(asked: dict[str, Any]) -> None:
    pages = FullPages(LARGE)
    keep(pages)
    assert find(pages, replace(ASKED, **asked)) is None
    assert find(pages, number=1) is None
    assert find(pages) is not None


@pytest.mark.parametrize("rights", [{"guards": (GuardId(1),)}, {"blocks": (BLOCK,)}, {"aged": [AGED]}])
def test_a_page_is_found_by_those_alone_who_may_read_the_same_in_the_same_places(rights: dict[str, Any]) -> None:
    pages = FullPages(LARGE)
    keep(pages)
    assert find(pages, allowed=replace(ALLOWED, **rights)) is None
    assert find(pages, allowed=replace(ALLOWED, epoch=7)) is not None


def test_what_may_change_by_itself_is_not_kept() -> None:
    pages = FullPages(LARGE)
    keep(pages, allowed=replace(ALLOWED, aged=[AGED]))
    keep(pages, seen=replace(FULL, beyond=None))
    assert find(pages) is None


def test_a_page_is_given_as_it_was_written_to_those_alone_who_write_it_so() -> None:
    pages = FullPages(LARGE)
    keep(pages, seen=replace(FULL, rows=[(1, b"x"), (2, b"y")]))
    found = find(pages)
    assert found is not None
    assert (found.written, found.seen.rows) == (b"written", [(2, b"y")])
    assert pages.find(ASKED, 0, ALLOWED, otherwise) is None
