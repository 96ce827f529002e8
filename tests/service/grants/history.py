"""Histories of a region by lot: producers publish, operators change who may read, time passes, readers poll."""

import random
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

from hub.domain.agreements import ANY, Agreement
from hub.domain.directory import Act
from hub.domain.errors import ForbiddenError
from hub.domain.identifiers import AccountId, MemberCode, OrganisationId
from hub.domain.pages import VersionKeyword
from hub.policy.reading import decide
from hub.policy.visibility import limits_age
from hub.policy.world import World
from hub.services.clearances import Clearances
from hub.services.directory import accounts, members, organisations
from hub.services.explaining.noting import Noting
from hub.services.policy_change import policy_change
from hub.services.read import Reading
from hub.store.epoch import current_epoch
from hub.store.facts import load_world
from tests.service.grants.readers import Poller
from tests.service.main_job.oracle import Given, Placed, Published
from tests.service.main_job.region import Region
from tests.support.agreements import replace_agreements

POLLING: Final = ("au-cert/bob", "au-power/ana", "nz-cert/ana", "nz-grid/ana", "jp-cert/ana", "sg-cert/ana")
LAG: Final = timedelta(hours=1)
"""How far the clock of the second process is behind."""

Key = tuple[str, str, str, str]
"""Alias, producer, id and version: what names a row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A row as it was when a poller was given it."""

    seq: int
    guard: int


@dataclass(slots=True, kw_only=True)
class Reader:
    """A poller, what it was given, and what of that it has lost since."""

    poller: Poller
    received: dict[Key, Delivery] = field(default_factory=dict)
    lost: set[Key] = field(default_factory=set)


@dataclass(slots=True, kw_only=True)
class Stand:
    """Everything as it stands after a step: the world, the rows, and the grants, the latest first."""

    epoch: int
    world: World
    at: datetime
    shelf: Mapping[Key, Placed]
    given: Mapping[int, Given]
    decisions: dict[Any, bool] = field(default_factory=dict)
    deciding: dict[Key, list[Published]] = field(default_factory=dict)

    def place(self, account: str, placed: Placed) -> tuple[int, int | None]:
        """Return the position of a row for an account, and the grant that it stands in."""
        for number, grant in self.given.items():
            if account in grant.accounts and placed.guard in grant.guards:
                old = placed.seq <= grant.through_seq
                return (grant.base + placed.seq, number) if old else (placed.tick, None)
        return placed.tick, None

    def visible(self, account: AccountId, alias: str, *, at: datetime) -> dict[Key, Placed]:
        """Return the rows that an account may read, decided row by row from what was published."""
        return {
            key: placed
            for key, placed in self.shelf.items()
            if alias in ("all", key[0]) and all(self._may(account, each, at) for each in self._deciding(key))
        }

    def _deciding(self, key: Key) -> list[Published]:
        """Return the version itself, the newest in its collection, and the newest of its producer."""
        known = self.deciding.get(key)
        if known is not None:
            return known
        cousins = [placed.published for other, placed in self.shelf.items() if other[1:3] == key[1:3]]
        siblings = [published for published in cousins if published.alias == key[0]]
        known = self.deciding[key] = [self.shelf[key].published, _newest(siblings), _newest(cousins)]
        return known

    def _may(self, account: AccountId, published: Published, at: datetime) -> bool:
        asked = (account, published.handling, published.accepted, at)
        known = self.decisions.get(asked)
        if known is None:
            answer = decide(self.world, account, published.handling, added=published.accepted, at=at)
            known = self.decisions[asked] = answer.allowed
        return known

    def newest(self, visible: Mapping[Key, Placed]) -> set[Key]:
        """Return those of some rows that are the newest of their object, producer and collection."""
        last: dict[tuple[str, str, str], str] = {}
        for alias, producer, name, version in self.shelf:
            last[alias, producer, name] = max(version, last.get((alias, producer, name), ""))
        return {key for key in visible if last[key[:3]] == key[3]}


@dataclass(slots=True, kw_only=True)
class History:
    """One history, with pollers of every kind that ask either of two processes."""

    region: Region
    rng: random.Random
    readers: list[Reader] = field(default_factory=list)
    readings: tuple[Reading, ...] = ()
    written: dict[int, frozenset[int]] = field(default_factory=dict)
    ages_count: bool = False
    known: Stand | None = None

    def begin(self) -> None:
        """Take up pollers, some of which stop in the middle of a walk because their pages are small."""
        hub, clock = self.region.hub, self.region.clock
        self.ages_count = limits_age(self.stand().world)
        behind = Clearances(hub.parts.pool, lambda: clock.at - LAG)
        self.readings = (hub.reading, Reading(behind, hub.parts.numbers, Noting(hub.parts.pool, clock)))
        for name in self.rng.sample(POLLING, k=4):
            for alias in self.rng.sample(["all", "au", "nz", "best-practices"], k=2):
                poller = Poller(
                    account=AccountId(name),
                    collection=hub.collection(alias),
                    keyword=self.rng.choice([VersionKeyword.ALL, VersionKeyword.ALL, VersionKeyword.LAST]),
                    limit=self.rng.choice([1, 3, 7, 100]),
                )
                self.readers.append(Reader(poller=poller))

    def step(self) -> None:
        """Let one thing happen, and some readers poll."""
        self.known = None
        with suppress(ForbiddenError):
            self.rng.choice([self.region.change, self.change_policy])()
        stand = self.stand()
        self.note_losses(stand)
        for reader in self.rng.sample(self.readers, k=2):
            self.poll(reader, self.rng.choice(self.readings))

    def change_policy(self) -> None:
        """Do one thing that operators do, or let time pass."""
        pool, act = self.region.hub.parts.pool, Act(actor="test", at=self.region.clock.at)
        organisation = OrganisationId(self.rng.choice(["au-power", "au-lab", "nz-grid"]))
        account = self.rng.choice(self.readers).poller.account
        member = MemberCode(account[:2].upper())
        client = self.rng.choice(["au-power", "au-lab"])
        changes: list[Callable[[], object]] = [
            self.agree,
            self.agree,
            self.agree,
            self.pass_time,
            self.pass_time,
            lambda: members.suspend_member(pool, member, act=act),
            lambda: members.activate_member(pool, member, act=act),
            lambda: members.activate_member(pool, member, act=act),
            lambda: members.observe_member(pool, member, act=act),
            lambda: organisations.disable_organisation(pool, organisation, act=act),
            lambda: organisations.enable_organisation(pool, organisation, act=act),
            lambda: organisations.enable_organisation(pool, organisation, act=act),
            lambda: organisations.give_consent(pool, organisation, act=act),
            lambda: organisations.withdraw_consent(pool, organisation, act=act),
            lambda: organisations.serve_organisation(
                pool,
                OrganisationId(client),
                served_by=self.rng.choice([None, OrganisationId("au-cert")]),
                act=act,
            ),
            lambda: accounts.disable_account(pool, account, act=act),
            lambda: accounts.enable_account(pool, account, act=act),
            lambda: accounts.enable_account(pool, account, act=act),
            lambda: accounts.set_purpose(
                pool, account, purpose=self.rng.choice(["network-defence", "research"]), act=act
            ),
        ]
        self.rng.choice(changes)()

    def agree(self) -> None:
        """Put other agreements in the place of those there are."""
        agreements = [self.agreement(number) for number in range(self.rng.randint(0, 4))]
        act = Act(actor="test", at=self.region.clock.at)
        with self.region.hub.parts.pool.transaction() as database, policy_change(database, act):
            replace_agreements(database, agreements)
        self.ages_count |= any(clause.max_age_days for each in agreements for clause in each.clauses)

    def agreement(self, number: int) -> Agreement:
        """Draw an agreement, half of the time one that opens or closes much."""
        drawn = self.region.agreement(number)
        if self.rng.random() < 0.5:
            return drawn
        wide = frozenset({ANY})
        clauses = [replace(clause, origins=wide, destinations=wide, types=wide) for clause in drawn.clauses]
        return replace(drawn, signed_by=drawn.parties, clauses=tuple(clauses))

    def pass_time(self) -> None:
        """Let some hours pass; whoever reads next turns what began or ended meanwhile."""
        self.region.clock.at += timedelta(hours=self.rng.choice([1, 7, 13, 25]))

    def rest(self) -> None:
        """Let everybody poll to the end, and compare what they hold with what they may see."""
        for reader in self.readers:
            while self.poll(reader, self.readings[0]):
                pass
            stand = self.stand()
            poller = reader.poller
            visible = stand.visible(poller.account, poller.collection.alias or "", at=stand.at)
            wanted = visible.keys() if poller.keyword is VersionKeyword.ALL else stand.newest(visible)
            assert wanted <= reader.received.keys(), (poller, wanted - reader.received.keys())

    def poll(self, reader: Reader, reading: Reading) -> bool:
        """Let a reader ask for one page, check every version in it, and return whether there is more."""
        items, more = reader.poller.poll(reading)
        stand = self.stand()
        account, alias = reader.poller.account, reader.poller.collection.alias or ""
        visible = {
            **stand.visible(account, alias, at=stand.at - LAG),
            **stand.visible(account, alias, at=stand.at),
        }
        standing = {stand.place(account, placed)[0]: key for key, placed in visible.items()}
        for item in items:
            key = standing[item.added]
            assert key[2:] == (item.id, item.version)
            self.receive(reader, stand, key)
        return more

    def receive(self, reader: Reader, stand: Stand, key: Key) -> None:
        """Keep a version, and see that it was not given before, or why again.

        RULE: a version comes a second time only where it was moved to the head or put under another guard; or the
        reader had lost it since; or a later grant gave older versions of its guard, which takes a clause that limits
        age; or its guard was taken up by a grant that did not hold it when it was written.
        """
        placed = stand.shelf[key]
        before = reader.received.get(key)
        if before is not None and key not in reader.lost and (before.seq, before.guard) == (placed.seq, placed.guard):
            _, grant = stand.place(reader.poller.account, placed)
            assert grant is not None
            assert self.ages_count or placed.guard not in self.written[grant]
        reader.lost.discard(key)
        reader.received[key] = Delivery(seq=placed.seq, guard=placed.guard)

    def note_losses(self, stand: Stand) -> None:
        """Note what readers have lost of what they were given."""
        for reader in self.readers:
            visible = stand.visible(reader.poller.account, "all", at=stand.at)
            reader.lost |= reader.received.keys() - visible.keys()

    def stand(self) -> Stand:
        """Take everything as it stands; within a step only the epoch can tell of a change."""
        with self.region.hub.parts.pool.statement() as database:
            epoch = current_epoch(database)
            if self.known is not None and self.known.epoch == epoch:
                return self.known
            world = load_world(database)
            rows = database.execute(
                "SELECT c.id, log.producer, log.object_id, log.version, log.seq, log.tick, log.guard"
                " FROM log JOIN collections c ON c.number = log.collection"
            ).fetchall()
            grants = database.execute(
                "SELECT id, accounts, guards, through_seq, base FROM grants ORDER BY base DESC"
            ).fetchall()
        aliases = {entry.id: entry.alias for entry in self.region.hub.parts.catalogue}
        places = {(aliases[row[0]], *row[1:4]): row[4:] for row in rows}
        assert places.keys() == self.region.shelf.keys()
        for number, _, guards, _, _ in grants:
            self.written.setdefault(number, frozenset(guards))
        self.known = Stand(
            epoch=epoch,
            world=world,
            at=self.region.clock.at,
            shelf={
                key: Placed(published=self.region.shelf[key], seq=seq, tick=tick, guard=guard)
                for key, (seq, tick, guard) in places.items()
            },
            given={
                number: Given(accounts=names, guards=guards, through_seq=through, base=base)
                for number, names, guards, through, base in grants
            },
        )
        return self.known


def _newest(versions: list[Published]) -> Published:
    """Return the newest; of the same version in several collections, the strictest."""
    return max(versions, key=lambda published: (published.version, published.handling.tlp))
