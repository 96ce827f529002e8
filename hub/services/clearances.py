"""What each reader may read, worked out once a policy epoch and reader class, and never used a moment too long."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Final, TypeVar

from hub.domain.clock import tick_of
from hub.domain.errors import UnavailableError
from hub.domain.identifiers import AccountId, GuardId, HandlingId
from hub.policy.visibility import next_change, readable_age, reader_class
from hub.store.database import Database, Pool
from hub.store.epoch import current_epoch
from hub.store.facts import Facts, load_facts
from hub.store.log.pages import AgedGuard, Allowed

Answer = TypeVar("Answer")

_TRIES: Final = 50
_MICROSECOND: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clearance:
    """The guards of one reader class: those it may read at any age, and those with the greatest age of each part.

    It holds until the instant `until` (exclusive), at which some agreement begins or ends; None is for ever.
    """

    always: tuple[GuardId, ...]
    aged: tuple[tuple[GuardId, tuple[timedelta, timedelta, timedelta]], ...]
    since: datetime
    until: datetime | None

    def holds(self, at: datetime) -> bool:
        """Whether this is still the answer at an instant."""
        return self.since <= at and (self.until is None or at < self.until)

    def allowed(self, at: datetime) -> Allowed:
        """Turn greatest ages into least ticks."""
        now = tick_of(at)
        return Allowed(
            guards=self.always,
            aged=[
                AgedGuard(
                    guard=guard,
                    own_since=_least_tick(now, own),
                    newest_since=_least_tick(now, newest),
                    producers_since=_least_tick(now, producers),
                )
                for guard, (own, newest, producers) in self.aged
            ],
        )


@dataclass(slots=True)
class _Cache:
    facts: Facts
    clearances: dict[Hashable, Clearance] = field(default_factory=dict)


class Clearances:
    """The clearances of this process. One instance is shared by all its threads."""

    def __init__(self, pool: Pool, clock: Callable[[], datetime]) -> None:
        self._pool = pool
        self._clock = clock
        self._lock = Lock()
        self._cache: _Cache | None = None

    def answer(self, account: AccountId, ask: Callable[[Database, Allowed], tuple[int, Answer]]) -> Answer:
        """Ask the store on behalf of a reader.

        `ask` returns the policy epoch of the snapshot that it saw, and its answer. The answer is given only where it
        was made with the clearance of that very epoch; otherwise the question is put again.
        """
        with self._pool.statement() as database:
            for _ in range(_TRIES):
                cache = self._cache or self._load(database)
                at = self._clock()
                epoch, answer = ask(database, self._clearance(cache, account, at).allowed(at))
                if epoch == cache.facts.epoch:
                    return answer
                self._load(database)
        raise UnavailableError("The policy changes faster than it can be read; try again shortly.")

    def facts(self, database: Database) -> Facts:
        """Return the facts of the epoch that this transaction sees. Call it before the transaction changes any."""
        cache = self._cache
        if cache is None or cache.facts.epoch != current_epoch(database):
            cache = self._load(database)
        return cache.facts

    def readable(self, facts: Facts, account: AccountId) -> frozenset[GuardId]:
        """Return the guards that an account may read at any age."""
        cache = self._cache
        if cache is None or cache.facts is not facts:
            cache = _Cache(facts=facts)
        return frozenset(self._clearance(cache, account, self._clock()).always)

    def _load(self, database: Database) -> _Cache:
        with self._lock:
            self._cache = cache = _Cache(facts=load_facts(database))
            return cache

    def _clearance(self, cache: _Cache, account: AccountId, at: datetime) -> Clearance:
        reader = reader_class(cache.facts.world, account, cache.facts.named)
        known = cache.clearances.get(reader)
        if known is None or not known.holds(at):
            known = cache.clearances[reader] = _work_out(cache.facts, account, at)
        return known


def _work_out(facts: Facts, account: AccountId, at: datetime) -> Clearance:
    world = facts.world
    ages: dict[HandlingId, timedelta | None] = {
        number: readable_age(world, account, handling, at=at) for number, handling in facts.classes.handlings.items()
    }
    always: list[GuardId] = []
    aged: list[tuple[GuardId, tuple[timedelta, timedelta, timedelta]]] = []
    for guard, parts in facts.classes.guards.items():
        own, newest, producers = (ages[part] for part in parts)
        if own is None or newest is None or producers is None:
            continue
        if own == newest == producers == timedelta.max:
            always.append(guard)
        else:
            aged.append((guard, (own, newest, producers)))
    return Clearance(always=tuple(always), aged=tuple(aged), since=at, until=next_change(world, at=at))


def _least_tick(now: int, age: timedelta) -> int:
    return max(0, now - age // _MICROSECOND)
