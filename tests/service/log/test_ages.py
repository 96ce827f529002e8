"""Clauses that limit age: what counts is when a version was accepted, whatever has become of its place since."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from hub.domain.agreements import Agreement, AgreementState, Clause, Effect
from hub.domain.handling import Tlp
from hub.domain.identifiers import AgreementId, MemberCode
from hub.domain.pages import VersionKeyword, Versions
from hub.runtime.wiring import now
from tests.service.log.conftest import Cast
from tests.support.agreements import put_in_force
from tests.support.hub import Clock, TestHub, running_hub
from tests.support.stix import fresh_id, indicator, version_at

EVERY = Versions(keywords=frozenset({VersionKeyword.ALL}))
LAST = Versions(keywords=frozenset({VersionKeyword.LAST}))


def agreement(*, max_age_days: int) -> Agreement:
    parties = frozenset({MemberCode("AU"), MemberCode("JP")})
    clause = Clause(
        number="1",
        origins=frozenset({"AU"}),
        destinations=frozenset({"JP"}),
        tlp_max=Tlp.AMBER,
        types=frozenset({"indicator"}),
        max_age_days=max_age_days,
    )
    return Agreement(
        id=AgreementId("fresh-only"),
        version=1,
        title="What is fresh",
        effect=Effect.PERMIT,
        state=AgreementState.ACTIVE,
        parties=parties,
        signed_by=parties,
        valid_from=now() - timedelta(days=1),
        valid_until=None,
        clauses=(clause,),
    )


def conclude(hub: TestHub, *, max_age_days: int) -> None:
    put_in_force(hub.parts.pool, agreement(max_age_days=max_age_days))


@pytest.fixture(scope="module")
def hub(clock: Clock, database_url: str, redis_url: str) -> Iterator[TestHub]:
    """One clock for all of the hub, so that what was accepted can grow old."""
    with running_hub(database_url, redis_url, clock=clock) as running:
        conclude(running, max_age_days=30)
        yield running


def test_SR_10_a_version_that_opens_again_is_no_younger_than_it_was(hub: TestHub, clock: Clock, cast: Cast) -> None:
    name = fresh_id("indicator")
    hub.accept(cast.au, "au", indicator(id=name, tlp=Tlp.GREEN, version=1))
    assert hub.versions(cast.jp, ids=frozenset({name})) == [(name, version_at(1))]
    clock.ahead += timedelta(days=50)
    assert hub.versions(cast.jp, ids=frozenset({name})) == []
    hub.accept(cast.au, "au", indicator(id=name, tlp=Tlp.RED, version=2))
    hub.deleting.delete(cast.au, hub.collection("au"), name, LAST, None)
    assert hub.versions(cast.jp, ids=frozenset({name}), versions=EVERY) == []


def test_P_09_a_version_that_a_younger_newest_opens_reaches_readers_who_have_passed(
    hub: TestHub, clock: Clock, cast: Cast
) -> None:
    name = fresh_id("indicator")
    hub.accept(cast.au, "au", indicator(id=name, tlp=Tlp.GREEN, version=5))
    clock.ahead += timedelta(days=40)
    hub.accept(cast.au, "au", indicator(id=name, tlp=Tlp.GREEN, version=2))
    hub.accept(cast.au, "au", indicator(tlp=Tlp.GREEN))
    passed = hub.page(cast.jp, "au", versions=EVERY).last
    assert hub.versions(cast.jp, ids=frozenset({name}), versions=EVERY) == []
    hub.accept(cast.au, "au", indicator(id=name, tlp=Tlp.GREEN, version=6))
    arrived = hub.versions(cast.jp, "au", after=passed, versions=EVERY)
    assert sorted(arrived) == [(name, version_at(2)), (name, version_at(6))]


def test_SR_10_an_age_beyond_all_time_is_no_limit(hub: TestHub, clock: Clock, cast: Cast) -> None:
    thing = indicator(tlp=Tlp.GREEN)
    hub.accept(cast.au, "au", thing)
    conclude(hub, max_age_days=900_000_000)
    clock.ahead += timedelta(days=400)
    assert len(hub.read(cast.jp, ids=frozenset({thing["id"]}))) == 1
