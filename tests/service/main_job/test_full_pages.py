"""A page that was read before is given again only where it is the page that would be read now."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import pytest

from hub.domain.agreements import Clause
from hub.domain.handling import Tlp
from hub.domain.identifiers import AccountId, MemberCode
from hub.domain.pages import Page, Query, VersionKeyword, Versions
from hub.services.directory.accounts import set_purpose
from hub.services.directory.members import suspend_member
from hub.services.explaining.noting import Noting
from hub.services.full_pages import FullPages
from hub.services.read import Reading
from tests.service.main_job.region import READERS, Region, StillClock
from tests.service.main_job.test_reading_property import clock, hub, settle
from tests.support.acts import made
from tests.support.hub import TestHub, whole
from tests.support.stix import indicator, version_at

__all__ = ["clock", "hub"]

STEPS: Final = 40
PAGES: Final = 6
KEYWORDS: Final = (VersionKeyword.LAST, VersionKeyword.LAST, VersionKeyword.ALL)


class Ageless(Region):
    """A region whose agreements limit no age: what limits it is never kept."""

    def _clause(self, number: int) -> Clause:
        return replace(super()._clause(number), max_age_days=None)


class Watched(Noting):
    """Notes, and says of each page that was found whether it was the one to give."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.stood: list[bool] = []

    def note_again(self, *given: Any) -> int | None:
        rewrites = super().note_again(*given)
        self.stood.append(rewrites is not None)
        return rewrites


def walk(
    keeping: Reading, plain: Reading, account: AccountId, query: Query
) -> Iterator[tuple[Page[bytes], Page[bytes]]]:
    """Turn a few pages from the beginning on, each read by one who keeps pages and by one who does not."""
    for _ in range(PAGES):
        page = keeping.objects(account, query, whole)
        yield page, plain.objects(account, query, whole)
        if not page.more:
            return
        query = replace(query, after=page.last)


def change(region: Region) -> None:
    """Do one thing that producers or operators do, or let time pass."""
    match region.rng.randrange(20):
        case 0:
            region.agree()
        case 1:
            account = AccountId(region.rng.choice(list(READERS)))
            purpose = region.rng.choice(["network-defence", "research"])
            set_purpose(region.hub.parts.pool, account, purpose=purpose, act=made("test", at=region.clock.at))
        case 2:
            region.clock.at += timedelta(hours=region.rng.randint(1, 20))
        case _:
            region.change()


def keeping_and_plain(hub: TestHub, clock: StillClock) -> tuple[Watched, Reading, Reading]:
    parts, watched = hub.parts, Watched(hub.parts.pool, clock)
    keeping = Reading(parts.clearances, parts.numbers, watched, full_pages=FullPages(2**20))
    return watched, keeping, Reading(parts.clearances, parts.numbers, None)


@pytest.mark.parametrize("seed", [101, 103])
def test_a_kept_page_is_the_page_that_would_be_read_now(hub: TestHub, clock: StillClock, seed: int) -> None:
    settled = settle(hub, clock, seed)
    region = Ageless(hub=hub, clock=clock, rng=settled.rng, principals=settled.principals)
    watched, keeping, plain = keeping_and_plain(hub, clock)
    for _ in range(STEPS):
        change(region)
        keyword = region.rng.choice(KEYWORDS)
        query = Query(collection=hub.collection("all"), limit=3, versions=Versions(keywords=frozenset({keyword})))
        for name in ("au-cert/ana", "nz-cert/ana"):
            for kept, read in walk(keeping, plain, AccountId(name), query):
                assert kept == read
    assert min(watched.stood.count(True), watched.stood.count(False)) > STEPS // 4


def test_SR_01_a_kept_page_is_given_to_nobody_whose_right_has_ended(hub: TestHub, clock: StillClock) -> None:
    region = settle(hub, clock, 1)
    watched, keeping, _ = keeping_and_plain(hub, clock)
    region.publish("au-cert", "au", *(indicator(tlp=Tlp.GREEN) for _ in range(3)))
    query = Query(collection=hub.collection("au"), limit=2)
    account = AccountId("nz-cert/ana")
    page = keeping.objects(account, query, whole)
    assert (len(page.items), keeping.objects(account, query, whole), watched.stood) == (2, page, [True])
    suspend_member(hub.parts.pool, MemberCode("NZ"), act=made("test", at=clock.at))
    assert (keeping.objects(account, query, whole).items, watched.stood) == ((), [True, False])


def test_the_first_version_may_yet_arrive(hub: TestHub, clock: StillClock) -> None:
    region = settle(hub, clock, 1)
    watched, keeping, plain = keeping_and_plain(hub, clock)
    things = [indicator(tlp=Tlp.GREEN) for _ in range(3)]
    region.publish("au-cert", "au", *(thing | {"modified": version_at(5)} for thing in things))
    query = Query(
        collection=hub.collection("au"), limit=2, versions=Versions(keywords=frozenset({VersionKeyword.FIRST}))
    )
    account = AccountId("nz-cert/ana")
    first = keeping.objects(account, query, whole)
    region.publish("au-cert", "au", *(thing | {"modified": version_at(3)} for thing in things))
    assert keeping.objects(account, query, whole) == plain.objects(account, query, whole) != first
    assert watched.stood == []


def test_what_changes_behind_a_reader_s_back_costs_it_no_page(hub: TestHub, clock: StillClock) -> None:
    region = settle(hub, clock, 1)
    watched, keeping, plain = keeping_and_plain(hub, clock)
    hidden, *shown = indicator(tlp=Tlp.RED), *(indicator(tlp=Tlp.GREEN) for _ in range(3))
    region.publish("au-cert", "au", shown[0])
    region.publish("au-cert", "au", hidden)
    region.publish("au-cert", "au", *shown[1:])
    query = Query(collection=hub.collection("au"), limit=2)
    account = AccountId("nz-cert/ana")
    page = keeping.objects(account, query, whole)
    region.publish("au-cert", "au", hidden | {"modified": version_at(9)})
    assert keeping.objects(account, query, whole) == page == plain.objects(account, query, whole)
    region.publish("au-cert", "au", shown[0] | {"modified": version_at(9)})
    assert keeping.objects(account, query, whole) == plain.objects(account, query, whole) != page
    assert watched.stood == [True, False]
