"""A page comes from a hot standby only where that shows what the primary would."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from hub.domain.directory import Principal
from hub.domain.handling import Tlp
from hub.domain.identifiers import MemberCode
from hub.domain.pages import VersionKeyword, Versions
from hub.runtime.wiring import now
from hub.services.directory.members import activate_member, suspend_member
from hub.services.explaining.noting import Noting
from hub.services.read import Reading
from hub.store.database import Database, Pool
from hub.store.log.pages import Slice
from hub.store.replicas import Replicas
from tests.support.acts import made
from tests.support.hub import TestHub, running_hub
from tests.support.standby import Pair, running_pair
from tests.support.stix import fresh_id, indicator, version_at

NOBODY_LISTENS = "postgresql://hub@127.0.0.1:1/hub"
BOUND = timedelta(seconds=10)


class Watched(Replicas):
    """Replicas that say of each server that was asked for a page whether it is a standby."""

    def __init__(self, pools: Sequence[Pool]) -> None:
        super().__init__(pools)
        self.asked: list[bool] = []

    def read(self, primary: Database, ask: Callable[[Database], Slice]) -> Slice:
        def watched(database: Database) -> Slice:
            ((standby,),) = database.execute("SELECT pg_is_in_recovery()").fetchall()
            self.asked.append(standby)
            return ask(database)

        return super().read(primary, watched)


@dataclass(slots=True, kw_only=True)
class Scene:
    """A hub whose pages may come from a standby, and who reads them."""

    hub: TestHub
    pair: Pair
    au: Principal
    nz: Principal
    watched: Watched

    def seen(self, reader: Principal, **query: Any) -> list[str]:
        """Read a page, with the policy known, and forget who was asked for those before."""
        self.hub.read(reader, "au", **query)
        self.watched.asked.clear()
        return [thing["id"] for thing in self.hub.read(reader, "au", **query)]

    def publish(self) -> str:
        """Publish an object that both read."""
        thing = indicator(tlp=Tlp.GREEN)
        self.hub.accept(self.au, "au", thing)
        return str(thing["id"])


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    with running_pair() as running:
        yield running


@pytest.fixture(scope="module")
def made_scene(pair: Pair, redis_url: str) -> Iterator[Scene]:
    with running_hub(pair.primary.url, redis_url) as hub:
        pair.catch_up()
        pool = Pool.reading(pair.standby.url, size=2, at_most=BOUND)
        pool.open()
        watched = Watched([pool])
        hub.reading = reading_over(hub, watched)
        yield Scene(hub=hub, pair=pair, au=hub.account("au-cert/ana"), nz=hub.account("nz-cert/ana"), watched=watched)
        pool.close()


@pytest.fixture
def scene(made_scene: Scene) -> Iterator[Scene]:
    yield made_scene
    made_scene.pair.release()


def reading_over(hub: TestHub, replicas: Watched) -> Reading:
    noting = Noting(hub.parts.pool, hub.clock)
    return Reading(hub.parts.clearances, hub.parts.numbers, noting, replicas=replicas)


def test_a_standby_that_has_caught_up_gives_the_page(scene: Scene) -> None:
    published = scene.publish()
    scene.pair.catch_up()
    assert scene.seen(scene.nz)[-1] == published
    assert scene.watched.asked == [True]


def test_what_was_published_is_read_at_once_whatever_the_standby_shows(scene: Scene) -> None:
    scene.pair.hold()
    published = scene.publish()
    assert scene.seen(scene.nz)[-1] == published
    assert scene.watched.asked == [True, False]


def test_a_full_page_comes_from_a_standby_that_is_behind_at_the_head_alone(scene: Scene) -> None:
    first = [scene.publish(), scene.publish()]
    scene.pair.hold()
    scene.publish()
    position = scene.hub.page(scene.nz, "au").last
    assert len(scene.seen(scene.nz, limit=1)) == len(first[:1])
    assert scene.watched.asked == [True]
    assert scene.seen(scene.nz, after=position) == []
    assert scene.watched.asked == [True, False]


def test_a_first_version_that_arrived_late_is_given_whatever_the_standby_shows(scene: Scene) -> None:
    things = [indicator(tlp=Tlp.GREEN, version=5) for _ in range(2)]
    scene.hub.accept(scene.au, "au", *things)
    position = scene.hub.page(scene.au, "au", limit=1_000).last
    scene.hub.accept(scene.au, "au", *(thing | {"id": fresh_id("indicator")} for thing in things))
    scene.pair.catch_up()
    query: dict[str, Any] = {
        "after": position,
        "limit": 1,
        "versions": Versions(keywords=frozenset({VersionKeyword.FIRST})),
    }
    before = scene.seen(scene.nz, **query)
    scene.pair.hold()
    older = next(thing for thing in scene.hub.read(scene.nz, "au", **query))
    scene.hub.accept(scene.au, "au", older | {"modified": version_at(1)})
    assert scene.seen(scene.nz, **query) != before
    assert scene.watched.asked == [True, False]


def test_a_suspension_holds_from_the_next_page_on_whatever_the_standby_shows(scene: Scene) -> None:
    scene.publish()
    scene.publish()
    scene.pair.hold()
    assert scene.seen(scene.nz, limit=1)
    suspend_member(scene.hub.parts.pool, MemberCode("NZ"), act=made("test", at=now()))
    try:
        scene.watched.asked.clear()
        assert scene.hub.read(scene.nz, "au", limit=1) == []
        assert scene.watched.asked[-1] is False
    finally:
        activate_member(scene.hub.parts.pool, MemberCode("NZ"), act=made("test", at=now()))


def test_what_was_deleted_is_not_given_whatever_the_standby_shows(scene: Scene) -> None:
    doomed, _ = scene.publish(), scene.publish()
    scene.pair.hold()
    scene.hub.deleting.delete(scene.au, scene.hub.collection("au"), doomed, None, None)
    for limit in (1, 1_000):
        assert doomed not in scene.seen(scene.nz, limit=limit)
        assert scene.watched.asked == [True, False]


def test_a_standby_that_does_not_answer_is_left_alone_for_a_while(scene: Scene) -> None:
    pool = Pool.reading(NOBODY_LISTENS, size=1, at_most=BOUND, patience=0.01)
    pool.open_later()
    watched = Watched([pool])
    reading = reading_over(scene.hub, watched)
    try:
        published = scene.publish()
        scene.hub.reading, kept = reading, scene.hub.reading
        for _ in range(3):
            assert scene.hub.versions(scene.nz, "au")[-1][0] == published
        assert watched.asked == [False, False, False]
        scene.hub.reading = kept
    finally:
        pool.close()
