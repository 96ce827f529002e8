"""A hub in which producers of every kind do, by lot, whatever producers do, and a shelf of what is published."""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

import pytest

from hub.domain.agreements import ANY, Agreement, AgreementState, Clause, Effect, Reach
from hub.domain.clock import parse_timestamp
from hub.domain.directory import Principal
from hub.domain.errors import NotFoundError
from hub.domain.handling import Audience, Handling, Tlp
from hub.domain.identifiers import AccountId, AgreementId, MemberCode, OrganisationId, StixId
from hub.domain.pages import Versions
from hub.runtime import wiring
from hub.stix.audience import audience_marking
from hub.store.facts import load_facts
from tests.service.main_job.oracle import Given, Oracle, Placed, Published
from tests.support.agreements import put_in_force
from tests.support.hub import TestHub
from tests.support.stix import TLP_MARKINGS, address, fresh_id, indicator, version_at

MEMBERS: Final = ("AU", "NZ", "JP", "SG", "VN")
OWN: Final = {"au-cert": "au", "au-power": "au", "au-lab": "au", "nz-cert": "nz", "nz-grid": "nz", "jp-cert": "jp"}
"""The producers and the collections of their countries."""

REGIONAL: Final = "best-practices"
READERS: Final = {
    "au-cert/ana": "network-defence",
    "au-cert/bob": "research",
    "au-power/ana": "network-defence",
    "au-lab/ana": "network-defence",
    "nz-cert/ana": "network-defence",
    "nz-cert/bob": "research",
    "nz-grid/ana": "network-defence",
    "jp-cert/ana": "research",
    "jp-cert/gone": "network-defence",
    "sg-cert/ana": "network-defence",
    "vn-cert/ana": "network-defence",
    "desk/ana": "network-defence",
}
"""Every account, and what it uses content for."""


@dataclass(slots=True)
class StillClock:
    """A time that stands until it is moved."""

    at: datetime = field(default_factory=wiring.now)

    def __call__(self) -> datetime:
        return self.at


@dataclass(slots=True, kw_only=True)
class Region:
    """A hub with producers and readers of every kind, and what is published in it."""

    hub: TestHub
    clock: StillClock
    rng: random.Random
    principals: dict[str, Principal] = field(default_factory=dict)
    shelf: dict[tuple[str, str, str, str], Published] = field(default_factory=dict)
    audiences: dict[tuple[str, str], Audience] = field(default_factory=dict)
    objects: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    shared: list[dict[str, Any]] = field(default_factory=lambda: [address() for _ in range(4)])

    def publish(self, producer: str, alias: str, *things: dict[str, Any]) -> None:
        """Push an envelope and put on the shelf what the hub says it has accepted."""
        principal = self.principals[f"{producer}/ana"]
        for outcome in self.hub.push(principal, alias, *things).outcomes:
            if outcome.code is None:
                published = self._published(producer, alias, outcome.version, things[outcome.position])
                self.shelf.setdefault(published.key, published)

    def _published(self, producer: str, alias: str, version: str, thing: dict[str, Any]) -> Published:
        marks = set(thing.get("object_marking_refs", []))
        levels = [level for level, name in TLP_MARKINGS.items() if name in marks]
        return Published(
            accepted=self.clock.at,
            alias=alias,
            id=thing["id"],
            version=version,
            content=thing,
            handling=Handling(
                producer=OrganisationId(producer),
                type=thing["type"],
                tlp=max(levels, default=Tlp.AMBER),
                audiences=frozenset(self.audiences[producer, name] for name in marks - set(TLP_MARKINGS.values())),
            ),
        )

    def define_audience(self, producer: str) -> None:
        """Publish an audience of random members, organisations and accounts."""
        audience = Audience(
            members=frozenset(MemberCode(name) for name in self._some(MEMBERS)),
            organisations=frozenset(OrganisationId(name) for name in self._some(OWN)),
            accounts=frozenset(AccountId(name) for name in self._some(READERS)),
        )
        if audience == Audience():
            return
        name = StixId(fresh_id("marking-definition"))
        self.audiences[producer, name] = audience
        marking = audience_marking(
            name,
            created=version_at(0),
            members=audience.members,
            organisations=audience.organisations,
            accounts=audience.accounts,
        )
        self.publish(producer, OWN[producer], marking | {"object_marking_refs": [TLP_MARKINGS[Tlp.CLEAR]]})

    def change(self) -> None:
        """Do one thing that a producer does: publish, publish again, contribute, define or delete."""
        producer = self.rng.choice(list(OWN))
        alias = self._collection(producer)
        match self.rng.randrange(10):
            case 0:
                self.define_audience(producer)
            case 1:
                self._delete(producer, alias)
            case 2 | 3:
                self.publish(producer, alias, self._marked(producer, self.rng.choice(self.shared)))
            case _:
                self.publish(producer, alias, *(self._version(producer) for _ in range(self.rng.randint(1, 4))))

    def _collection(self, producer: str) -> str:
        regional = producer.endswith("cert") and self.rng.random() < 0.3
        return REGIONAL if regional else OWN[producer]

    def _version(self, producer: str) -> dict[str, Any]:
        """Return a new version of an object of the producer, a new object, or one exactly as it was before."""
        known = self.objects.setdefault(producer, [])
        if len(known) < 6 or self.rng.random() < 0.1:
            thing = self._marked(producer, indicator())
        elif self.rng.random() < 0.2:
            return self.rng.choice(known)
        else:
            base = self.rng.choice(known)
            thing = self._marked(producer, base | {"modified": version_at(self.rng.randint(0, 200))})
        known.append(thing)
        return thing

    def _marked(self, producer: str, thing: dict[str, Any]) -> dict[str, Any]:
        marks = [TLP_MARKINGS[level] for level in self._some(Tlp, most=1)]
        own = [name for owner, name in self.audiences if owner == producer]
        if own and TLP_MARKINGS[Tlp.CLEAR] not in marks and self.rng.random() < 0.4:
            marks += self.rng.sample(own, k=min(len(own), self.rng.randint(1, 2)))
        plain = {key: value for key, value in thing.items() if key != "object_marking_refs"}
        return plain | ({"object_marking_refs": marks} if marks else {})

    def _delete(self, producer: str, alias: str) -> None:
        """Delete some object of the producer from a collection, whole or the one version."""
        mine = [key for key in self.shelf if key[:2] == (alias, producer) and not key[2].startswith("marking")]
        if not mine:
            return
        _, _, name, version = self.rng.choice(mine)
        whole = self.rng.random() < 0.5
        tick = parse_timestamp(version)
        assert tick is not None
        chosen = None if whole else Versions(keywords=frozenset(), ticks=frozenset({tick}))
        principal = self.principals[f"{producer}/ana"]
        self.hub.deleting.delete(principal, self.hub.collection(alias), name, chosen, None)
        gone = [key for key in mine if key[2] == name and (whole or key[3] == version)]
        for key in gone:
            del self.shelf[key]
        with pytest.raises(NotFoundError):
            self.hub.deleting.delete(principal, self.hub.collection(alias), name, chosen, None)

    def agree(self) -> None:
        """Put other agreements in the place of those there are."""
        agreements = [self.agreement(number) for number in range(self.rng.randint(0, 4))]
        put_in_force(self.hub.parts.pool, *agreements, at=self.clock())

    def agreement(self, number: int) -> Agreement:
        """Draw an agreement."""
        days = self.rng.choice([-2, -1, 0, 0.5])
        return Agreement(
            id=AgreementId(f"drawn-{number}"),
            version=1,
            title="Drawn by lot",
            effect=self.rng.choice([Effect.PERMIT, Effect.PERMIT, Effect.PERMIT, Effect.EXCLUDE]),
            state=AgreementState.ACTIVE,
            parties=frozenset({MemberCode("AU")}),
            signed_by=frozenset({MemberCode("AU")} if self.rng.random() < 0.9 else ()),
            valid_from=self.clock.at + timedelta(days=days),
            valid_until=self.rng.choice([None, self.clock.at + timedelta(days=1)]),
            clauses=tuple(self._clause(number) for number in range(1, self.rng.randint(2, 4))),
        )

    def _clause(self, number: int) -> Clause:
        return Clause(
            number=str(number),
            origins=self._any_or(MEMBERS),
            destinations=self._any_or(MEMBERS),
            tlp_max=self.rng.choice(list(Tlp)),
            types=self._any_or(["indicator", "ipv4-addr"]),
            purposes=self._any_or(["network-defence", "research"]),
            reach=self.rng.choice(list(Reach)),
            recipients=frozenset(OrganisationId(name) for name in self._some(OWN)),
            max_age_days=self.rng.choice([None, 1, 1, 2]),
        )

    def _any_or(self, names: Any) -> frozenset[str]:
        return frozenset(self._some(names)) or frozenset({ANY})

    def _some(self, names: Any, most: int = 2) -> list[Any]:
        return self.rng.sample(list(names), k=self.rng.randint(0, most))

    def oracle(self) -> Oracle:
        """Take everything as it stands: the world, the time, and what is on the shelf with its place in the log.

        Somebody reads before, so that what began or ended by the clock has been granted.
        """
        self.hub.page(self.principals["au-cert/ana"])
        with self.hub.parts.pool.statement() as database:
            world = load_facts(database).world
            rows = database.execute(
                "SELECT c.id, log.producer, log.object_id, log.version, log.seq, log.tick, log.guard"
                " FROM log JOIN collections c ON c.number = log.collection ORDER BY log.tick"
            ).fetchall()
            grants = database.execute("SELECT accounts, guards, through_seq, base FROM grants ORDER BY base DESC, id")
            given = [Given(accounts=a, guards=g, through_seq=through, base=base) for a, g, through, base in grants]
        aliases = {entry.id: entry.alias for entry in self.hub.parts.catalogue}
        placed = {(aliases[row[0]], *row[1:4]): row[4:] for row in rows}
        assert placed.keys() == self.shelf.keys()
        shelf = [
            Placed(published=self.shelf[key], seq=seq, tick=tick, guard=guard)
            for key, (seq, tick, guard) in placed.items()
        ]
        return Oracle(world=world, at=self.clock.at, shelf=shelf, given=given)
