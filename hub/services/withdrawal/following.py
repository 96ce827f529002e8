"""What has become of withdrawals: producers ask of their own, subscribers of what they were told, operators of all."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, assert_never

from hub.domain.clock import instant_of, tick_of
from hub.domain.directory import Act, Principal
from hub.domain.errors import ConflictError, NotFoundError
from hub.domain.identifiers import AccountId, OrganisationId, StixId, Tick
from hub.domain.pages import Channel
from hub.domain.subscriptions.withdrawals import Cause, Notice, WithdrawalId
from hub.store.database import Database, Pool
from hub.store.ledger import record
from hub.store.log.placed import was_placed
from hub.store.withdrawals.notices import (
    acknowledge_notices,
    lock_notices,
    notices_of_account,
    notices_of_object,
)

_END: Final = Tick(2**63 - 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """A withdrawal and how far it has got. It is `overdue` where it is not acknowledged and ought to be by now.

    `number` is its place among all; a notice that was given anew has another.
    """

    id: WithdrawalId
    number: int
    object_id: StixId
    version: str
    cause: Cause
    at: datetime
    producer: OrganisationId
    account: AccountId
    organisation: OrganisationId
    channel: Channel
    received: datetime | None
    acknowledged: datetime | None
    overdue: bool


class Only(StrEnum):
    """Which of them are wanted, where it is not all: what is not acknowledged, or what ought to be by now."""

    UNACKNOWLEDGED = "unacknowledged"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Which part of a list: so many at most, after a number; `patience` is how long an acknowledgement may take."""

    after: int
    most: int
    patience: timedelta
    at: datetime
    only: Only | None = None

    @property
    def due(self) -> Tick:
        """What was withdrawn before this ought to be acknowledged."""
        return tick_of(self.at - self.patience)

    @property
    def open_before(self) -> Tick | None:
        """Where it is not all that is wanted: what is not acknowledged and was withdrawn before this."""
        match self.only:
            case None:
                return None
            case Only.UNACKNOWLEDGED:
                return _END
            case Only.OVERDUE:
                return self.due
            case other:
                assert_never(other)


def own_withdrawals(pool: Pool, principal: Principal, object_id: StixId | None, stretch: Stretch) -> list[Followed]:
    """Say who is told of withdrawals of the caller's organisation, and who has answered: of an object, or of all.

    Raise NotFoundError where the organisation has no such object and never had, whoever else may have one.
    """
    producer = principal.organisation.id
    with pool.snapshot() as database:
        if object_id is not None and not was_placed(database, object_id, producer):
            raise NotFoundError("Your organisation has published no such object.")
        found = _found(database, object_id, producer, stretch)
    return _followed(found, stretch)


def all_withdrawals(
    pool: Pool, object_id: StixId | None, producer: OrganisationId | None, stretch: Stretch
) -> list[Followed]:
    """Say the same of an object or of all, of one producer or of all. For operators and auditors alone."""
    with pool.snapshot() as database:
        found = _found(database, object_id, producer, stretch)
    return _followed(found, stretch)


def notices_received(pool: Pool, account: AccountId, stretch: Stretch) -> list[Followed]:
    """Say what an account has been told, whichever way. What it was not told yet is not among it."""
    with pool.statement() as database:
        found = notices_of_account(
            database, account, after=stretch.after, most=stretch.most, open_before=stretch.open_before
        )
    return _followed(found, stretch)


def acknowledge_for(pool: Pool, withdrawals: Collection[WithdrawalId], *, act: Act) -> None:
    """Note for subscribers that they have dealt with withdrawals, all or none of them.

    Who is not the subscriber knows of notices that are still on their way: raise ConflictError for such a one, and
    NotFoundError for one that is none.
    """
    with pool.transaction() as database:
        notices = lock_notices(database, withdrawals)
        unknown = sorted(set(withdrawals).difference(notice.id for notice in notices))
        if unknown:
            raise NotFoundError(f"There is no withdrawal {unknown[0]}; hub withdrawal list names them all.")
        early = [notice.id for notice in notices if notice.received is None]
        if early:
            raise ConflictError(f"The subscriber of {early[0]} has not been told yet: it is sent until it is taken.")
        _acknowledge(database, notices, act)


def acknowledge(
    pool: Pool, withdrawals: Collection[WithdrawalId], *, whose: Callable[[AccountId], bool], act: Act
) -> frozenset[WithdrawalId]:
    """Note that subscribers have dealt with withdrawals, and return those that are of accounts that `whose` allows.

    Safe to repeat; the first time counts. Whoever has the id was told it, so a receiver may acknowledge before it
    answers the delivery that brings it.
    """
    with pool.transaction() as database:
        notices = [
            notice for notice in lock_notices(database, withdrawals) if whose(notice.withdrawn.addressee.account)
        ]
        _acknowledge(database, notices, act)
    return frozenset(notice.id for notice in notices)


def _acknowledge(database: Database, notices: Sequence[Notice], act: Act) -> None:
    still_open = [notice for notice in notices if notice.acknowledged is None]
    ids = [notice.id for notice in still_open]
    acknowledge_notices(database, ids, by=AccountId(act.actor), now=tick_of(act.at))
    for notice in still_open:
        detail = {"account": notice.withdrawn.addressee.account, "object": notice.withdrawn.key.object_id}
        record(database, actor=act.actor, action="withdrawal.acknowledge", subject=notice.id, detail=detail)


def _found(
    database: Database, object_id: StixId | None, producer: OrganisationId | None, stretch: Stretch
) -> list[Notice]:
    return notices_of_object(
        database, object_id, producer, after=stretch.after, most=stretch.most, open_before=stretch.open_before
    )


def _followed(notices: Sequence[Notice], stretch: Stretch) -> list[Followed]:
    return [_follow(notice, stretch.due) for notice in notices]


def _follow(notice: Notice, due: Tick) -> Followed:
    withdrawn = notice.withdrawn
    return Followed(
        id=notice.id,
        number=notice.number,
        object_id=withdrawn.key.object_id,
        version=withdrawn.version,
        cause=withdrawn.cause,
        at=instant_of(withdrawn.at),
        producer=withdrawn.key.producer,
        account=withdrawn.addressee.account,
        organisation=OrganisationId(withdrawn.addressee.account.partition("/")[0]),
        channel=withdrawn.channel,
        received=None if notice.received is None else instant_of(notice.received),
        acknowledged=None if notice.acknowledged is None else instant_of(notice.acknowledged),
        overdue=notice.acknowledged is None and withdrawn.at < due,
    )
