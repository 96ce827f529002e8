"""Withdrawals: producers see who has answered, subscribers what they were told, and they acknowledge it."""

from datetime import timedelta
from typing import Final

from hub.domain.identifiers import AccountId, OrganisationId, StixId
from hub.domain.subscriptions.withdrawals import WithdrawalId
from hub.policy.permissions import Permission, may_of_account
from hub.services.directory.names import organisation_of_account
from hub.services.withdrawal import following
from hub.services.withdrawal.following import Followed, Only, Stretch
from hub.web.api.call import Call
from hub.web.api.models.withdrawals import (
    Acknowledged,
    Acknowledgement,
    NoticeList,
    NoticeModel,
    NoticesAsked,
    OwnWithdrawalsAsked,
    WithdrawalList,
    WithdrawalModel,
    WithdrawalsAsked,
)
from hub.web.api.operations import Surface
from hub.web.api.paging import Paging, cursor_of, no_cursor
from hub.web.sealed import SealedNumbers

_PURPOSE: Final = b"withdrawals after\0"


def list_my_withdrawals(call: Call, query: OwnWithdrawalsAsked) -> WithdrawalList:
    """Say who was sent what your own organisation has withdrawn, who has been told, and who has answered."""
    call.require(Permission.READ_OWN)
    asked = None if query.object is None else StixId(query.object)
    stretch = _stretch(call, query, query.only)
    return _withdrawals(call, following.own_withdrawals(call.pool, call.principal, asked, stretch), query)


def list_withdrawals(call: Call, query: WithdrawalsAsked) -> WithdrawalList:
    """Say the same of all producers, or of one."""
    call.require(Permission.EXPLAIN)
    asked = None if query.object is None else StixId(query.object)
    producer = None if query.producer is None else OrganisationId(query.producer)
    found = following.all_withdrawals(call.pool, asked, producer, _stretch(call, query, query.only))
    return _withdrawals(call, found, query)


def list_my_notices(call: Call, query: NoticesAsked) -> NoticeList:
    """Say what your account has been told was withdrawn, and what of that is acknowledged."""
    call.require(Permission.READ_OWN)
    found = following.notices_received(call.pool, call.principal.account.id, _stretch(call, query, query.only))
    page = found[: query.limit]
    items = [
        NoticeModel(
            id=each.id,
            object=each.object_id,
            version=each.version,
            cause=each.cause,
            at=each.at,
            account=each.account,
            received=each.received or each.at,
            acknowledged=each.acknowledged,
        )
        for each in page
    ]
    return NoticeList(items=items, next=_next(call, page, found))


def acknowledge_withdrawals(call: Call, body: Acknowledgement) -> Acknowledged:
    """Say that what was withdrawn is dealt with: removed, or no longer used. Safe to repeat."""
    call.require(Permission.READ_OWN)
    asked = [WithdrawalId(each) for each in body.withdrawals]

    def keeps(account: AccountId) -> bool:
        organisation = organisation_of_account(account)
        return may_of_account(call.principal, Permission.KEEP_SUBSCRIPTIONS, account, organisation)

    done = following.acknowledge(call.pool, asked, whose=keeps, act=call.act())
    return Acknowledged(
        acknowledged=[each for each in asked if each in done], unknown=[each for each in asked if each not in done]
    )


def attach_withdrawals(surface: Surface) -> None:
    """Offer withdrawals."""
    missing = frozenset({404})
    surface.offer(
        "GET", "/withdrawals", list_withdrawals, tag="explain", answers=WithdrawalList, query=WithdrawalsAsked
    )
    surface.offer(
        "GET",
        "/me/withdrawals",
        list_my_withdrawals,
        tag="me",
        answers=WithdrawalList,
        query=OwnWithdrawalsAsked,
        refuses=missing,
    )
    surface.offer("GET", "/me/notices", list_my_notices, tag="me", answers=NoticeList, query=NoticesAsked)
    surface.offer(
        "POST",
        "/withdrawals/acknowledge",
        acknowledge_withdrawals,
        tag="subscriptions",
        answers=Acknowledged,
        body=Acknowledgement,
    )


def _stretch(call: Call, query: Paging, only: Only | None) -> Stretch:
    after = _numbers(call).open(query.after) if query.after else 0
    if after is None:
        raise no_cursor()
    patience = timedelta(hours=call.services.withdrawal_hours)
    return Stretch(after=after, most=query.limit + 1, patience=patience, at=call.at, only=only)


def _withdrawals(call: Call, found: list[Followed], query: Paging) -> WithdrawalList:
    page = found[: query.limit]
    return WithdrawalList(items=[WithdrawalModel.of(each) for each in page], next=_next(call, page, found))


def _next(call: Call, page: list[Followed], found: list[Followed]) -> str | None:
    """Return where the next page begins. INVARIANT: in the clear it would count notices that are somebody else's."""
    return cursor_of(_numbers(call).seal(page[-1].number)) if len(found) > len(page) else None


def _numbers(call: Call) -> SealedNumbers:
    return SealedNumbers(call.services.cursor_key, _PURPOSE)
