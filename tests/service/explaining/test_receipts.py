"""Who has read an object: said of an account if, and only if, a page that it was given held the object."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Final, NoReturn

import pytest
from psycopg import sql

from hub.domain.clock import instant_of, parse_timestamp
from hub.domain.handling import Tlp
from hub.domain.identifiers import AccountId, MemberCode, OrganisationId, StixId, Tick
from hub.domain.pages import Channel, Query, VersionKeyword, Versions
from hub.services.directory.accounts import set_purpose
from hub.services.directory.members import suspend_member
from hub.services.explaining.noting import Noting
from hub.services.explaining.receipts import receipts_of
from hub.services.read import Reading
from hub.store.database import Database, StoreError
from hub.store.log.pages import Slice
from hub.store.replicas import Replicas
from tests.service.main_job.region import OWN, READERS, REGIONAL, Region, StillClock
from tests.service.main_job.test_reading_property import settle
from tests.support.acts import made
from tests.support.hub import TestHub, whole
from tests.support.stix import TLP_MARKINGS, indicator, version_at

ROUNDS: Final = 5
STEPS: Final = 60
WALKS: Final = 12
FETCHED: Final = (Channel.OBJECTS, Channel.MANIFEST, Channel.VERSIONS)

Held = tuple[str, str, str, str, int]
"""Account, channel, object, version, position; -1 where the form of the page does not tell the position."""


@dataclass(slots=True, kw_only=True)
class Walker:
    """Readers who begin walks, go on with them later, and write down what every page held."""

    region: Region
    walks: list[tuple[AccountId, Channel, Query]] = field(default_factory=list)
    held: set[Held] = field(default_factory=set)
    pages: int = 0

    def step(self) -> None:
        """Begin a walk, or turn a page of one that was begun, which may be for the next time at its end."""
        rng = self.region.rng
        if len(self.walks) < WALKS:
            self.walks.append((AccountId(rng.choice(list(READERS))), rng.choice(FETCHED), self._query()))
        number = rng.randrange(len(self.walks))
        account, channel, query = self.walks[number]
        after = self._turn(account, channel, query)
        self.walks[number] = (account, channel, replace(query, after=after))
        if rng.random() < 0.05:
            del self.walks[number]

    def _query(self) -> Query:
        rng = self.region.rng
        ids = [key[2] for key in self.region.shelf]
        keywords = rng.choice(
            [[VersionKeyword.LAST], [VersionKeyword.ALL], [VersionKeyword.FIRST], list(VersionKeyword)[:2]]
        )
        return Query(
            collection=self.region.hub.collection(rng.choice(["all", "all", REGIONAL, "au", "nz"])),
            limit=rng.choice([1, 3, 7, 100]),
            ids=frozenset(rng.sample(ids, min(5, len(ids)))) if rng.random() < 0.2 else None,
            types=frozenset({"indicator"}) if rng.random() < 0.2 else None,
            versions=Versions(keywords=frozenset(keywords)),
        )

    def _turn(self, account: AccountId, channel: Channel, query: Query) -> Any:
        reading = self.region.hub.reading
        page: Any
        match channel:
            case Channel.OBJECTS:
                page = reading.objects(account, query, whole)
                things = [json.loads(item) for item in page.items]
                held = [(thing["id"], thing.get("modified", thing.get("created", "")), -1) for thing in things]
            case Channel.MANIFEST:
                page = reading.manifest(account, query, whole)
                held = [(item.id, item.version, item.added) for item in page.items]
            case Channel.VERSIONS:
                ids = query.ids or frozenset({self.region.rng.choice(list(self.region.shelf))[2]})
                one = replace(query, ids=frozenset(sorted(ids)[:1]))
                page = reading.versions(account, one, whole)
                held = [(name, version, -1) for version in page.items for name in one.ids or ()]
        self.pages += bool(page.items)
        for name, version, position in held:
            self.held.add((account, channel, name, self._spelled(name, version), position))
        return page.last if self.region.rng.random() < 0.9 else query.after

    @staticmethod
    def _spelled(name: str, version: str) -> str:
        tick = parse_timestamp(version)
        return "" if name.startswith("ipv4-addr") or tick is None else instant_of(tick).isoformat()


def change_purpose(region: Region) -> None:
    """Let an account use content for something else: it gains and loses, and what it gains it is given anew."""
    account = AccountId(region.rng.choice(list(READERS)))
    purpose = region.rng.choice(["network-defence", "research"])
    set_purpose(region.hub.parts.pool, account, purpose=purpose, act=made("test", at=region.clock.at))


def said(region: Region, ids: set[StixId]) -> Iterator[Held]:
    """Go through all that the receipts say of these objects, of whatever producer."""
    with region.hub.parts.pool.snapshot() as database:
        for object_id in sorted(ids):
            for producer in OWN:
                for each in receipts_of(database, object_id, OrganisationId(producer), {}):
                    position = each.position if each.channel is Channel.MANIFEST else -1
                    version = "" if each.version is None else each.version.isoformat()
                    yield each.account, each.channel, object_id, version, position


@pytest.mark.parametrize("seed", [11, 12, 13])
def test_who_has_read_is_who_was_given(hub: TestHub, clock: StillClock, seed: int) -> None:
    region = settle(hub, clock, seed)
    walker = Walker(region=region)
    ids: set[StixId] = set()
    for _ in range(ROUNDS):
        region.agree()
        for _ in range(STEPS):
            if region.rng.random() < 0.4 or not region.shelf:
                region.change()
                ids |= {StixId(key[2]) for key in region.shelf}
            else:
                walker.step()
            if region.rng.random() < 0.1:
                clock.at += timedelta(hours=region.rng.randint(1, 20))
            if region.rng.random() < 0.1:
                change_purpose(region)
        told = set(said(region, ids))
        assert (told - walker.held, walker.held - told) == (set(), set())
    kinds = Counter(channel for _, channel, *_ in walker.held)
    assert min(kinds[channel] for channel in FETCHED) > 0
    with hub.parts.pool.statement() as database:
        ((rows, pages),) = database.execute("SELECT count(*), sum(pages) FROM readings").fetchall()
        ((former,),) = database.execute("SELECT count(*) FROM former_rows").fetchall()
        ((grants,),) = database.execute("SELECT count(*) FROM grants").fetchall()
    assert pages == walker.pages
    assert rows < pages
    assert former > 20
    assert grants > 0


def test_a_poller_is_one_growing_row(hub: TestHub, clock: StillClock) -> None:
    region = settle(hub, clock, 1)
    account = AccountId("au-cert/ana")
    query = Query(collection=hub.collection("au"), limit=2)
    for _ in range(5):
        region.publish("au-cert", "au", *(indicator() for _ in range(3)))
        page = hub.reading.objects(account, query, whole)
        while page.items:
            query = replace(query, after=page.last)
            page = hub.reading.objects(account, query, whole)
    with hub.parts.pool.statement() as database:
        rows = database.execute("SELECT pages, after, last FROM readings").fetchall()
    assert rows == [(10, 0, query.after)]


def test_what_was_superseded_before_the_walk_came_to_it_was_not_given(hub: TestHub, clock: StillClock) -> None:
    region = settle(hub, clock, 1)
    first, second = indicator(), indicator()
    green = {"object_marking_refs": [TLP_MARKINGS[Tlp.GREEN]]}
    region.publish("au-cert", "au", first | green, second | green)
    region.publish("au-cert", "au", second | green | {"modified": version_at(1)})
    account, query = AccountId("au-cert/ana"), Query(collection=hub.collection("au"), limit=1)
    start = hub.reading.objects(account, query, whole)
    assert json.loads(start.items[0])["id"] == first["id"]
    region.publish("au-cert", "au", second | green | {"modified": version_at(2)})
    hub.reading.objects(account, replace(query, after=start.last), whole)
    with hub.parts.pool.snapshot() as database:
        given = receipts_of(database, StixId(second["id"]), OrganisationId("au-cert"), {})
    assert [each.version for each in given] == [instant_of(parse_timestamp(version_at(2)) or Tick(0))]


def test_what_cannot_be_noted_is_not_given(hub: TestHub, clock: StillClock) -> None:
    region = settle(hub, clock, 1)
    region.publish("au-cert", "au", *(indicator() for _ in range(3)))
    account, query = AccountId("au-cert/ana"), Query(collection=hub.collection("au"), limit=2)
    with renamed(hub, "readings"), pytest.raises(StoreError):
        hub.reading.objects(account, query, whole)
    assert (len(hub.reading.objects(account, query, whole).items), noted(hub)) == (2, 1)


def test_what_cannot_be_written_is_not_noted(hub: TestHub, clock: StillClock) -> None:
    region = settle(hub, clock, 1)
    region.publish("au-cert", "au", *(indicator() for _ in range(3)))
    account, query = AccountId("au-cert/ana"), Query(collection=hub.collection("au"), limit=2)

    def broken(*_: object) -> NoReturn:
        raise ValueError("It cannot be written.")

    with pytest.raises(ValueError, match="cannot be written"):
        hub.reading.objects(account, query, broken)
    assert noted(hub) == 0
    assert (len(hub.reading.objects(account, query, whole).items), noted(hub)) == (2, 1)


def test_a_page_of_a_policy_that_has_changed_meanwhile_is_neither_noted_nor_given(
    hub: TestHub, clock: StillClock
) -> None:
    region = settle(hub, clock, 1)
    region.publish("au-cert", "au", *(indicator(tlp=Tlp.GREEN) for _ in range(3)))
    account, query = AccountId("nz-cert/ana"), Query(collection=hub.collection("au"), limit=2)
    late = Reading(hub.parts.clearances, hub.parts.numbers, Noting(hub.parts.pool, clock), replicas=Overtaken(hub))
    assert (late.objects(account, query, whole).items, noted(hub)) == ((), 0)


class Overtaken(Replicas):
    """Reads from the primary, and suspends the reader's member just before it does so for the first time."""

    def __init__(self, hub: TestHub) -> None:
        super().__init__(())
        self._hub = hub
        self._suspended = False

    def read(self, primary: Database, ask: Callable[[Database], Slice]) -> Slice:
        if not self._suspended:
            self._suspended = True
            suspend_member(self._hub.parts.pool, MemberCode("NZ"), act=made("test", at=self._hub.clock()))
        return ask(primary)


@contextmanager
def renamed(hub: TestHub, table: str) -> Iterator[None]:
    """Have no table of that name for as long as the block runs."""
    names = {"table": sql.Identifier(table), "other": sql.Identifier(f"{table}_elsewhere")}
    with hub.parts.pool.statement() as database:
        database.execute(sql.SQL("ALTER TABLE {table} RENAME TO {other}").format(**names))
        yield
        database.execute(sql.SQL("ALTER TABLE {other} RENAME TO {table}").format(**names))


def noted(hub: TestHub) -> int:
    with hub.parts.pool.statement() as database:
        ((count,),) = database.execute("SELECT count(*) FROM readings").fetchall()
    return int(count)
