"""What happens to subscribers where everybody does everything, and what each has to have been told of it."""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, NamedTuple

from hub.domain.agreements import Clause
from hub.domain.subscriptions.withdrawals import Addressee, Notice
from hub.services.delivery.outbox import Portion
from tests.service.main_job.oracle import Oracle
from tests.service.main_job.region import Region
from tests.service.withdrawal.desk import Desk
from tests.support.stix import version_at


class Version(NamedTuple):
    """A version of a producer's object."""

    producer: str
    id: str
    version: str


class ChangingRegion(Region):
    """A region where objects are revoked as well, and where nothing is closed by its age alone."""

    def _clause(self, number: int) -> Clause:
        return replace(super()._clause(number), max_age_days=None)

    def _version(self, producer: str) -> dict[str, Any]:
        known = self.objects.get(producer, [])
        if known and self.rng.random() < 0.1:
            base = self.rng.choice(known)
            return self._marked(producer, base | {"modified": version_at(300), "revoked": True})
        return super()._version(producer)


@dataclass(slots=True, kw_only=True)
class Memory:
    """What a subscriber was sent, and what happened to each version since it was sent it last."""

    causes: dict[Version, set[str]] = field(default_factory=dict)
    hidden: set[Version] = field(default_factory=set)
    revoked: set[Version] = field(default_factory=set)
    told: dict[Version, set[str]] = field(default_factory=lambda: defaultdict(set))
    notices: int = 0

    def sent(self, version: Version, *, revoked: bool) -> None:
        """Note that a version was sent, maybe again. That it was revoked before may be said of it all the same."""
        self.causes[version] = {"revoked"} if revoked else set()
        self.revoked.discard(version)
        self.hidden.discard(version)
        self.told[version] = set()


@dataclass(slots=True, kw_only=True)
class History:
    """Subscribers, and what they remember. `on_the_way` are batches that were sent and not settled yet."""

    region: ChangingRegion
    desk: Desk
    memories: dict[Addressee, Memory]
    on_the_way: dict[Addressee, Portion] = field(default_factory=dict)

    def step(self) -> None:
        """Let one thing happen."""
        rng = self.region.rng
        match rng.randrange(12):
            case 0 | 1 | 2:
                self._happens(self.region.change)
            case 3:
                self._happens(self.region.agree)
            case 4:
                self._happens(self._time_passes)
            case 5 | 6 | 7 | 8:
                self._send(rng.choice(list(self.memories)))
            case 9 | 10:
                self.desk.expanding.step()
            case 11:
                self._receive(rng.choice(list(self.memories)))

    def rest(self) -> None:
        """Let everything come to its end."""
        for addressee, portion in list(self.on_the_way.items()):
            self._settle(addressee, portion)
        self.desk.expanding.run_dry()
        for addressee in self.memories:
            self._receive(addressee)

    def check(self) -> None:
        """Hold what everybody was told against what happened to what they were sent."""
        oracle = self.region.oracle()
        for addressee, memory in self.memories.items():
            readable = self._readable(oracle, addressee)
            for version, causes in memory.causes.items():
                told = memory.told[version]
                state = (addressee.account, version, told, causes, version in memory.hidden, version in readable)
                final = told & {"deleted", "closed"}
                assert told <= causes, state
                assert len(final) <= 1, state
                assert version in readable or final or version not in memory.hidden, state
                if version in memory.revoked - memory.hidden and self._revokes(version, readable):
                    assert "revoked" in told, state

    def _happens(self, act: Any) -> None:
        before = self.region.oracle()
        shelf = set(self.region.shelf)
        act()
        after = self.region.oracle()
        for addressee, memory in self.memories.items():
            was, now = self._readable(before, addressee), self._readable(after, addressee)
            for version in memory.causes:
                if version in was and version not in now:
                    gone = any(Version(*key[1:]) == version for key in shelf - self.region.shelf.keys())
                    memory.causes[version].add("deleted" if gone else "closed")
                    memory.hidden.add(version)
                if version in was & now and self._revokes(version, now) > self._revokes(version, was):
                    memory.causes[version].add("revoked")
                    memory.revoked.add(version)

    def _revokes(self, version: Version, readable: set[Version]) -> int:
        contents = {Version(*key[1:]): published.content for key, published in self.region.shelf.items()}
        return sum(
            (other.producer, other.id) == (version.producer, version.id)
            and other.version > version.version
            and bool(contents.get(other, {}).get("revoked"))
            for other in readable
        )

    def _time_passes(self) -> None:
        self.region.clock.at += timedelta(hours=self.region.rng.randint(1, 20))

    def _send(self, addressee: Addressee) -> None:
        """Send the next batch and settle it at once or later; or find that it may not be sent any more."""
        if addressee in self.on_the_way:
            self._settle(addressee, self.on_the_way[addressee])
            return
        portion = self.desk.portion(addressee)
        chance = self.region.rng.random()
        if chance < 0.2:
            return
        oracle = self.region.oracle()
        where = {oracle.added(addressee.account, placed): placed.published.key for placed in oracle.shelf}
        readable = self._readable(oracle, addressee)
        for item in portion.items:
            version = Version(*where[item.position][1:])
            self.memories[addressee].sent(version, revoked=self._revokes(version, readable) > 0)
        self.on_the_way[addressee] = portion
        if chance < 0.7:
            self._settle(addressee, portion)

    def _settle(self, addressee: Addressee, portion: Portion) -> None:
        self.desk.arrive(addressee, portion)
        del self.on_the_way[addressee]

    def _receive(self, addressee: Addressee) -> None:
        if addressee in self.on_the_way:
            return
        for notice in self.desk.receive(addressee):
            self._told(addressee, notice)

    def _told(self, addressee: Addressee, notice: Notice) -> None:
        memory, key = self.memories[addressee], notice.withdrawn.key
        version = Version(key.producer, key.object_id, notice.withdrawn.version)
        assert version in memory.causes, (addressee, version)
        assert notice.withdrawn.cause.value not in memory.told[version], (addressee, version)
        memory.told[version].add(notice.withdrawn.cause.value)
        memory.notices += 1

    @staticmethod
    def _readable(oracle: Oracle, addressee: Addressee) -> set[Version]:
        return {Version(*placed.published.key[1:]) for placed in oracle.readable(addressee.account, "all")}
