"""Who reads what, worked out the slow way: every row, every rule, from what was published and nothing else."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub.domain.handling import Handling
from hub.domain.identifiers import AccountId, Tick
from hub.policy.reading import decide
from hub.policy.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A version of an object that one producer has in one collection, and when it was accepted."""

    accepted: datetime
    alias: str
    id: str
    version: str
    handling: Handling
    content: Mapping[str, Any]

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What names it in the hub."""
        return self.alias, self.handling.producer, self.id, self.version


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A version with its place in the log, and its guard there. One that was moved is no younger for it."""

    published: Published
    seq: int
    tick: Tick
    guard: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A grant: versions of these guards up to a seq stand at `base` + seq for these accounts."""

    accounts: Sequence[str]
    guards: Sequence[int]
    through_seq: int
    base: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Oracle:
    """Answers for one world at one instant. `shelf` is all there is; `given` are the grants, latest first."""

    world: World
    at: datetime
    shelf: Sequence[Placed]
    given: Sequence[Given] = ()

    def added(self, account: AccountId, placed: Placed) -> int:
        """Return the `date_added` of a version as an account is told it."""
        for grant in self.given:
            if account in grant.accounts and placed.guard in grant.guards:
                return grant.base + placed.seq if placed.seq <= grant.through_seq else placed.tick
        return placed.tick

    def readable(self, account: AccountId, alias: str) -> list[Placed]:
        """Return every version in a collection (`all` for every one) that the account may read."""
        readable = [placed for placed in self._within(alias) if self._may_read(account, placed)]
        return sorted(readable, key=lambda placed: self.added(account, placed))

    def newest(self, account: AccountId, alias: str) -> list[Placed]:
        """Return those that are the newest of their object, producer and collection."""
        return [placed for placed in self.readable(account, alias) if placed is _newest(self._siblings(placed))]

    def first(self, account: AccountId, alias: str) -> list[Placed]:
        """Return those that are the oldest the account may read of their object, producer and collection."""
        return [
            placed
            for placed in self.readable(account, alias)
            if not any(
                sibling.published.version < placed.published.version and self._may_read(account, sibling)
                for sibling in self._siblings(placed)
            )
        ]

    def _within(self, alias: str) -> Iterable[Placed]:
        return (placed for placed in self.shelf if alias in ("all", placed.published.alias))

    def _may_read(self, account: AccountId, placed: Placed) -> bool:
        """Whether the rules allow the version itself, the newest in its collection, and its producer's newest."""
        deciding = (placed, _newest(self._siblings(placed)), _newest(self._cousins(placed)))
        return all(
            decide(self.world, account, each.published.handling, added=each.published.accepted, at=self.at).allowed
            for each in deciding
        )

    def _cousins(self, placed: Placed) -> list[Placed]:
        wanted = (placed.published.id, placed.published.handling.producer)
        return [other for other in self.shelf if (other.published.id, other.published.handling.producer) == wanted]

    def _siblings(self, placed: Placed) -> list[Placed]:
        return [other for other in self._cousins(placed) if other.published.alias == placed.published.alias]


def _newest(versions: Iterable[Placed]) -> Placed:
    """Return the newest; of the same version in several collections, the strictest."""
    return max(versions, key=lambda placed: (placed.published.version, placed.published.handling.tlp))
