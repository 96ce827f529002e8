"""One clock: date_added is unique, increasing and in the order of commits, whoever writes and whoever reads."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor

import psycopg

from hub.domain.handling import Tlp
from hub.domain.identifiers import Tick
from tests.service.log.conftest import Cast
from tests.support.hub import TestHub
from tests.support.stix import indicator

WRITERS = 4
ENVELOPES = 25
OBJECTS = 6


def test_P_09_a_poller_beside_four_writers_misses_nothing_and_gets_nothing_twice(hub: TestHub, cast: Cast) -> None:
    start = hub.page(cast.jp, "au").last
    done = threading.Event()
    seen: list[str] = []

    def write() -> list[str]:
        written: list[str] = []
        for _ in range(ENVELOPES):
            things = [indicator(tlp=Tlp.RED if number % 3 == 0 else Tlp.GREEN) for number in range(OBJECTS)]
            hub.accept(cast.au, "au", *things)
            written += [thing["id"] for number, thing in enumerate(things) if number % 3]
        return written

    def poll() -> None:
        after = start
        while True:
            last_round = done.is_set()
            page = hub.page(cast.jp, "au", after=after, limit=7)
            seen.extend(json.loads(item)["id"] for item in page.items)
            after = page.last
            if last_round and not page.items:
                return

    with ThreadPoolExecutor(WRITERS + 1) as threads:
        poller = threads.submit(poll)
        try:
            written = [name for writer in [threads.submit(write) for _ in range(WRITERS)] for name in writer.result()]
        finally:
            done.set()
        poller.result()
    assert len(written) == WRITERS * ENVELOPES * OBJECTS * 2 / 3
    assert sorted(seen) == sorted(written)


def test_P_08_ticks_are_unique_and_rise_with_the_number(hub: TestHub, cast: Cast, database_url: str) -> None:
    hub.accept(cast.nz, "nz", *(indicator(tlp=Tlp(number % 4)) for number in range(12)))
    with psycopg.connect(database_url) as connection:
        ticks = [tick for (tick,) in connection.execute("SELECT tick FROM log ORDER BY seq")]
        ((head,),) = connection.execute("SELECT tick FROM log_head").fetchall()
    assert ticks == sorted(set(ticks))
    assert head == ticks[-1]


def test_P_06_an_empty_page_names_where_it_started_and_tells_nothing_of_hidden_writes(hub: TestHub, cast: Cast) -> None:
    before = hub.page(cast.jp, "vn")
    hub.accept(cast.au, "au", indicator(tlp=Tlp.RED))
    after = hub.page(cast.jp, "vn")
    assert before == after
    assert before.first == before.last
    assert hub.page(cast.jp, "vn", after=Tick(before.last + 5)).last == before.last + 5
