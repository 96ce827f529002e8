"""Find out for whom something has arrived: at once where it is announced, soon where it is not."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from threading import Event
from typing import Final, NamedTuple

import msgspec
import structlog

from hub.bus.due import Due
from hub.bus.heads import Listener, News, joined
from hub.domain.clock import tick_of
from hub.domain.errors import HubError, UnavailableError
from hub.domain.identifiers import AccountId, GuardId, OrganisationId, SubscriptionId
from hub.domain.subscriptions.documents import stored_filter
from hub.domain.subscriptions.subscription import Channel
from hub.services.clearances import Clearances
from hub.services.delivery.deliverer import Deliverer
from hub.services.delivery.narrowing import Narrowing, Wish, wish_of
from hub.store.database import Pool
from hub.store.subscriptions.deliverable import Deliverable, deliverable_subscriptions
from hub.store.subscriptions.leases import due_subscriptions

SWEEP_SECONDS: Final = 2.0
PULSE_SECONDS: Final = 0.25
"""How often the policy is looked at, and the log where nothing is announced."""

RELOAD_SECONDS: Final = 1.0
MOST_SWEPT: Final = 5_000

_log = structlog.get_logger()


class _Told(NamedTuple):
    """What a wish is read from, as it is stored."""

    filter: str
    channel: Channel
    organisation: OrganisationId


@dataclass(frozen=True, slots=True, kw_only=True)
class _Circle:
    """Subscriptions of one account and wish, and the guards under which they may be given something."""

    guards: frozenset[GuardId]
    subscriptions: tuple[SubscriptionId, ...]


class Dispatcher:
    """Watches the log for everybody whom the hub delivers to. One a process; one thread runs it."""

    def __init__(  # noqa: PLR0913 - it is made in one place, by name
        self,
        pool: Pool,
        *,
        clearances: Clearances,
        narrowing: Narrowing,
        listener: Listener,
        due: Due,
        deliverer: Deliverer,
        clock: Callable[[], datetime],
    ) -> None:
        self._pool = pool
        self._clearances = clearances
        self._narrowing = narrowing
        self._listener = listener
        self._due = due
        self._deliverer = deliverer
        self._clock = clock
        self._groups: dict[tuple[AccountId, Wish], tuple[SubscriptionId, ...]] = {}
        self._wishes: dict[_Told, Wish] = {}
        self._circles: list[_Circle] = []
        self._known: frozenset[GuardId] = frozenset()
        self._granted: int | None = None
        self._done: dict[Callable[[], None], float] = {}

    def run(self, stop: Event) -> None:
        """Watch until `stop` is set."""
        while not stop.is_set():
            try:
                self.round(self._hear(stop))
            except HubError as error:
                _log.warning("dispatch.interrupted", reason=error.sentence)
                stop.wait(PULSE_SECONDS)
            except Exception:  # noqa: BLE001 - the outermost loop of a thread
                _log.exception("dispatch.failed")
                stop.wait(PULSE_SECONDS)

    def round(self, news: News | None) -> None:
        """Dispatch what some news concerns, and whatever else it is time for."""
        if news is not None:
            if not news.guards <= self._known:
                self._survey()
            self._dispatch(
                [each for circle in self._circles if circle.guards & news.guards for each in circle.subscriptions]
            )
        self._every(RELOAD_SECONDS, self._reload)
        self._every(PULSE_SECONDS, self._survey)
        self._every(SWEEP_SECONDS, self._sweep)

    def _hear(self, stop: Event) -> News | None:
        """Wait for news; where Redis does not answer, look into the log instead."""
        try:
            return joined(self._listener.hear(wait_ms=int(PULSE_SECONDS * 1_000)))
        except UnavailableError:
            stop.wait(PULSE_SECONDS)
            self._done.pop(self._sweep, None)
            return None

    def _every(self, seconds: float, act: Callable[[], None]) -> None:
        now = time.monotonic()
        if now - self._done.get(act, float("-inf")) >= seconds:
            act()
            self._done[act] = now

    def _reload(self) -> None:
        """Read whom there is to deliver to. INVARIANT: a wish that nobody has any more is forgotten."""
        with self._pool.statement() as database:
            found = deliverable_subscriptions(database)
        self._wishes = {told: self._wish(told) for told in {_told(each) for each in found}}
        groups: defaultdict[tuple[AccountId, Wish], list[SubscriptionId]] = defaultdict(list)
        for each in found:
            groups[each.account, self._wishes[_told(each)]].append(each.id)
        changed = {key: tuple(ids) for key, ids in groups.items()}
        if changed != self._groups:
            self._groups = changed
            self._survey()

    def _wish(self, told: _Told) -> Wish:
        known = self._wishes.get(told)
        if known is None:
            known = wish_of(stored_filter(msgspec.json.decode(told.filter)), told.channel, told.organisation)
        return known

    def _survey(self) -> None:
        """Work out what may concern whom. Where something was granted, what is open now stands at later positions."""
        survey = self._clearances.survey({account for account, _ in self._groups})
        facts = survey.facts
        self._known = frozenset(facts.classes.guards)
        self._circles = [
            _Circle(
                guards=self._narrowing.narrowed(survey.sights[account], facts, wish).clearance.guards,
                subscriptions=subscriptions,
            )
            for (account, wish), subscriptions in self._groups.items()
        ]
        if self._granted != facts.granted:
            self._granted = facts.granted
            self._sweep()

    def _sweep(self) -> None:
        """Find in PostgreSQL who is behind the head of the log, whatever was announced."""
        with self._pool.statement() as database:
            self._dispatch(due_subscriptions(database, now=tick_of(self._clock()), most=MOST_SWEPT))

    def _dispatch(self, subscriptions: Iterable[SubscriptionId]) -> None:
        """Point the deliverers to subscriptions: our own to those that it holds, any of them to the others."""
        found = list(subscriptions)
        ours = [each for each in found if self._deliverer.holds(each)]
        others = [each for each in found if not self._deliverer.holds(each)]
        try:
            self._due.put(others)
        except UnavailableError:
            ours += others
        if ours:
            self._deliverer.offer(ours)


def _told(each: Deliverable) -> _Told:
    return _Told(each.filter, each.channel, each.organisation)
