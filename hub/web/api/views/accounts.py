"""Accounts: the people and programs of an organisation."""

from dataclasses import replace
from http import HTTPStatus
from typing import Final

from hub.domain.directory import Account, Role
from hub.domain.errors import ConflictError, ForbiddenError
from hub.domain.identifiers import AccountId, OrganisationId
from hub.policy.permissions import Permission, may_give
from hub.services.directory import accounts
from hub.services.directory.names import organisation_of_account
from hub.web.api.call import Call
from hub.web.api.models.accounts import (
    AccountChange,
    AccountList,
    AccountPaging,
    AccountResource,
    AccountToAdd,
    TokenGiven,
    TokenResource,
)
from hub.web.api.models.base import Created
from hub.web.api.operations import Surface
from hub.web.api.paging import page_of

TAG: Final = "accounts"
ACCOUNT: Final = "/accounts/<organisation>/<name>"

_KEEPERS: Final = frozenset({Role.OPERATOR, Role.ADMINISTRATOR})


def list_accounts(call: Call, query: AccountPaging) -> AccountList:
    """List the accounts, in order of id; an administrator gets those of the own organisation."""
    wanted = None if query.organisation is None else OrganisationId(query.organisation)
    if wanted is None and not call.holds(Permission.READ_ACCOUNTS):
        wanted = call.principal.organisation.id
    if wanted is not None:
        call.see(Permission.READ_ACCOUNTS, wanted)
    page, following = page_of(accounts.list_accounts(call.pool, organisation=wanted), lambda known: known.id, query)
    return AccountList(items=[AccountResource.of(known) for known in page], next=following)


def add_account(call: Call, body: AccountToAdd) -> Created:
    """Add an account and give it its first token, whose secret is in this answer and in no other."""
    wanted = Account(
        id=AccountId(body.id),
        organisation=organisation_of_account(AccountId(body.id)),
        roles=frozenset(body.roles),
        purpose=body.purpose,
        active=True,
    )
    call.change(Permission.READ_ACCOUNTS, Permission.CHANGE_ACCOUNTS, wanted.organisation)
    _check_gift(call, wanted.roles)
    days = call.services.token_days if body.token_days is None else body.token_days
    issued = accounts.add_account(call.pool, wanted, token_days=days, act=call.act())
    given = TokenGiven(username=wanted.id, secret=issued.secret, token=TokenResource.of(issued.token))
    return Created(model=given, location=f"/api/v1/accounts/{wanted.id}")


def show_account(call: Call, organisation: str, name: str) -> AccountResource:
    """Show one account."""
    return AccountResource.of(accounts.show_account(call.pool, visible_account(call, organisation, name)))


def change_account(call: Call, organisation: str, name: str, body: AccountChange) -> AccountResource:
    """Change what an account may do, and what it uses content for. Roles that are not given are taken away."""
    account = changeable_account(call, organisation, name)
    roles = None if body.roles is None else frozenset(body.roles)
    if roles is not None:
        _check_gift(call, roles)
        _check_not_own_end(call, account, kept=roles)

    def change(known: Account) -> Account:
        return replace(known, roles=roles or known.roles, purpose=body.purpose or known.purpose)

    return AccountResource.of(accounts.change_account(call.pool, account, change, act=call.act(AccountResource.of)))


def disable_account(call: Call, organisation: str, name: str) -> AccountResource:
    """Disable an account: from the next page on it reads and publishes nothing, whatever tokens it holds."""
    account = changeable_account(call, organisation, name)
    _check_not_own_end(call, account, kept=frozenset())
    return AccountResource.of(accounts.disable_account(call.pool, account, act=call.act(AccountResource.of)))


def enable_account(call: Call, organisation: str, name: str) -> AccountResource:
    """Enable an account again, with the tokens that it still holds."""
    account = changeable_account(call, organisation, name)
    return AccountResource.of(accounts.enable_account(call.pool, account, act=call.act(AccountResource.of)))


def visible_account(call: Call, organisation: str, name: str) -> AccountId:
    """Return the account of a path, of whose organisation the caller may see accounts."""
    call.see(Permission.READ_ACCOUNTS, OrganisationId(organisation))
    return AccountId(f"{organisation}/{name}")


def changeable_account(call: Call, organisation: str, name: str) -> AccountId:
    """Return the account of a path, of whose organisation the caller may change accounts."""
    call.change(Permission.READ_ACCOUNTS, Permission.CHANGE_ACCOUNTS, OrganisationId(organisation))
    return AccountId(f"{organisation}/{name}")


def _check_gift(call: Call, roles: frozenset[Role]) -> None:
    if not may_give(call.principal, roles):
        raise ForbiddenError("Only operators let an account be operator or auditor.")


def _check_not_own_end(call: Call, account: AccountId, *, kept: frozenset[Role]) -> None:
    """Raise ConflictError where callers would take from themselves what lets them undo it."""
    own = call.principal.account
    if account == own.id and (own.roles & _KEEPERS) - kept:
        raise ConflictError(
            "This would end your own right to keep accounts. Let another administrator or an operator do it.",
            code="OWN_ACCESS",
        )


def attach_accounts(surface: Surface) -> None:
    """Offer the operations on accounts."""
    missing = frozenset({HTTPStatus.NOT_FOUND})
    surface.offer("GET", "/accounts", list_accounts, tag=TAG, answers=AccountList, query=AccountPaging, refuses=missing)
    surface.offer(
        "POST",
        "/accounts",
        add_account,
        tag=TAG,
        answers=TokenGiven,
        status=HTTPStatus.CREATED,
        body=AccountToAdd,
        refuses=missing,
    )
    surface.offer("GET", ACCOUNT, show_account, tag=TAG, answers=AccountResource)
    surface.offer("PATCH", ACCOUNT, change_account, tag=TAG, answers=AccountResource, body=AccountChange)
    surface.offer("POST", f"{ACCOUNT}/disable", disable_account, tag=TAG, answers=AccountResource)
    surface.offer("POST", f"{ACCOUNT}/enable", enable_account, tag=TAG, answers=AccountResource)
