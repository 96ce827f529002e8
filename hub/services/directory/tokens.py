"""Tokens: the secrets by which an account's programs are known; an account may hold several, to change them one by one.

A secret is 256 random bits, so nobody finds it from its SHA-256 by trying: no slow hash, no salt, and one look-up in
an index verifies it. It is shown once and kept nowhere. The rules do not look at tokens, yet revoking one advances the
epoch: who is known by a token is remembered for as long as the epoch stands.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe
from typing import Final

from hub.domain.directory import Act
from hub.domain.errors import NotFoundError, RequestError
from hub.domain.identifiers import AccountId
from hub.store.database import Database, Pool
from hub.store.directory import tokens as stored
from hub.store.directory.accounts import find_account, lock_account
from hub.store.directory.tokens import Token
from hub.store.ledger import record

_PREFIX: Final = "hub_"
"""Lets scanners of repositories and logs recognise a secret that has got out."""

_RANDOM_BYTES: Final = 32
_MOST_DAYS: Final = 3650


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedToken:
    """A token at the one moment when its secret is known."""

    token: Token
    secret: str = field(repr=False)


def digest_of(secret: str) -> bytes:
    """Return what the hub keeps of a secret."""
    return sha256(secret.encode()).digest()


def list_tokens(pool: Pool, account: AccountId) -> tuple[Token, ...]:
    """Return the tokens of an account, oldest first, the expired and revoked too; raise NotFoundError."""
    with pool.statement() as database:
        if find_account(database, account) is None:
            raise no_account(account)
        return stored.list_tokens(database, account)


def add_token(pool: Pool, account: AccountId, *, days: int, act: Act) -> IssuedToken:
    """Give the account one more token, good for so many days; raise NotFoundError or RequestError."""
    expires = expiry(days, at=act.at)
    with pool.transaction() as database:
        if lock_account(database, account) is None:
            raise no_account(account)
        return issue(database, account, expires=expires, act=act)


def revoke_token(pool: Pool, account: AccountId, token: int, *, act: Act) -> None:
    """Let a token open nothing any more, for good: who needs one again is given a new one. Raise NotFoundError."""
    with pool.transaction() as database:
        known = stored.lock_token(database, account, token)
        if known is None:
            raise NotFoundError(f"{account} has no token {token}; hub account token list {account} shows those it has.")
        if known.revoked is None:
            record(database, actor=act.actor, action="token.revoke", subject=account, detail={"token": token})
            stored.revoke_token(database, token, at=act.at)


def expiry(days: int, *, at: datetime) -> datetime:
    """Return when a token given now ends; raise RequestError where nobody should hold one for so long."""
    if not 1 <= days <= _MOST_DAYS:
        raise RequestError(f"A token is good for 1 to {_MOST_DAYS} days, not {days}.")
    return at + timedelta(days=days)


def issue(database: Database, account: AccountId, *, expires: datetime, act: Act) -> IssuedToken:
    """Make a secret for an account that is there, within the caller's transaction."""
    secret = _PREFIX + token_urlsafe(_RANDOM_BYTES)
    token = stored.insert_token(database, account=account, digest=digest_of(secret), created=act.at, expires=expires)
    detail = {"token": token.id, "expires": expires.isoformat()}
    record(database, actor=act.actor, action="token.add", subject=account, detail=detail)
    return IssuedToken(token=token, secret=secret)


def no_account(account: AccountId) -> NotFoundError:
    """Return the error that says so."""
    return NotFoundError(f"There is no account {account}; hub account list names them all.")
