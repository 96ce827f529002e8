"""What may have been withdrawn: pointers, written in the transaction that did it, and gone through later in order."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from hub.domain.identifiers import AccountId, GuardId, OrganisationId, StixId, SubscriptionId, Tick
from hub.store.database import Database

KEPT: Final = 7 * 24 * 3600 * 1_000_000
"""How many microseconds an event is kept that was gone through: longer than any batch is on its way."""


class Kind(StrEnum):
    """What has happened: to versions of some objects, to the rights of some accounts, or on the way to a receiver."""

    ROWS = "rows"
    LOST = "lost"
    SENT = "sent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that may have withdrawn versions, and the state of log and policy that it left behind.

    `before` is the count of rewrites of the log before it. Of a ROWS event: `producer`, `objects`, and in `revoked`
    those of them that were revoked, by which version. Of a LOST one: `accounts` and `guards`. Of a SENT one: who was
    sent which objects after something had been gone through that their batch, read at `epoch` and `rewrites`, had not
    seen. `reached` says how far it has been gone through; `former` whether among the rows that left their place since.
    """

    id: int
    kind: Kind
    at: Tick
    epoch: int
    before: int
    rewrites: int
    tick: Tick
    producer: OrganisationId
    objects: tuple[StixId, ...]
    revoked: Mapping[StixId, Tick]
    accounts: frozenset[AccountId]
    guards: frozenset[GuardId]
    subscription: SubscriptionId | None
    reached: int
    former: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """Accounts that may not read anything, or less, of what stands under some guards."""

    accounts: AbstractSet[AccountId]
    guards: AbstractSet[GuardId]


_INSERT: Final = (
    "INSERT INTO withdrawal_events (kind, at, epoch, rewrites, seq, tick, before, producer, objects, revoked, revoking)"
    " SELECT 'rows', %s, e.epoch, h.rewrites, h.seq, h.tick, h.rewrites - %s, %s, %s, %s, %s"
    " FROM log_head h, policy_epoch e"
)
_COLUMNS: Final = (
    "id, kind, at, epoch, before, rewrites, tick, producer, objects, revoked, revoking, accounts, guards,"
    " subscription::text, reached, former"
)


def note_rows(
    database: Database, producer: OrganisationId, objects: Mapping[StixId, Tick | None], *, rewrites: int, at: Tick
) -> None:
    """Note that versions of some objects of a producer went or were placed anew, by so many rewrites of the log.

    Each comes with the version by which it was revoked, None where it was not. Call it under the log's lock.
    """
    revoked = {name: version for name, version in objects.items() if version is not None}
    database.execute(_INSERT, (at, rewrites, producer, sorted(objects), list(revoked), list(revoked.values())))


def note_losses(
    database: Database, losses: Iterable[tuple[Sequence[AccountId], Collection[GuardId]]], *, at: Tick
) -> None:
    """Note what some accounts lose. Call it last, under the log's lock, when the epoch is the new one."""
    with database.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO withdrawal_events (kind, at, epoch, rewrites, seq, tick, before, accounts, guards)"
            " SELECT 'lost', %s, e.epoch, h.rewrites, h.seq, h.tick, h.rewrites, %s, %s"
            " FROM log_head h, policy_epoch e",
            [(at, list(accounts), sorted(guards)) for accounts, guards in losses],
        )


def waits(database: Database) -> bool:
    """Whether any event is to be gone through."""
    ((found,),) = database.execute("SELECT EXISTS (SELECT FROM withdrawal_events WHERE NOT done)").fetchall()
    return bool(found)


def first_waiting(database: Database) -> Event | None:
    """Return the first event that is to be gone through."""
    row = database.execute(
        f"SELECT {_COLUMNS} FROM withdrawal_events WHERE NOT done ORDER BY id LIMIT 1"  # noqa: S608 - a constant
    ).fetchone()
    return None if row is None else _event(row)


def events_since(database: Database, *, epoch: int, rewrites: int) -> list[Event]:
    """Return what a batch has not seen that was read in some state, in order."""
    rows = database.execute(
        f"SELECT {_COLUMNS} FROM withdrawal_events WHERE kind <> 'sent'"  # noqa: S608 - a constant
        " AND (epoch > %s OR rewrites > %s) ORDER BY id",
        (epoch, rewrites),
    )
    return [_event(row) for row in rows]


def losses_after(database: Database, event: int, accounts: Collection[AccountId]) -> list[Loss]:
    """Return what any of some accounts have lost after an event."""
    rows = database.execute(
        "SELECT accounts, guards FROM withdrawal_events WHERE kind = 'lost' AND id > %s AND accounts && %s::text[]",
        (event, list(accounts)),
    )
    return [Loss(accounts=frozenset(names), guards=frozenset(guards)) for names, guards in rows]


def reach(database: Database, event: int, *, reached: int, former: bool) -> None:
    """Note how far an event has been gone through."""
    database.execute("UPDATE withdrawal_events SET reached = %s, former = %s WHERE id = %s", (reached, former, event))


def finish(database: Database, event: int, *, now: Tick) -> None:
    """Note that an event has been gone through, and forget those of long ago."""
    database.execute("UPDATE withdrawal_events SET done = true WHERE id = %s", (event,))
    database.execute("DELETE FROM withdrawal_events WHERE done AND at < %s", (now - KEPT,))


def objects_under(database: Database, event: Event, *, most: int) -> tuple[list[tuple[StixId, OrganisationId]], int]:
    """Return the objects of rows that stand under a LOST event's guards, so many rows from where it was left.

    Also return the tick up to which that goes. What has left its place since the event is not among them.
    """
    rows = database.execute(
        "SELECT r.tick, r.object_id, r.producer FROM collections c CROSS JOIN unnest(%(guards)s::int4[]) AS g (guard)"
        " CROSS JOIN LATERAL (SELECT tick, object_id, producer FROM log WHERE log.collection = c.number"
        " AND log.guard = g.guard AND log.tick > %(reached)s AND log.tick <= %(tick)s ORDER BY log.tick LIMIT %(most)s)"
        " AS r ORDER BY r.tick LIMIT %(most)s",
        {"guards": list(event.guards), "reached": event.reached, "tick": event.tick, "most": most},
    ).fetchall()
    return _pairs(rows), max((row[0] for row in rows), default=event.reached)


def objects_gone(database: Database, event: Event, *, most: int) -> tuple[list[tuple[StixId, OrganisationId]], int]:
    """Return the objects of rows that stood under a LOST event's guards and have left their place since.

    That is about so many from where it was left; also return the count of rewrites up to which that goes.
    """
    rows = database.execute(
        "SELECT until, object_id, producer FROM former_rows WHERE until > %s AND guard = ANY(%s::int4[]) AND tick <= %s"
        " ORDER BY until FETCH FIRST %s ROWS WITH TIES",
        (max(event.reached, event.rewrites), list(event.guards), event.tick, most),
    ).fetchall()
    return _pairs(rows), max((row[0] for row in rows), default=event.reached)


def producers_of_all(database: Database, objects: Sequence[StixId]) -> list[tuple[StixId, OrganisationId]]:
    """Return who has each of some objects, or ever had it."""
    rows = database.execute(
        "SELECT object_id, producer FROM log WHERE object_id = ANY(%(ids)s)"
        " UNION SELECT object_id, producer FROM former_rows WHERE object_id = ANY(%(ids)s)",
        {"ids": list(objects)},
    )
    return [(StixId(name), OrganisationId(producer)) for name, producer in rows]


def _pairs(rows: Iterable[tuple[Any, ...]]) -> list[tuple[StixId, OrganisationId]]:
    return list(dict.fromkeys((StixId(name), OrganisationId(producer)) for _, name, producer in rows))


def _event(row: Sequence[Any]) -> Event:
    number, kind, at, epoch, before, rewrites, tick, producer, objects, revoked, revoking, *rest = row
    accounts, guards, subscription, reached, former = rest
    return Event(
        id=number,
        kind=Kind(kind),
        at=Tick(at),
        epoch=epoch,
        before=before,
        rewrites=rewrites,
        tick=Tick(tick),
        producer=OrganisationId(producer or ""),
        objects=tuple(objects),
        revoked=dict(zip(revoked, revoking, strict=True)),
        accounts=frozenset(accounts),
        guards=frozenset(guards),
        subscription=None if subscription is None else SubscriptionId(subscription),
        reached=reached,
        former=former,
    )
