"""How versions close one another, and how what opens again reaches readers who have passed."""

from hub.domain.handling import Tlp
from hub.domain.identifiers import Tick
from hub.domain.pages import VersionKeyword, Versions
from tests.service.log.conftest import Cast
from tests.support.hub import TestHub
from tests.support.stix import TLP_MARKINGS, address, fresh_id, indicator, version_at

EVERY = Versions(keywords=frozenset({VersionKeyword.ALL}))
FIRST = Versions(keywords=frozenset({VersionKeyword.FIRST}))


def test_raising_a_marking_closes_the_older_versions_at_once(hub: TestHub, cast: Cast) -> None:
    name = fresh_id("indicator")
    hub.accept(cast.au, "au", indicator(id=name, tlp=Tlp.GREEN, version=1))
    assert hub.versions(cast.jp, ids=frozenset({name}), versions=EVERY) == [(name, version_at(1))]
    hub.accept(cast.au, "au", indicator(id=name, tlp=Tlp.AMBER, version=2))
    assert hub.versions(cast.jp, ids=frozenset({name}), versions=EVERY) == []
    assert not hub.reading.knows(cast.jp.account.id, hub.collection("au"), name)
    assert len(hub.versions(cast.au, ids=frozenset({name}), versions=EVERY)) == 2


def test_lowering_a_marking_does_not_open_the_older_versions(hub: TestHub, cast: Cast) -> None:
    name = fresh_id("indicator")
    hub.accept(cast.au, "au", indicator(id=name, tlp=Tlp.AMBER, version=1))
    hub.accept(cast.au, "au", indicator(id=name, tlp=Tlp.GREEN, version=2))
    assert hub.versions(cast.jp, ids=frozenset({name}), versions=EVERY) == [(name, version_at(2))]


def test_a_version_that_opens_again_arrives_behind_the_cursor_of_a_reader_who_has_passed(
    hub: TestHub, cast: Cast
) -> None:
    name = fresh_id("indicator")
    hub.accept(cast.au, "au", indicator(id=name, tlp=Tlp.GREEN, version=1))
    hub.accept(cast.au, "au", indicator(id=name, tlp=Tlp.AMBER, version=2))
    hub.accept(cast.au, "au", indicator(tlp=Tlp.GREEN))
    passed = hub.page(cast.jp, "au").last
    hub.accept(cast.au, "au", indicator(id=name, tlp=Tlp.GREEN, version=3))
    arrived = hub.versions(cast.jp, "au", after=passed, versions=EVERY)
    assert sorted(arrived) == [(name, version_at(1)), (name, version_at(3))]


def test_a_marking_raised_in_one_collection_closes_the_object_in_the_others(hub: TestHub, cast: Cast) -> None:
    name = fresh_id("indicator")
    first = indicator(id=name, tlp=Tlp.GREEN, version=1)
    hub.accept(cast.au, "best-practices", first)
    hub.accept(cast.au, "au", first)
    hub.accept(cast.au, "au", indicator(id=name, tlp=Tlp.RED, version=2))
    assert hub.read(cast.jp, ids=frozenset({name}), versions=EVERY) == []
    assert [thing["modified"] for thing in hub.read(cast.au, "best-practices", ids=frozenset({name}))] == [
        version_at(1)
    ]


def test_an_older_version_that_arrives_late_is_stored_and_not_the_last(hub: TestHub, cast: Cast) -> None:
    name = fresh_id("indicator")
    hub.accept(cast.au, "au", indicator(id=name, tlp=Tlp.GREEN, version=5))
    hub.accept(cast.au, "au", indicator(id=name, tlp=Tlp.GREEN, version=2))
    ids = frozenset({name})
    assert hub.versions(cast.jp, ids=ids) == [(name, version_at(5))]
    assert hub.versions(cast.jp, ids=ids, versions=FIRST) == [(name, version_at(2))]
    assert [version for _, version in hub.versions(cast.jp, ids=ids, versions=EVERY)] == [version_at(5), version_at(2)]


def test_first_is_the_first_of_those_that_the_reader_may_see(hub: TestHub, cast: Cast) -> None:
    name = fresh_id("indicator")
    hub.accept(cast.au, "au", indicator(id=name, tlp=Tlp.RED, version=1))
    hub.accept(cast.au, "au", indicator(id=name, tlp=Tlp.GREEN, version=2))
    hub.accept(cast.au, "au", indicator(id=name, tlp=Tlp.GREEN, version=3))
    assert hub.versions(cast.jp, ids=frozenset({name}), versions=FIRST) == [(name, version_at(2))]
    assert hub.versions(cast.au, ids=frozenset({name}), versions=FIRST) == [(name, version_at(1))]


def test_deleting_the_newest_gives_the_one_before_to_readers_who_have_passed(hub: TestHub, cast: Cast) -> None:
    name = fresh_id("indicator")
    hub.accept(cast.au, "au", indicator(id=name, tlp=Tlp.GREEN, version=1))
    hub.accept(cast.au, "au", indicator(id=name, tlp=Tlp.AMBER, version=2))
    hub.accept(cast.au, "au", indicator(tlp=Tlp.GREEN))
    passed = hub.page(cast.jp, "au").last
    last = Versions(keywords=frozenset({VersionKeyword.LAST}))
    hub.deleting.delete(cast.au, hub.collection("au"), name, last, None)
    assert hub.versions(cast.jp, "au", after=passed) == [(name, version_at(1))]


def test_one_sco_of_two_producers_is_two_contributions_each_with_its_own_handling(hub: TestHub, cast: Cast) -> None:
    name = fresh_id("ipv4-addr")
    hub.accept(cast.au, "best-practices", address(id=name, tlp=Tlp.GREEN))
    hub.accept(cast.nz, "best-practices", address(id=name, tlp=Tlp.RED))
    ids = frozenset({name})
    assert len(hub.read(cast.jp, "best-practices", ids=ids)) == 1
    assert len(hub.read(cast.nz, "best-practices", ids=ids)) == 2


def test_an_sco_that_is_sent_again_adds_nothing_and_one_that_differs_is_a_new_version(hub: TestHub, cast: Cast) -> None:
    name = fresh_id("ipv4-addr")
    (first,) = hub.accept(cast.au, "au", address(id=name, tlp=Tlp.GREEN))
    (again,) = hub.accept(cast.au, "au", address(id=name, tlp=Tlp.GREEN))
    assert again.version == first.version
    (raised,) = hub.accept(cast.au, "au", address(id=name, tlp=Tlp.RED))
    assert raised.version > first.version
    assert hub.read(cast.jp, ids=frozenset({name}), versions=EVERY) == []
    (seen,) = hub.read(cast.au, ids=frozenset({name}))
    assert seen["object_marking_refs"] == [TLP_MARKINGS[Tlp.RED]]


def test_a_version_is_found_by_its_instant(hub: TestHub, cast: Cast) -> None:
    name = fresh_id("indicator")
    hub.accept(cast.au, "au", indicator(id=name, tlp=Tlp.GREEN, version=1))
    hub.accept(cast.au, "au", indicator(id=name, tlp=Tlp.GREEN, version=2))
    instant = Tick(1_767_225_600_000_000 + 3_600_000_000)
    one = Versions(keywords=frozenset(), ticks=frozenset({instant}))
    assert hub.versions(cast.jp, ids=frozenset({name}), versions=one) == [(name, version_at(1))]
