"""Notices: who is told of which withdrawal, who has taken the notice, and who has acknowledged it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID, uuid4

from hub.domain.identifiers import AccountId, GuardId, OrganisationId, StixId, SubscriptionId, Tick
from hub.domain.pages import Channel
from hub.domain.subscriptions.withdrawals import Addressee, Cause, Notice, VersionKey, WithdrawalId, Withdrawn
from hub.store.database import Database
from hub.store.log.placed import PlacedVersion

_COLUMNS: Final = (
    "w.id::text, w.number, w.subscription::text, w.account, w.channel, w.producer, w.object_id, w.version,"
    " w.version_tick, w.cause, w.position, w.at, w.received, w.acknowledged, w.acknowledged_by"
)
_OPEN: Final = " AND (%(open)s::int8 IS NULL OR (w.acknowledged IS NULL AND w.at < %(open)s))"
_INSERT: Final = """
    INSERT INTO withdrawals (id, subscription, account, channel, producer, object_id, version, version_tick, cause,
                             position, at)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
    ON CONFLICT (object_id, producer, version_tick, cause, account, subscription) DO UPDATE
    SET id = excluded.id, number = DEFAULT, version = excluded.version, channel = excluded.channel,
        position = excluded.position, at = excluded.at, received = NULL, acknowledged = NULL, acknowledged_by = NULL
    WHERE withdrawals.position < excluded.position
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """That an addressee is told of a version, and at which position it had been sent it then."""

    addressee: Addressee
    key: VersionKey
    cause: Cause
    position: Tick


def told_of(database: Database, objects: Iterable[tuple[StixId, OrganisationId]]) -> list[Told]:
    """Return who is told of what of some objects, each known by its id and producer."""
    ids, producers = zip(*objects, strict=True)
    rows = database.execute(
        "SELECT account, subscription::text, object_id, producer, version_tick, cause, position FROM withdrawals"
        " JOIN unnest(%s::text[], %s::text[]) AS asked (object_id, producer) USING (object_id, producer)",
        (list(ids), list(producers)),
    )
    return [
        Told(
            addressee=_addressee(account, subscription),
            key=VersionKey(name, producer, tick),
            cause=Cause(cause),
            position=Tick(position),
        )
        for account, subscription, name, producer, tick, cause, position in rows
    ]


def add_notices(database: Database, found: Iterable[Withdrawn]) -> None:
    """Add notices. One that is there is given anew where the version was sent again since."""
    with database.cursor() as cursor:
        cursor.executemany(
            _INSERT,
            [
                (
                    uuid4(),
                    None if each.addressee.subscription is None else UUID(each.addressee.subscription),
                    each.addressee.account,
                    each.channel,
                    each.key.producer,
                    each.key.object_id,
                    each.version,
                    each.key.order,
                    each.cause,
                    each.position,
                    each.at,
                )
                for each in found
            ],
        )


def waiting_notices(database: Database, addressee: Addressee, *, most: int) -> list[Notice]:
    """Return what an addressee has not received, in the order in which it came up."""
    whose = "w.subscription = %(subscription)s"
    if addressee.subscription is None:
        whose = "w.subscription IS NULL AND w.account = %(account)s"
    rows = database.execute(
        f"SELECT {_COLUMNS} FROM withdrawals w WHERE {whose} AND w.received IS NULL ORDER BY w.number LIMIT %(most)s",  # noqa: S608 - constants
        {"subscription": _uuid(addressee.subscription), "account": addressee.account, "most": most},
    )
    return [_notice(row) for row in rows]


def accounts_waiting(database: Database, accounts: Collection[AccountId]) -> frozenset[AccountId]:
    """Return those of the accounts of which streams that belong to no subscription are to be told something."""
    rows = database.execute(
        "SELECT DISTINCT account FROM withdrawals"
        " WHERE subscription IS NULL AND received IS NULL AND account = ANY(%s)",
        (list(accounts),),
    )
    return frozenset(AccountId(account) for (account,) in rows)


def subscriptions_waiting(database: Database, *, most: int) -> frozenset[SubscriptionId]:
    """Return webhooks, so many at most, that are delivered to and are to be told something."""
    rows = database.execute(
        "SELECT s.id::text FROM subscriptions s WHERE s.channel = 'webhook' AND s.state IN ('active', 'failing')"
        " AND EXISTS (SELECT FROM withdrawals w WHERE w.subscription = s.id AND w.received IS NULL) LIMIT %s",
        (most,),
    )
    return frozenset(SubscriptionId(number) for (number,) in rows)


def forget_failures(database: Database, leases: Sequence[tuple[SubscriptionId, int]]) -> None:
    """Note that receivers have taken something, whatever went wrong before. Only leases that hold count."""
    ids, numbers = zip(*leases, strict=True)
    database.execute(
        "UPDATE subscriptions s SET failures = 0, failing_since = NULL,"
        " state = CASE WHEN s.state = 'failing' THEN 'active' ELSE s.state END"
        " FROM unnest(%s::uuid[], %s::int8[]) AS b (id, lease)"
        " WHERE s.id = b.id AND s.lease = b.lease AND s.failures > 0",
        ([UUID(each) for each in ids], list(numbers)),
    )


def versions_now(database: Database, keys: Collection[VersionKey]) -> tuple[int, dict[VersionKey, list[PlacedVersion]]]:
    """Return the policy epoch, and how versions stand in the same snapshot, in whatever collections."""
    found: dict[VersionKey, list[PlacedVersion]] = defaultdict(list)
    ids, producers, orders = zip(*keys, strict=True)
    rows = database.execute(
        "SELECT e.epoch, r.* FROM policy_epoch e LEFT JOIN (SELECT log.tick, accepted, object_id, type, version_tick,"
        " producer, guard, newest_accepted, producers_accepted, collection FROM log"
        " JOIN unnest(%s::text[], %s::text[], %s::int8[]) AS asked (object_id, producer, version_tick)"
        " USING (object_id, producer, version_tick)) r ON true",
        (list(ids), list(producers), list(orders)),
    ).fetchall()
    for _, tick, accepted, name, kind, order, producer, guard, newest, producers_accepted, number in rows:
        if tick is not None:
            found[VersionKey(name, producer, order)].append(
                PlacedVersion(
                    tick=tick,
                    accepted=accepted,
                    object_id=name,
                    type=kind,
                    version_tick=order,
                    producer=producer,
                    guard=GuardId(guard),
                    newest_accepted=newest,
                    producers_accepted=producers_accepted,
                    collection=number,
                )
            )
    return rows[0][0], found


def drop_notices(database: Database, notices: Collection[WithdrawalId]) -> None:
    """Forget notices that nobody has received: what they say is true no more."""
    database.execute(
        "DELETE FROM withdrawals WHERE id = ANY(%s) AND received IS NULL", ([UUID(each) for each in notices],)
    )


def receive_notices(database: Database, notices: Collection[WithdrawalId], *, now: Tick) -> None:
    """Note that a receiver has taken notices. Safe to repeat."""
    database.execute(
        "UPDATE withdrawals SET received = %s WHERE id = ANY(%s) AND received IS NULL",
        (now, [UUID(each) for each in notices]),
    )


def lock_notices(database: Database, notices: Collection[WithdrawalId]) -> list[Notice]:
    """Return the notices of some ids, and let nobody else change them before this transaction ends."""
    rows = database.execute(
        f"SELECT {_COLUMNS} FROM withdrawals w WHERE w.id = ANY(%s) ORDER BY w.number FOR NO KEY UPDATE",  # noqa: S608 - a constant
        ([UUID(each) for each in notices],),
    )
    return [_notice(row) for row in rows]


def acknowledge_notices(database: Database, notices: Collection[WithdrawalId], *, by: AccountId, now: Tick) -> None:
    """Note that notices were acknowledged, and with that received. The first acknowledgement stays."""
    database.execute(
        "UPDATE withdrawals SET received = coalesce(received, %(now)s), acknowledged = %(now)s,"
        " acknowledged_by = %(by)s WHERE id = ANY(%(ids)s) AND acknowledged IS NULL",
        {"now": now, "by": by, "ids": [UUID(each) for each in notices]},
    )


def notices_of_object(  # noqa: PLR0913 - what is chosen, and how much of it
    database: Database,
    object_id: StixId | None,
    producer: OrganisationId | None,
    *,
    after: int,
    most: int,
    open_before: Tick | None = None,
) -> list[Notice]:
    """Return the notices of an object, or of all; of one producer, or of all; after a number, in order of it.

    With `open_before` they are those which nobody has acknowledged of what was withdrawn before that.
    """
    rows = database.execute(
        f"SELECT {_COLUMNS} FROM withdrawals w WHERE w.number > %(after)s"  # noqa: S608 - a constant
        " AND (%(object)s::text IS NULL OR w.object_id = %(object)s)"
        " AND (%(producer)s::text IS NULL OR w.producer = %(producer)s)" + _OPEN + " ORDER BY w.number LIMIT %(most)s",
        {"object": object_id, "producer": producer, "after": after, "most": most, "open": open_before},
    )
    return [_notice(row) for row in rows]


def notices_of_account(
    database: Database, account: AccountId, *, after: int, most: int, open_before: Tick | None = None
) -> list[Notice]:
    """Return the notices that an account has received, after a number, in order of it; `open_before` as above."""
    rows = database.execute(
        f"SELECT {_COLUMNS} FROM withdrawals w WHERE w.account = %(account)s AND w.number > %(after)s"  # noqa: S608 - a constant
        " AND w.received IS NOT NULL" + _OPEN + " ORDER BY w.number LIMIT %(most)s",
        {"account": account, "after": after, "most": most, "open": open_before},
    )
    return [_notice(row) for row in rows]


def _uuid(subscription: SubscriptionId | None) -> UUID | None:
    return None if subscription is None else UUID(subscription)


def _addressee(account: str, subscription: str | None) -> Addressee:
    return Addressee(AccountId(account), None if subscription is None else SubscriptionId(subscription))


def _notice(row: Sequence[Any]) -> Notice:
    number, place, subscription, account, channel, producer, object_id, version, tick, cause, *rest = row
    position, at, received, acknowledged, acknowledged_by = rest
    return Notice(
        id=WithdrawalId(number),
        number=place,
        withdrawn=Withdrawn(
            addressee=_addressee(account, subscription),
            channel=Channel(channel),
            key=VersionKey(object_id, producer, tick),
            version=version,
            cause=Cause(cause),
            position=Tick(position),
            at=Tick(at),
        ),
        received=received,
        acknowledged=acknowledged,
        acknowledged_by=None if acknowledged_by is None else AccountId(acknowledged_by),
    )
