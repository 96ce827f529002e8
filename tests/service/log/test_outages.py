"""When a server that the hub stands on fails: nothing acknowledged is lost, and nothing is told that should not be."""

from datetime import timedelta

import psycopg
import pytest

from hub.bus.connections import connect
from hub.bus.hints import Hints
from hub.bus.queue import submissions
from hub.domain.errors import UnavailableError
from hub.domain.handling import Tlp
from hub.domain.identifiers import SubmissionId
from hub.services.clearances import Clearances
from hub.services.submit import Submitting
from hub.store.database import Database, Pool, StoreError
from hub.store.log.segments import Allowed
from tests.service.log.conftest import Cast
from tests.support.hub import TestHub
from tests.support.stix import indicator

NOBODY_LISTENS = "redis://127.0.0.1:1/0"


def test_a_large_submission_is_taken_while_redis_is_away(hub: TestHub, cast: Cast) -> None:
    parts = hub.parts
    point = Hints[SubmissionId](submissions(connect(NOBODY_LISTENS)).put, failure="submission.not_announced")
    alone = Submitting(parts.pool, parts.publishing, point, parts.limits, hub.clock)
    hub.submitting = alone
    submission = hub.push(cast.au, "au", *(indicator(tlp=Tlp.GREEN) for _ in range(30)))
    found = alone.status(cast.au, submission.id)
    assert found is not None
    assert len(found.pending) == 30


def test_a_worker_is_told_that_redis_is_away_and_asks_again() -> None:
    with pytest.raises(UnavailableError):
        submissions(connect(NOBODY_LISTENS)).take("test", wait_ms=10)


def test_a_failing_statement_tells_its_kind_and_not_what_it_held(hub: TestHub) -> None:
    secret = "198.51.100.77"
    with pytest.raises(StoreError) as raised, hub.parts.pool.transaction() as database:
        database.execute("INSERT INTO introductions (member, contacts) VALUES ('AU', %s)", (secret,))
    assert secret not in str(raised.value)
    assert raised.value.__cause__ is None
    assert "InvalidTextRepresentation" in str(raised.value)


def test_a_lost_connection_is_an_outage_and_the_next_request_has_another(hub: TestHub, database_url: str) -> None:
    with pytest.raises(UnavailableError):
        lose_the_connection(hub, database_url)
    with hub.parts.pool.statement() as database:
        assert database.execute("SELECT 1").fetchall() == [(1,)]


def test_a_question_that_takes_too_long_is_given_up_and_the_next_one_is_answered(database_url: str) -> None:
    pool = Pool.reading(database_url, size=1, at_most=timedelta(milliseconds=20))
    pool.open()
    try:
        with pytest.raises(UnavailableError, match="longer"), pool.statement() as database:
            database.execute("SELECT pg_sleep(60)")
        with pool.statement() as database:
            assert database.execute("SELECT 1").fetchall() == [(1,)]
    finally:
        pool.close()


def test_what_answers_rest_on_is_not_given_up_with_the_question(hub: TestHub, cast: Cast, database_url: str) -> None:
    reads = Pool.reading(database_url, size=1, at_most=timedelta(milliseconds=20))
    reads.open()
    try:
        clearances = Clearances(hub.parts.pool, hub.clock, reads=reads)

        def ask(database: Database, _: Allowed) -> tuple[int, None]:
            database.execute("SELECT pg_sleep(60)")
            return 0, None

        with pytest.raises(UnavailableError, match="longer"):
            clearances.answer(cast.au.account.id, ask)
        with hub.parts.pool.statement() as database:
            assert database.execute("SHOW statement_timeout").fetchall() == [("0",)]
    finally:
        reads.close()


def lose_the_connection(hub: TestHub, database_url: str) -> None:
    with hub.parts.pool.statement() as database:
        ((backend,),) = database.execute("SELECT pg_backend_pid()").fetchall()
        with psycopg.connect(database_url, autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s)", (backend,))
        database.execute("SELECT 1")


def test_who_holds_the_log_for_too_long_does_not_keep_a_push_waiting(
    hub: TestHub, cast: Cast, database_url: str
) -> None:
    pool = Pool(database_url, size=2, parameters={"lock_timeout": "50"})
    pool.open()
    try:
        parts = hub.parts
        hub.submitting = Submitting(pool, parts.publishing, parts.point, parts.limits, hub.clock)
        thing = indicator(tlp=Tlp.GREEN)
        with psycopg.connect(database_url) as hung:
            hung.execute("SELECT FROM log_head FOR UPDATE")
            with pytest.raises(UnavailableError, match="holds what that changes"):
                hub.push(cast.au, "au", thing)
        hub.accept(cast.au, "au", thing)
    finally:
        pool.close()


def test_no_statement_waits_for_a_lock_without_end(database_url: str) -> None:
    chosen = f"{database_url}&options=-c%20lock_timeout%3D5s"
    readers = Pool.reading(database_url, size=1, at_most=timedelta(seconds=1))
    for pool, bound in ((Pool(database_url, size=1), "30s"), (readers, "30s"), (Pool(chosen, size=1), "5s")):
        pool.open()
        with pool.statement() as database:
            assert database.execute("SHOW lock_timeout").fetchall() == [(bound,)]
        pool.close()


def test_a_silent_host_is_found_unless_the_address_says_otherwise(database_url: str) -> None:
    for url, seconds in ((database_url, 30_000), (f"{database_url}&tcp_user_timeout=5", 5)):
        pool = Pool(url, size=1)
        pool.open()
        with pool.statement() as database:
            said = {option.keyword: option.val for option in database.pgconn.info}
        pool.close()
        assert said[b"tcp_user_timeout"] == str(seconds).encode()
