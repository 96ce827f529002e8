"""Go through what has happened and find who is to be told: in order, in bounded steps, each whole or not at all."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from typing import Final, NamedTuple, assert_never

from hub.domain.clock import instant_of, tick_of
from hub.domain.identifiers import AccountId, OrganisationId, StixId
from hub.domain.subscriptions.withdrawals import Addressee, Withdrawn
from hub.services.clearances import Clearances
from hub.services.explaining.receipts import readable
from hub.services.withdrawal.causes import MayRead, withdrawn
from hub.store.database import Database, Pool
from hub.store.log.placed import PlacedVersion, standings_of
from hub.store.withdrawals.events import (
    Event,
    Kind,
    events_since,
    finish,
    first_waiting,
    losses_after,
    objects_gone,
    objects_under,
    producers_of_all,
    reach,
    waits,
)
from hub.store.withdrawals.notices import add_notices, told_of
from hub.store.withdrawals.sent import SentReading, hold_sent, sent_readings

STEP: Final = 250
"""How many rows, or objects, are gone through in one transaction."""

_Object = tuple[StixId, OrganisationId]


class Scope(NamedTuple):
    """Whom an event may concern: these accounts, or all; of them only one addressee, or all."""

    accounts: Collection[AccountId] | None
    only: Addressee | None


class Expanding:
    """Finds withdrawals. Any number may work; one of them does at a time."""

    def __init__(self, pool: Pool, clearances: Clearances, clock: Callable[[], datetime], *, step: int = STEP) -> None:
        self._pool = pool
        self._clearances = clearances
        self._clock = clock
        self._step = step

    def step(self) -> frozenset[Addressee] | None:
        """Go one step on and return who is to be told something by that; None where nothing is left to do.

        INVARIANT: what is found and how far that goes are one transaction, so that whoever dies in it has done nothing.
        """
        with self._pool.statement() as database:
            if not waits(database):
                return None
        with self._pool.transaction() as database:
            hold_sent(database)
            event = first_waiting(database)
            if event is None:
                return None
            match event.kind:
                case Kind.ROWS:
                    found = self._rows(database, event)
                case Kind.LOST:
                    found = self._lost(database, event)
                case Kind.SENT:
                    found = self._sent(database, event)
                case other:
                    assert_never(other)
            add_notices(database, found)
        return frozenset(each.addressee for each in found)

    def run_dry(self) -> frozenset[Addressee]:
        """Go on until nothing is left to do, and return who is to be told something."""
        told: set[Addressee] = set()
        while (found := self.step()) is not None:
            told |= found
        return frozenset(told)

    def _rows(self, database: Database, event: Event) -> list[Withdrawn]:
        start = event.reached
        objects = [(name, event.producer) for name in event.objects[start : start + self._step]]
        found = self._find(database, event, objects, Scope(None, None))
        if start + self._step < len(event.objects):
            reach(database, event.id, reached=start + self._step, former=False)
        else:
            self._finish(database, event)
        return found

    def _lost(self, database: Database, event: Event) -> list[Withdrawn]:
        """Go through what stands under the lost guards, and then through what stood there and has left since."""
        read = objects_gone if event.former else objects_under
        objects, reached = read(database, event, most=self._step)
        if objects:
            reach(database, event.id, reached=reached, former=event.former)
        elif event.former:
            self._finish(database, event)
        else:
            reach(database, event.id, reached=0, former=True)
        return self._find(database, event, objects, Scope(event.accounts, None))

    def _sent(self, database: Database, event: Event) -> list[Withdrawn]:
        """Go through what a batch that came late had not seen, as far as it concerns what it brought."""
        (account,) = event.accounts
        only = Scope(event.accounts, Addressee(account, event.subscription))
        objects = producers_of_all(database, event.objects)
        found: list[Withdrawn] = []
        for earlier in events_since(database, epoch=event.epoch, rewrites=event.rewrites):
            concerned = [
                each
                for each in objects
                if (earlier.kind is Kind.LOST and account in earlier.accounts)
                or (each[1] == earlier.producer and each[0] in earlier.objects)
            ]
            news = self._find(database, earlier, concerned, only)
            add_notices(database, news)
            found += news
        self._finish(database, event)
        return found

    def _find(self, database: Database, event: Event, objects: Sequence[_Object], scope: Scope) -> list[Withdrawn]:
        if not objects:
            return []
        stood = standings_of(database, objects)
        places = {
            (each.version.collection, each.version.tick, each.version.guard, each.version.object_id)
            for standings in stood.values()
            for each in standings
        }
        if not places:
            return []
        readings = [
            each
            for each in sent_readings(database, places, accounts=scope.accounts)
            if scope.only is None or each.addressee == scope.only
        ]
        if not readings:
            return []
        may_read = self._may_read(database, event, {each.addressee.account for each in readings})
        told = defaultdict(list)
        for each in told_of(database, objects):
            told[each.key.object_id, each.key.producer].append(each)
        return [
            found
            for key, standings in stood.items()
            for found in withdrawn(event, standings, _of_object(readings, key[0]), told[key], may_read)
        ]

    def _may_read(self, database: Database, event: Event, accounts: Collection[AccountId]) -> MayRead:
        """Tell who could read what right after an event: who may now, or has lost it after that.

        What was opened after it counts as read: who may read it again is sent it again.
        """
        survey = self._clearances.survey(accounts)
        at = max(instant_of(event.at), instant_of(survey.facts.turned))
        allowed = {account: survey.sights[account].allowed(at) for account in accounts}
        later = losses_after(database, event.id, accounts)

        def may_read(account: AccountId, version: PlacedVersion) -> bool:
            return readable(version, allowed[account]) or any(
                account in loss.accounts and version.guard in loss.guards for loss in later
            )

        return may_read

    def _finish(self, database: Database, event: Event) -> None:
        finish(database, event.id, now=tick_of(self._clock()))


def _of_object(readings: Iterable[SentReading], object_id: StixId) -> list[SentReading]:
    return [each for each in readings if each.row.filter.ids is None or object_id in each.row.filter.ids]
