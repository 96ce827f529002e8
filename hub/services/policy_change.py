"""Change what the rules look at: one change at a time, and nobody misses what it opens."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from hub.domain.clock import instant_of, tick_of
from hub.domain.directory import Act
from hub.policy.changes.shifts import Moment, shifts
from hub.policy.visibility import next_change
from hub.store.database import Database
from hub.store.epoch import policy_state, turn_epoch
from hub.store.facts import Facts, load_facts, load_world
from hub.store.log.grants import Gain, write_grants
from hub.store.log.head import Head, lock_head
from hub.store.withdrawals.events import note_losses


@contextmanager
def policy_change(database: Database, act: Act) -> Iterator[None]:
    """Hold the log while the block writes what the rules look at, then give every reader what it gains by that.

    What readers lose is noted for whoever tells those who were sent it.

    What agreements gave and took by the clock until then is part of the same step. Every cached answer is stale from
    the commit on, unless the block changed nothing that the rules look at. Lock the rows of the directory that it will
    write before, as `hub.store.epoch` says, and write none of them before.
    """
    known = load_facts(database)
    head = lock_head(database)
    before = _of_now(database, known)
    yield
    _step(database, head, before, at=act.at)


def turn(database: Database, *, at: datetime) -> None:
    """Give readers what agreements that began or ended up to an instant have opened, unless that is done already."""
    head = lock_head(database)
    if instant_of(policy_state(database).turned) < at:
        _step(database, head, load_facts(database), at=at)


def _of_now(database: Database, known: Facts) -> Facts:
    """Read the facts again where they changed before the lock was taken. Mostly nobody has to wait for that."""
    return known if policy_state(database).epoch == known.epoch else load_facts(database)


def _step(database: Database, head: Head, before: Facts, *, at: datetime) -> None:
    """Compare how readers were judged last with how they are from here on.

    INVARIANT: every page since `turned` was judged by the old world, before its next change: whoever asks at that
    instant or later turns first. So readers were shown exactly what the old world allows at `turned`.
    """
    since = instant_of(before.turned)
    until = max(at, since)
    world = load_world(database)
    change = next_change(before.world, at=since)
    if world == before.world and (change is None or change > until):
        return
    found = shifts(Moment(world=before.world, at=since), Moment(world=world, at=until), before.classes)
    gains = [Gain(accounts=shift.accounts, guards=shift.gained) for shift in found if shift.gained]
    write_grants(database, head, gains, now=tick_of(until))
    turn_epoch(database, tick_of(until))
    losses = [(shift.accounts, shift.lost) for shift in found if shift.lost]
    note_losses(database, losses, at=tick_of(until))
