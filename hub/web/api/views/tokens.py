"""Tokens: the secrets by which the programs of an account are known."""

from http import HTTPStatus
from typing import Final

from hub.domain.errors import ConflictError
from hub.services.directory import tokens
from hub.web.api.call import Call
from hub.web.api.models.accounts import TokenGiven, TokenList, TokenResource, TokenToAdd
from hub.web.api.models.base import Created
from hub.web.api.operations import Surface
from hub.web.api.views.accounts import ACCOUNT, changeable_account, visible_account

TAG: Final = "tokens"
_LARGEST: Final = 2**53 - 1


def list_tokens(call: Call, organisation: str, name: str) -> TokenList:
    """List the tokens of an account, oldest first, the expired and revoked ones too; never their secrets."""
    known = tokens.list_tokens(call.pool, visible_account(call, organisation, name))
    return TokenList(items=[TokenResource.of(each) for each in known])


def add_token(call: Call, organisation: str, name: str, body: TokenToAdd) -> Created:
    """Give an account one more token, whose secret is in this answer and in no other."""
    account = changeable_account(call, organisation, name)
    days = call.services.token_days if body.days is None else body.days
    issued = tokens.add_token(call.pool, account, days=days, act=call.act())
    given = TokenGiven(username=account, secret=issued.secret, token=TokenResource.of(issued.token))
    return Created(model=given, location=f"/api/v1/accounts/{account}/tokens")


def revoke_token(call: Call, organisation: str, name: str, token: int) -> None:
    """Revoke a token, for good. Revoking one that is revoked changes nothing."""
    account = changeable_account(call, organisation, name)
    if account == call.principal.account.id:
        _check_another(call, token)
    tokens.revoke_token(call.pool, account, token, act=call.act())


def _check_another(call: Call, token: int) -> None:
    """Raise ConflictError where callers would revoke the last token that lets themselves in."""
    own = tokens.list_tokens(call.pool, call.principal.account.id)
    good = {each.id for each in own if each.revoked is None and each.expires > call.at}
    if good == {token}:
        raise ConflictError(
            "This is the last token that lets you in; add another, and revoke this one with that.", code="OWN_ACCESS"
        )


def attach_tokens(surface: Surface) -> None:
    """Offer the operations on tokens."""
    surface.offer("GET", f"{ACCOUNT}/tokens", list_tokens, tag=TAG, answers=TokenList)
    surface.offer(
        "POST", f"{ACCOUNT}/tokens", add_token, tag=TAG, answers=TokenGiven, status=HTTPStatus.CREATED, body=TokenToAdd
    )
    surface.offer("DELETE", f"{ACCOUNT}/tokens/<int(max={_LARGEST}):token>", revoke_token, tag=TAG, answers=None)
