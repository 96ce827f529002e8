"""Tokens: the digests of the secrets by which accounts are known, never the secrets."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from hub.domain.directory import Principal
from hub.domain.identifiers import AccountId
from hub.store.database import Database
from hub.store.directory.accounts import account_of
from hub.store.directory.members import member_of
from hub.store.directory.organisations import organisation_of
from hub.store.epoch import advance_epoch

USE_IS_NOTED_EVERY: Final = timedelta(minutes=1)
"""How exact `last_used` is: a busy token costs one write in this time, not one a request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """What is known of a token. It opens the hub until it expires or is revoked, whichever is first."""

    id: int
    account: AccountId
    created: datetime
    expires: datetime
    last_used: datetime | None
    revoked: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearer:
    """Whom a valid token stands for: until it `expires`, and as long as the policy is that of `epoch`."""

    token: int
    epoch: int
    expires: datetime
    last_used: datetime | None
    principal: Principal


def find_bearer(database: Database, digest: bytes, *, at: datetime) -> Bearer | None:
    """Return who holds the token of a digest; None where it is unknown, expired or revoked.

    Found by the index over digests: how long that takes says something of a digest, and nothing of its secret.
    """
    row = database.execute(
        "SELECT t.id, e.epoch, t.expires, t.last_used, a.id, a.organisation, a.roles, a.purpose, a.active,"
        " o.id, o.member, o.kind, o.name, o.served_by, o.cross_border, o.active, o.identity, m.code, m.name, m.status"
        " FROM tokens AS t JOIN accounts AS a ON a.id = t.account JOIN organisations AS o ON o.id = a.organisation"
        " LEFT JOIN members AS m ON m.code = o.member CROSS JOIN policy_epoch AS e"
        " WHERE t.digest = %s AND t.expires > %s AND t.revoked IS NULL",
        (digest, at),
    ).fetchone()
    if row is None:
        return None
    token, epoch, expires, last_used, *facts = row
    principal = Principal(
        account=account_of(facts[:5]),
        organisation=organisation_of(facts[5:13]),
        member=None if facts[13] is None else member_of(facts[13:16]),
    )
    return Bearer(token=token, epoch=epoch, expires=expires, last_used=last_used, principal=principal)


def open_tokens(database: Database, tokens: Collection[int], *, at: datetime) -> tuple[int, frozenset[int]]:
    """Return the policy epoch, and which of the tokens open the hub: all of one snapshot.

    One does that is neither expired nor revoked, and whose account, organisation and member are not shut out (SR-01).
    """
    ((epoch, found),) = database.execute(
        "SELECT e.epoch, ARRAY("
        " SELECT t.id FROM tokens AS t JOIN accounts AS a ON a.id = t.account"
        " JOIN organisations AS o ON o.id = a.organisation LEFT JOIN members AS m ON m.code = o.member"
        " WHERE t.id = ANY(%s::int8[]) AND t.expires > %s AND t.revoked IS NULL AND a.active AND o.active"
        " AND m.status IS DISTINCT FROM 'suspended') FROM policy_epoch e",
        (list(tokens), at),
    ).fetchall()
    return epoch, frozenset(found)


def note_use(database: Database, token: int, *, at: datetime) -> None:
    """Write that a token was used, unless that was written within the last minute. Safe to repeat."""
    database.execute(
        "UPDATE tokens SET last_used = %s WHERE id = %s AND (last_used IS NULL OR last_used <= %s)",
        (at, token, at - USE_IS_NOTED_EVERY),
    )


def insert_token(
    database: Database, *, account: AccountId, digest: bytes, created: datetime, expires: datetime
) -> Token:
    """Keep the digest of a new secret."""
    row = database.execute(
        "INSERT INTO tokens (account, digest, created, expires) VALUES (%s, %s, %s, %s)"
        " RETURNING id, account, created, expires, last_used, revoked",
        (account, digest, created, expires),
    ).fetchone()
    return _token_of(row or ())


def list_tokens(database: Database, account: AccountId) -> tuple[Token, ...]:
    """Return the tokens of an account, oldest first, the expired and revoked ones too."""
    rows = database.execute(
        "SELECT id, account, created, expires, last_used, revoked FROM tokens WHERE account = %s ORDER BY id",
        (account,),
    ).fetchall()
    return tuple(_token_of(row) for row in rows)


def lock_token(database: Database, account: AccountId, token: int) -> Token | None:
    """Return a token of an account, and let nobody else change it before this transaction ends."""
    row = database.execute(
        "SELECT id, account, created, expires, last_used, revoked FROM tokens"
        " WHERE id = %s AND account = %s FOR NO KEY UPDATE",
        (token, account),
    ).fetchone()
    return None if row is None else _token_of(row)


def revoke_token(database: Database, token: int, *, at: datetime) -> None:
    """Let a token open nothing from this transaction's commit on. Call it last: it advances the epoch."""
    database.execute("UPDATE tokens SET revoked = %s WHERE id = %s", (at, token))
    advance_epoch(database)


def _token_of(row: Sequence[Any]) -> Token:
    token, account, created, expires, last_used, revoked = row
    return Token(
        id=token,
        account=AccountId(account),
        created=created,
        expires=expires,
        last_used=last_used,
        revoked=revoked,
    )
