"""SR-01 to SR-11 on whole pages: whatever was published, every account reads exactly what the rules say row by row."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import pytest

from hub.domain.directory import Organisation, OrganisationKind
from hub.domain.identifiers import AccountId, MemberCode, OrganisationId
from hub.domain.pages import Query, VersionKeyword, Versions
from hub.services.directory.accounts import disable_account
from hub.services.directory.members import observe_member, suspend_member
from hub.services.directory.organisations import add_organisation
from tests.service.main_job.oracle import Oracle, Placed
from tests.service.main_job.region import READERS, REGIONAL, Region, StillClock
from tests.service.main_job.traffic import seeded
from tests.support.acts import made
from tests.support.hub import TestHub, running_hub, whole
from tests.support.servers import TestServers

ROUNDS: Final = 5
CHANGES: Final = 12
"""Things that producers do in a round."""

PAGE: Final = 13
KEYWORDS: Final = {"readable": VersionKeyword.ALL, "newest": VersionKeyword.LAST, "first": VersionKeyword.FIRST}
"""What the oracle calls it, and what TAXII does."""


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
def hub(clock: StillClock, servers: TestServers) -> Iterator[TestHub]:
    with running_hub(servers.fresh_database(), servers.fresh_redis(), clock=clock) as running:
        yield running


def settle(hub: TestHub, clock: StillClock, seed: int) -> Region:
    """Let every kind of organisation take part, with one account disabled, one member observing, one suspended."""
    hub.organisation("au-power", OrganisationKind.CONSTITUENT, served_by="au-cert")
    hub.organisation("au-lab", OrganisationKind.PARTNER)
    hub.organisation("nz-grid", OrganisationKind.CONSTITUENT, served_by="nz-cert")
    operators = Organisation(
        id=OrganisationId("desk"),
        member=None,
        kind=OrganisationKind.HUB,
        name="The operators",
        served_by=None,
        cross_border=False,
        active=True,
        identity=None,
    )
    add_organisation(hub.parts.pool, operators, act=made("test"))
    region = Region(hub=hub, clock=clock, rng=seeded(seed))
    region.principals |= {name: hub.account(name, purpose=purpose) for name, purpose in READERS.items()}
    disable_account(hub.parts.pool, AccountId("jp-cert/gone"), act=made("test"))
    observe_member(hub.parts.pool, MemberCode("SG"), act=made("test"))
    suspend_member(hub.parts.pool, MemberCode("VN"), act=made("test"))
    return region


@pytest.mark.parametrize("seed", [2, 3])
def test_pages_hold_what_the_rules_allow_row_by_row(hub: TestHub, clock: StillClock, seed: int) -> None:
    region = settle(hub, clock, seed)
    seen = set()
    for _ in range(ROUNDS):
        region.agree()
        for _ in range(CHANGES):
            region.change()
        for hours in (0, region.rng.randint(1, 30)):
            clock.at += timedelta(hours=hours)
            oracle = region.oracle()
            for name in READERS:
                seen |= {len(check_pages(region, oracle, name, alias)) for alias in ("all", REGIONAL, "au", "nz")}
    assert 0 in seen
    assert len(seen) > 10


def check_pages(region: Region, oracle: Oracle, name: str, alias: str) -> list[Placed]:
    """Compare the manifest for each keyword, and the objects themselves, with what the rules say; return that."""
    account = AccountId(name)
    for choice, keyword in KEYWORDS.items():
        expected: list[Placed] = getattr(oracle, choice)(account, alias)
        walked = [(item.id, item.version, item.added) for item in walk_manifest(region, account, alias, keyword)]
        assert walked == [(each.published.id, each.published.version, oracle.added(account, each)) for each in expected]
    readable = oracle.readable(account, alias)
    page = region.hub.page(region.principals[name], alias, versions=Versions(keywords=frozenset({VersionKeyword.ALL})))
    assert [json.loads(item) for item in page.items] == [each.published.content for each in readable]
    return readable


def walk_manifest(region: Region, account: AccountId, alias: str, keyword: VersionKeyword) -> Iterator[Any]:
    """Go through the manifest in small pages."""
    versions = Versions(keywords=frozenset({keyword}))
    query = Query(collection=region.hub.collection(alias), limit=PAGE, versions=versions)
    page = region.hub.reading.manifest(account, query, whole)
    yield from page.items
    while page.more:
        page = region.hub.reading.manifest(account, replace(query, after=page.last), whole)
        yield from page.items
