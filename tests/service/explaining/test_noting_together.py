"""Processes that note pages of the same readers, and that they were sent, never wait for each other in a circle."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from hub.domain.catalogue import ALL
from hub.domain.clock import tick_of
from hub.domain.identifiers import AccountId, GuardId, Tick
from hub.domain.pages import Channel, Query
from hub.runtime.wiring import now
from hub.services.explaining.noting import Noting
from hub.store.database import Pool
from hub.store.log.segments import Allowed
from hub.store.receipts import Given, Owner
from hub.store.withdrawals.sent import Sent, confirm

READER = AccountId("nz-cert/ana")
ROUNDS = 60
COLLECTIONS = range(1, 11)


@pytest.fixture(scope="module")
def pool(database_url: str) -> Iterator[Pool]:
    opened = Pool(database_url, size=4)
    opened.open()
    yield opened
    opened.close()


def page(collection: int, *, last: int = 10) -> tuple[Given, list[Owner]]:
    given = Given(
        channel=Channel.STREAM,
        collection=collection,
        query=Query(collection=ALL, limit=1, after=Tick(0)),
        allowed=Allowed(guards=(GuardId(1),), aged=()),
        rewrites=0,
        head=Tick(last),
        last=Tick(last),
        at=now(),
    )
    return given, [Owner(READER)]


def test_pages_of_many_filters_are_noted_in_any_order(pool: Pool) -> None:
    noting = Noting(pool, now)

    def note(collections: Sequence[int]) -> None:
        for _ in range(ROUNDS):
            noting.note_all([page(collection) for collection in collections])

    with ThreadPoolExecutor() as threads:
        list(threads.map(note, (COLLECTIONS, COLLECTIONS[::-1])))


def test_what_was_sent_is_kept_in_any_order_and_as_far_as_it_was_sent(pool: Pool) -> None:
    readings = [number for (number,) in Noting(pool, now).note_all([page(each, last=1_000) for each in COLLECTIONS])]

    def keep(numbers: Sequence[int]) -> None:
        for last in range(1, ROUNDS):
            sent = [batch(number, last=last + more) for number in numbers for more in (1, 0)]
            with pool.transaction() as database:
                confirm(database, sent, now=tick_of(now()))

    with ThreadPoolExecutor() as threads:
        list(threads.map(keep, (readings, readings[::-1])))
    with pool.statement() as database:
        found = database.execute("SELECT DISTINCT sent FROM readings WHERE id = ANY(%s)", (readings,)).fetchall()
    assert found == [(ROUNDS,)]


def batch(reading: int, *, last: int) -> Sent:
    return Sent(
        account=READER,
        subscription=None,
        readings=(reading,),
        last=Tick(last),
        objects=lambda: (),
        epoch=1,
        rewrites=0,
    )
