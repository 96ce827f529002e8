"""What each reader may read and where it stands, worked out once a policy epoch, and never used a moment too long."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Final, NamedTuple, TypeVar

from hub.domain.clock import instant_of, tick_of
from hub.domain.errors import UnavailableError
from hub.domain.handling import Handling
from hub.domain.identifiers import AccountId, GuardId, HandlingId
from hub.policy.changes.alike import HandlingKind, Likeness, ReaderKind
from hub.policy.visibility import next_change, readable_age
from hub.services.policy_change import turn
from hub.store.database import Database, Pool
from hub.store.epoch import current_epoch
from hub.store.facts import Facts, load_facts
from hub.store.log.grants import Grant, load_grants
from hub.store.log.segments import AgedGuard, Allowed, Block, current_blocks

Answer = TypeVar("Answer")

_TRIES: Final = 50
_MICROSECOND: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Clearance:
    """The guards of one kind of reader: those it may read at any age, and those with the greatest age of each part."""

    always: tuple[GuardId, ...]
    aged: tuple[tuple[GuardId, tuple[timedelta, timedelta, timedelta]], ...]

    @property
    def guards(self) -> frozenset[GuardId]:
        """Every guard of which some row may be read."""
        return frozenset((*self.always, *(guard for guard, _ in self.aged)))


class SightKey(NamedTuple):
    """What readers that see the same, in the same places, have in common: the epoch, their kind, their grants."""

    epoch: int
    kind: ReaderKind | None
    grants: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sight:
    """What one account sees: its clearance, and the blocks in which it was given some of that anew."""

    key: SightKey
    clearance: Clearance
    blocks: tuple[Block, ...]

    def allowed(self, at: datetime) -> Allowed:
        """Turn greatest ages into least ticks."""
        now = tick_of(at)
        return Allowed(
            guards=self.clearance.always,
            aged=[
                AgedGuard(
                    guard=guard,
                    own_since=_least_tick(now, own),
                    newest_since=_least_tick(now, newest),
                    producers_since=_least_tick(now, producers),
                )
                for guard, (own, newest, producers) in self.clearance.aged
            ],
            blocks=self.blocks,
            epoch=self.key.epoch,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What accounts see at one moment, and the facts that this rests on."""

    facts: Facts
    sights: Mapping[AccountId, Sight]


Narrow = Callable[[Sight, Facts], Sight]
"""Leaves of what an account sees only what is wanted of it."""


def whole(sight: Sight, _: Facts) -> Sight:
    """Want all that is seen."""
    return sight


@dataclass(slots=True)
class _Cache:
    """The facts of one epoch and what was worked out from them. They hold until `until`, exclusive, or for ever."""

    facts: Facts
    since: datetime
    until: datetime | None
    likeness: Likeness
    kinds: Sequence[tuple[Handling, Sequence[HandlingId]]]
    clearances: dict[ReaderKind | None, Clearance] = field(default_factory=dict)
    sights: dict[AccountId, Sight] = field(default_factory=dict)

    def holds(self, at: datetime) -> bool:
        """Whether no agreement has begun or ended by then; an instant before `since` counts as that."""
        return self.until is None or at < self.until

    def kind(self, account: AccountId) -> ReaderKind | None:
        """Return the kind of an account; None for one that nobody knows."""
        found = self.facts.world.accounts.get(account)
        return None if found is None else self.likeness.of_reader(found)


class Clearances:
    """The clearances of this process. One instance is shared by all its threads.

    `reads` is where readers' questions are put, so that what they rest on is never cut short by a bound on these.
    """

    def __init__(self, pool: Pool, clock: Callable[[], datetime], *, reads: Pool | None = None) -> None:
        self._pool = pool
        self._reads = reads or pool
        self._clock = clock
        self._lock = Lock()
        self._turning = Lock()
        self._cache: _Cache | None = None
        self._grants: dict[AccountId, tuple[int, tuple[Grant, ...]]] = {}

    def answer(
        self,
        account: AccountId,
        ask: Callable[[Database, Allowed], tuple[int | None, Answer]],
        *,
        narrow: Narrow = whole,
    ) -> Answer:
        """Ask the store on behalf of a reader, for what `narrow` leaves of its sight.

        `ask` returns the policy epoch of the snapshot that it saw, and its answer. The answer is given only where it
        was made with the sight of that very epoch; otherwise the question is put again. Where an agreement has begun
        or ended since readers were judged last, what that opens is granted first.
        """
        for _ in range(_TRIES):
            cache = self._cache or self._reload()
            at = max(self._clock(), cache.since)
            if not cache.holds(at):
                with self._pool.statement() as database:
                    self._turn(database, at)
                continue
            sight = narrow(self._sight_of(cache, account), cache.facts)
            with self._reads.statement() as database:
                epoch, answer = ask(database, sight.allowed(at))
            if epoch == cache.facts.epoch:
                return answer
            self._reload()
        raise UnavailableError("The policy changes faster than it can be read; try again shortly.")

    def survey(self, accounts: Iterable[AccountId]) -> Survey:
        """Return what accounts see at this moment; what an agreement has opened by now is granted first.

        This is to know whom to ask for. Whoever gives content to a reader asks with `answer`.
        """
        with self._pool.statement() as database:
            for _ in range(_TRIES):
                cache = self._cache
                if cache is None or cache.facts.epoch != current_epoch(database):
                    cache = self._load(database)
                at = max(self._clock(), cache.since)
                if cache.holds(at):
                    return Survey(facts=cache.facts, sights=self._sights(database, cache, accounts))
                self._turn(database, at)
        raise UnavailableError("The policy changes faster than it can be read; try again shortly.")

    def facts(self, database: Database, *, epoch: int) -> Facts:
        """Return the facts of `epoch`, which this transaction sees. Call it before the transaction changes any."""
        cache = self._cache
        if cache is None or cache.facts.epoch != epoch:
            cache = self._load(database)
        return cache.facts

    def readable(self, facts: Facts, account: AccountId) -> frozenset[GuardId]:
        """Return the guards that an account may read at any age."""
        cache = self._cache
        if cache is None or cache.facts is not facts:
            cache = _cache_of(facts)
        at = max(self._clock(), cache.since)
        clearance = _clearance(cache, account) if cache.holds(at) else _work_out(cache, account, at=at)
        return frozenset(clearance.always)

    def _load(self, database: Database) -> _Cache:
        with self._lock:
            self._cache = cache = _cache_of(load_facts(database))
            return cache

    def _reload(self) -> _Cache:
        with self._pool.statement() as database:
            return self._load(database)

    def _turn(self, database: Database, at: datetime) -> None:
        with self._turning:
            cache = self._cache
            if cache is None or not cache.holds(at):
                with database.transaction():
                    turn(database, at=at)
                self._load(database)

    def _sight_of(self, cache: _Cache, account: AccountId) -> Sight:
        known = cache.sights.get(account)
        if known is None:
            with self._pool.statement() as database:
                known = self._sights(database, cache, (account,))[account]
        return known

    def _sights(self, database: Database, cache: _Cache, accounts: Iterable[AccountId]) -> dict[AccountId, Sight]:
        sights = {account: cache.sights.get(account) for account in accounts}
        unknown = [account for account, sight in sights.items() if sight is None]
        grants = self._grants_of(database, unknown, granted=cache.facts.granted)
        for account in unknown:
            clearance = _clearance(cache, account)
            key = SightKey(cache.facts.epoch, cache.kind(account), tuple(grant.id for grant in grants[account]))
            blocks = current_blocks([grant.block for grant in grants[account]], clearance.guards)
            sights[account] = cache.sights[account] = Sight(key=key, clearance=clearance, blocks=blocks)
        return {account: sight for account, sight in sights.items() if sight is not None}

    def _grants_of(
        self, database: Database, accounts: Sequence[AccountId], *, granted: int
    ) -> dict[AccountId, tuple[Grant, ...]]:
        """Read the grants of accounts, as of that count or a later one: then the epoch is later too."""
        known = {account: self._grants.get(account) for account in accounts}
        stale = [account for account, kept in known.items() if kept is None or kept[0] != granted]
        if stale:
            for account, grants in load_grants(database, stale).items():
                self._grants[account] = known[account] = (granted, grants)
        return {account: kept[1] for account, kept in known.items() if kept is not None}


def _cache_of(facts: Facts) -> _Cache:
    likeness = Likeness((facts.world,), facts.named)
    kinds: dict[HandlingKind, list[HandlingId]] = defaultdict(list)
    for number, handling in facts.classes.handlings.items():
        kinds[likeness.of_handling(handling)].append(number)
    since = instant_of(facts.turned)
    return _Cache(
        facts=facts,
        since=since,
        until=next_change(facts.world, at=since),
        likeness=likeness,
        kinds=[(facts.classes.handlings[numbers[0]], numbers) for numbers in kinds.values()],
    )


def _clearance(cache: _Cache, account: AccountId) -> Clearance:
    kind = cache.kind(account)
    known = cache.clearances.get(kind)
    if known is None:
        known = cache.clearances[kind] = _work_out(cache, account, at=cache.since)
    return known


def _work_out(cache: _Cache, account: AccountId, *, at: datetime) -> Clearance:
    ages: dict[HandlingId, timedelta | None] = {}
    for handling, numbers in cache.kinds:
        ages |= dict.fromkeys(numbers, readable_age(cache.facts.world, account, handling, at=at))
    always: list[GuardId] = []
    aged: list[tuple[GuardId, tuple[timedelta, timedelta, timedelta]]] = []
    for guard, parts in cache.facts.classes.guards.items():
        own, newest, producers = (ages[part] for part in parts)
        if own is None or newest is None or producers is None:
            continue
        if own == newest == producers == timedelta.max:
            always.append(guard)
        else:
            aged.append((guard, (own, newest, producers)))
    return Clearance(always=tuple(always), aged=tuple(aged))


def _least_tick(now: int, age: timedelta) -> int:
    return max(0, now - age // _MICROSECOND)
