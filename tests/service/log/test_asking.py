"""A page is asked for past psycopg's cursor: parameters, rows and errors are those that the cursor has."""

import os
from collections.abc import Iterator
from socket import SHUT_RDWR, socket

import pytest
from psycopg.errors import DivisionByZero, OperationalError

from hub.domain.errors import UnavailableError
from hub.store.database import Pool
from hub.store.log.pages.asking import ask
from hub.store.log.pages.statements import Statement

QUOTIENT = Statement(b"SELECT $1::int8 / $2::int8, $3::text[], $1::int8", ("of", "by", "names"))


@pytest.fixture
def pool(database_url: str) -> Iterator[Pool]:
    pool = Pool(database_url, size=2)
    pool.open()
    yield pool
    pool.close()


def test_parameters_and_rows_are_adapted(pool: Pool) -> None:
    with pool.statement() as database:
        assert ask(database, QUOTIENT, {"by": 2, "names": ["a", "b"], "of": 2**40}) == [(2**39, ["a", "b"], 2**40)]


def test_an_error_is_that_of_psycopg(pool: Pool) -> None:
    with pool.statement() as database, pytest.raises(DivisionByZero):
        ask(database, QUOTIENT, {"of": 1, "by": 0, "names": None})


def test_a_connection_that_is_cut_is_a_database_that_does_not_answer_and_is_replaced(pool: Pool) -> None:
    """Nobody has said that it ends: what libpq finds wrong has no code of PostgreSQL's."""
    for _ in range(3):
        with pytest.raises(UnavailableError), pool.statement() as lost:  # noqa: PT012 - it is cut before
            with socket(fileno=os.dup(lost.pgconn.socket)) as wire:
                wire.shutdown(SHUT_RDWR)
            ask(lost, QUOTIENT, {"of": 1, "by": 1, "names": None})
    with pool.statement() as database:
        assert ask(database, QUOTIENT, {"of": 4, "by": 2, "names": []}) == [(2, [], 4)]


def test_a_lost_connection_is_a_database_that_does_not_answer(pool: Pool) -> None:
    with pytest.raises(UnavailableError), pool.statement() as lost:  # noqa: PT012 - who ends it is another
        with pool.statement() as other:
            other.execute("SELECT pg_terminate_backend(%s, 5000)", (lost.info.backend_pid,))
        with pytest.raises(OperationalError):
            ask(lost, QUOTIENT, {"of": 1, "by": 1, "names": None})
        ask(lost, QUOTIENT, {"of": 1, "by": 1, "names": None})
