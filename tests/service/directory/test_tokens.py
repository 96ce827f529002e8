"""Tokens: shown once, kept as a digest, ended by their date or by an operator."""

import re
from datetime import timedelta

import psycopg
import pytest
from psycopg import sql

from hub.domain.errors import NotFoundError, RequestError
from hub.domain.identifiers import AccountId
from hub.services.directory.accounts import add_account
from hub.services.directory.tokens import add_token, digest_of, list_tokens, revoke_token
from hub.store.database import Pool
from tests.service.directory.chronicle import change
from tests.service.directory.forum import ACTOR, ANA, NOW, account
from tests.support.acts import made


@pytest.fixture
def first(pool: Pool) -> str:
    return add_account(pool, account(), token_days=365, act=made(ACTOR, at=NOW)).secret


def dump(url: str) -> bytes:
    """Read every row of every table as text."""
    with psycopg.connect(url) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        parts = []
        for (table,) in tables:
            with connection.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))) as rows:
                parts += [bytes(row) for row in rows]
    return b"\n".join(parts)


def test_a_secret_is_recognisable_and_has_256_random_bits(pool: Pool, first: str) -> None:
    second = add_token(pool, ANA, days=1, act=made(ACTOR, at=NOW)).secret
    for secret in (first, second):
        assert re.fullmatch(r"hub_[A-Za-z0-9_-]{43}", secret)
    assert first != second


def test_a_secret_is_nowhere_in_the_database(url: str, first: str) -> None:
    everything = dump(url)
    assert digest_of(first).hex().encode() in everything
    assert first.encode() not in everything
    assert first.removeprefix("hub_").encode() not in everything


def test_a_secret_is_not_in_what_gets_printed_of_it(pool: Pool, first: str) -> None:
    assert first
    issued = add_token(pool, ANA, days=1, act=made(ACTOR, at=NOW))
    assert issued.secret not in repr(issued)


def test_a_token_more_is_written_and_leaves_the_epoch(pool: Pool, first: str) -> None:
    assert first
    with change(pool) as seen:
        issued = add_token(pool, ANA, days=30, act=made(ACTOR, at=NOW))
    assert issued.token.expires == NOW + timedelta(days=30)
    assert list_tokens(pool, ANA)[1] == issued.token
    assert seen.entries == [(ACTOR, "token.add", ANA)]
    assert seen.epochs == 0


@pytest.mark.parametrize("days", [0, -1, 3651, 10**9])
def test_a_token_is_good_for_some_days_and_not_for_ever(pool: Pool, first: str, days: int) -> None:
    assert first
    with change(pool) as seen, pytest.raises(RequestError, match="1 to 3650 days"):
        add_token(pool, ANA, days=days, act=made(ACTOR, at=NOW))
    assert seen.entries == []
    assert len(list_tokens(pool, ANA)) == 1


def test_a_revoked_token_stays_revoked_as_of_the_first_time_and_advances_the_epoch_once(pool: Pool, first: str) -> None:
    assert first
    (token,) = list_tokens(pool, ANA)
    with change(pool) as seen:
        revoke_token(pool, ANA, token.id, act=made(ACTOR, at=NOW))
        revoke_token(pool, ANA, token.id, act=made(ACTOR, at=NOW + timedelta(days=1)))
    assert list_tokens(pool, ANA)[0].revoked == NOW
    assert seen.entries == [(ACTOR, "token.revoke", ANA)]
    assert seen.epochs == 1


def test_a_token_is_revoked_under_its_own_account_only(pool: Pool, first: str) -> None:
    assert first
    (token,) = list_tokens(pool, ANA)
    with pytest.raises(NotFoundError, match=f"au-cert/ben has no token {token.id}"):
        revoke_token(pool, AccountId("au-cert/ben"), token.id, act=made(ACTOR, at=NOW))
    assert list_tokens(pool, ANA)[0].revoked is None


def test_an_unknown_account_has_no_tokens_to_add_or_list(pool: Pool) -> None:
    with pytest.raises(NotFoundError, match="no account au-cert/ana"):
        add_token(pool, ANA, days=1, act=made(ACTOR, at=NOW))
    with pytest.raises(NotFoundError, match="no account au-cert/ana"):
        list_tokens(pool, ANA)
