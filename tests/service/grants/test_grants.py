"""What readers are given anew, case by case."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from hub.domain.agreements import Agreement, AgreementState, Clause, Effect, Reach
from hub.domain.directory import Act, Principal
from hub.domain.handling import Tlp
from hub.domain.identifiers import AgreementId, MemberCode
from hub.domain.pages import Query, VersionKeyword, Versions
from hub.runtime.wiring import now
from hub.services.clearances import Clearances
from hub.services.directory.members import activate_member, suspend_member
from hub.services.explaining.noting import Noting
from hub.services.policy_change import policy_change
from hub.services.read import Reading
from tests.service.main_job.region import StillClock
from tests.support.agreements import replace_agreements
from tests.support.hub import TestHub, running_hub, whole
from tests.support.servers import TestServers
from tests.support.stix import fresh_id, indicator, version_at

EVERY = Versions(keywords=frozenset({VersionKeyword.ALL}))
LAST = Versions(keywords=frozenset({VersionKeyword.LAST}))


@dataclass(slots=True, kw_only=True)
class Scene:
    """Australia publishes, Japan reads; nothing but clear crosses the border at first."""

    hub: TestHub
    clock: StillClock
    au: Principal
    jp: Principal

    def agree(self, *, in_days: float = 0, tlp_max: Tlp = Tlp.AMBER) -> None:
        """Let Japan's CERT read Australia up to a level, from some days ahead on."""
        begins = self.clock.at + timedelta(days=in_days)
        agreement = replace(AGREEMENT, valid_from=begins, clauses=(replace(CLAUSE, tlp_max=tlp_max),))
        act = Act(actor="test", at=self.clock.at)
        with self.hub.parts.pool.transaction() as database, policy_change(database, act):
            replace_agreements(database, [agreement])

    def passed(self) -> int:
        """Let Japan read to the end, past whatever it may not see, and return its position."""
        self.hub.accept(self.au, "au", indicator(tlp=Tlp.CLEAR))
        return self.hub.page(self.jp, "au", versions=EVERY).last

    def new(self, after: int) -> list[tuple[str, str]]:
        """Return the versions that Japan is given beyond a position."""
        return self.hub.versions(self.jp, "au", after=after, versions=EVERY)


CLAUSE = Clause(
    number="1", origins=frozenset({"AU"}), destinations=frozenset({"JP"}), tlp_max=Tlp.AMBER, reach=Reach.CERT
)
AGREEMENT = Agreement(
    id=AgreementId("au-jp"),
    version=1,
    title="Australia to Japan",
    effect=Effect.PERMIT,
    state=AgreementState.ACTIVE,
    parties=frozenset({MemberCode("AU"), MemberCode("JP")}),
    signed_by=frozenset({MemberCode("AU"), MemberCode("JP")}),
    valid_from=now(),
    valid_until=None,
    clauses=(CLAUSE,),
)


@pytest.fixture
def scene(servers: TestServers) -> Iterator[Scene]:
    clock = StillClock()
    with running_hub(servers.fresh_database(), servers.fresh_redis(), clock=clock) as hub:
        au, jp = hub.account("au-cert/ana"), hub.account("jp-cert/ana")
        clock.at += timedelta(minutes=10)
        with hub.parts.pool.transaction() as database, policy_change(database, Act(actor="test", at=clock.at)):
            replace_agreements(database, [])
        yield Scene(hub=hub, clock=clock, au=au, jp=jp)


def test_an_agreement_gives_what_lies_behind_a_reader(scene: Scene) -> None:
    name = fresh_id("indicator")
    scene.hub.accept(scene.au, "au", indicator(id=name, tlp=Tlp.GREEN, version=1))
    position = scene.passed()
    scene.agree()
    assert scene.new(position) == [(name, version_at(1))]
    assert scene.new(scene.hub.page(scene.jp, "au", after=position, versions=EVERY).last) == []


def test_an_agreement_that_begins_by_the_clock_gives_what_lies_behind_a_reader(scene: Scene) -> None:
    name = fresh_id("indicator")
    scene.hub.accept(scene.au, "au", indicator(id=name, tlp=Tlp.GREEN, version=1))
    scene.agree(in_days=1)
    position = scene.passed()
    assert scene.new(position) == []
    scene.clock.at += timedelta(days=1)
    assert scene.new(position) == [(name, version_at(1))]


def test_a_version_that_a_stricter_one_follows_stays_where_a_grant_has_placed_it(scene: Scene) -> None:
    name = fresh_id("indicator")
    scene.hub.accept(scene.au, "au", indicator(id=name, tlp=Tlp.GREEN, version=1))
    position = scene.passed()
    scene.agree(tlp_max=Tlp.AMBER)
    scene.hub.accept(scene.au, "au", indicator(id=name, tlp=Tlp.AMBER, version=2))
    assert scene.new(position) == [(name, version_at(1)), (name, version_at(2))]


def test_a_process_whose_clock_is_behind_passes_nothing_that_another_has_granted(scene: Scene) -> None:
    name = fresh_id("indicator")
    scene.hub.accept(scene.au, "au", indicator(id=name, tlp=Tlp.GREEN, version=1))
    scene.agree(in_days=1)
    position = scene.passed()
    parts = scene.hub.parts
    behind = Clearances(parts.pool, lambda: scene.clock.at - timedelta(hours=1))
    late = Reading(behind, parts.numbers, Noting(parts.pool, scene.clock))
    scene.clock.at += timedelta(days=1)
    scene.hub.page(scene.jp, "au")
    query = Query(collection=scene.hub.collection("au"), limit=10, after=position, versions=EVERY)  # type: ignore[arg-type]
    assert len(late.objects(scene.jp.account.id, query, whole).items) == 1


def test_whoever_gains_nothing_leaves_clock_and_grants_alone(scene: Scene) -> None:
    scene.passed()
    with scene.hub.parts.pool.statement() as database:
        before = database.execute("SELECT tick FROM log_head").fetchall()
    scene.agree()
    with scene.hub.parts.pool.statement() as database:
        assert database.execute("SELECT tick FROM log_head").fetchall() == before
        assert database.execute("SELECT count(*) FROM grants").fetchall() == [(0,)]


def test_a_reader_who_comes_back_is_given_again_what_he_may_see(scene: Scene) -> None:
    scene.passed()
    position = scene.passed()
    suspend_member(scene.hub.parts.pool, MemberCode("JP"), act=Act(actor="test", at=scene.clock.at))
    assert scene.new(position) == []
    activate_member(scene.hub.parts.pool, MemberCode("JP"), act=Act(actor="test", at=scene.clock.at))
    assert len(scene.new(position)) == 2


def test_a_page_goes_through_many_grants_and_ends_where_it_is_full(scene: Scene) -> None:
    for _ in range(40):
        scene.passed()
        suspend_member(scene.hub.parts.pool, MemberCode("JP"), act=Act(actor="test", at=scene.clock.at))
        activate_member(scene.hub.parts.pool, MemberCode("JP"), act=Act(actor="test", at=scene.clock.at))
    scene.hub.accept(scene.au, "au", indicator(tlp=Tlp.CLEAR))
    whole = scene.hub.page(scene.jp, "au", versions=EVERY)
    assert (len(whole.items), whole.more) == (41, False)
    walked: list[bytes] = []
    page = scene.hub.page(scene.jp, "au", versions=EVERY, limit=3)
    walked += page.items
    while page.more:
        page = scene.hub.page(scene.jp, "au", versions=EVERY, limit=3, after=page.last)
        walked += page.items
    assert walked == list(whole.items)


def test_who_follows_the_newest_is_given_the_version_that_is_newest_after_a_deletion(scene: Scene) -> None:
    name = fresh_id("indicator")
    scene.hub.accept(scene.au, "au", indicator(id=name, tlp=Tlp.CLEAR, version=1))
    scene.hub.accept(scene.au, "au", indicator(id=name, tlp=Tlp.CLEAR, version=2))
    position = scene.hub.page(scene.jp, "au").last
    scene.hub.deleting.delete(scene.au, scene.hub.collection("au"), name, LAST, None)
    assert scene.hub.versions(scene.jp, "au", after=position) == [(name, version_at(1))]
