"""Walk a large collection with taxii2-client, and poll it with plain readers while others write.

MAIN_JOB_OBJECTS says how many objects four writers add beside the pollers; 10,000 is the full size.
"""

import os
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Event
from typing import Any, Final

import pytest
from taxii2client.v21 import Collection, Server, as_pages

from hub.domain.directory import Role
from hub.runtime.settings import Settings
from tests.service.main_job.traffic import (
    EVERY_VERSION,
    LEVELS,
    PUBLIC,
    Accepted,
    Poller,
    Version,
    mixed,
    seeded,
    write,
)
from tests.support.serving import Caller, ServedHub

WALKED: Final = 10_000
PUSHED: Final = int(os.environ.get("MAIN_JOB_OBJECTS", "2000"))
WRITERS: Final = 4
LARGE: Final = 2_500
"""Objects of an envelope that goes through the ingest worker."""

ALIAS: Final = "au"
MANIFEST: Final = f"collections/{ALIAS}/manifest/"
OBJECTS: Final = f"collections/{ALIAS}/objects/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    """A collection with ten thousand objects, its owner who sees all of it, and a neighbour who sees part."""

    accepted: Accepted
    owner: Caller
    neighbour: Caller


@pytest.fixture(scope="module")
def stock(served: ServedHub) -> Stock:
    """Push ten thousand objects of every level, in envelopes that are processed while one waits."""
    owner = served.account("au-cert/owner")
    neighbour = served.account("nz-cert/neighbour", Role.ANALYST)
    objects = mixed(seeded(1), WALKED)
    for start in range(0, WALKED, LARGE):
        status = owner.settled(owner.push(ALIAS, *objects[start : start + LARGE]))
        assert status["success_count"] == LARGE
    accepted = Accepted()
    accepted.note(objects)
    return Stock(accepted=accepted, owner=owner, neighbour=neighbour)


def client(served: ServedHub, caller: Caller) -> Server:
    """Return a stock client that knows the address of the hub, a user name and a password."""
    return Server(served.discovery, user=caller.username, password=caller.token)


def collection(served: ServedHub, caller: Caller) -> Collection:
    """Find the collection as a client does, by what discovery and API root say."""
    found = [entry for entry in client(served, caller).default.collections if entry.alias == ALIAS]
    (entry,) = found
    return entry


def walk_without_limit(entry: Collection) -> Iterator[dict[str, Any]]:
    """Follow `next` and ask for no size."""
    page = entry.get_objects()
    yield page
    while page.get("more"):
        page = entry.get_objects(next=page["next"])
        yield page


def versions_of(pages: list[dict[str, Any]]) -> list[Version]:
    """Return what pages hold, in order."""
    return [(thing["id"], thing["modified"]) for page in pages for thing in page.get("objects", [])]


def test_taxii2_client_reads_discovery_root_and_collections(served: ServedHub, stock: Stock) -> None:
    server = client(served, stock.owner)
    assert server.title == Settings().title
    assert [root.url for root in server.api_roots] == [f"{served.root}/appf/"]
    entries = {entry.alias: entry for entry in server.default.collections}
    assert len(entries) == 31
    assert {alias for alias, entry in entries.items() if entry.can_write} == {"au", "best-practices", "assistance"}
    assert all(entry.can_read for entry in entries.values())


@pytest.mark.parametrize("limit", [1_000, 777, 10_000])
def test_taxii2_client_walks_ten_thousand_objects_with_limit(served: ServedHub, stock: Stock, limit: int) -> None:
    pages = list(as_pages(collection(served, stock.owner).get_objects, per_request=limit))
    walked = versions_of(pages)
    assert len(walked) == WALKED
    assert set(walked) == set(stock.accepted.levels)
    assert {len(page["objects"]) for page in pages[:-1]} <= {limit}


def test_taxii2_client_walks_ten_thousand_objects_without_limit(served: ServedHub, stock: Stock) -> None:
    pages = list(walk_without_limit(collection(served, stock.owner)))
    walked = versions_of(pages)
    assert len(walked) == WALKED
    assert set(walked) == set(stock.accepted.levels)
    assert len(pages) == WALKED // Settings().page_default


def test_taxii2_client_walks_exactly_what_its_account_may_see(served: ServedHub, stock: Stock) -> None:
    visible = stock.accepted.seen_with(PUBLIC)
    for pages in (
        walk_without_limit(collection(served, stock.neighbour)),
        as_pages(collection(served, stock.neighbour).get_objects, per_request=501),
    ):
        assert Counter(versions_of(list(pages))) == Counter(visible)


def test_taxii2_client_walks_the_manifest_in_rising_order(served: ServedHub, stock: Stock) -> None:
    pages = list(as_pages(collection(served, stock.owner).get_manifest, per_request=999))
    records = [record for page in pages for record in page["objects"]]
    dates = [record["date_added"] for record in records]
    assert dates == sorted(set(dates))
    assert {(record["id"], record["version"]) for record in records} == set(stock.accepted.levels)


def test_pollers_beside_writers_end_with_exactly_what_they_may_see(served: ServedHub, stock: Stock) -> None:
    writers = [served.account(f"au-cert/writer-{number}") for number in range(WRITERS)]
    everything = frozenset(LEVELS)
    pollers = {
        (name, kind): Poller(caller=served.account(f"{name}-{kind}", Role.ANALYST), path=path, query=query)
        for name in ("au-cert/all", "nz-cert/part")
        for kind, path, query in (
            ("newest", OBJECTS, {}),
            ("versions", OBJECTS, EVERY_VERSION | {"limit": "137"}),
            ("manifest", MANIFEST, EVERY_VERSION),
        )
    }
    written = Event()
    with ThreadPoolExecutor(WRITERS + len(pollers)) as pool:
        polling = [pool.submit(poller.run, written) for poller in pollers.values()]
        try:
            writing = [
                pool.submit(write, caller, ALIAS, seed=number, count=PUSHED // WRITERS)
                for number, caller in enumerate(writers)
            ]
            parts = [future.result() for future in writing]
        finally:
            written.set()
        for future in polling:
            future.result()
    accepted = Accepted(levels=dict(stock.accepted.levels))
    for part in parts:
        accepted.levels |= part.levels
    for (name, kind), poller in pollers.items():
        readable = everything if name == "au-cert/all" else PUBLIC
        check_received(poller, accepted, readable, newest_only=(kind == "newest"))


def check_received(poller: Poller, accepted: Accepted, readable: frozenset[Any], *, newest_only: bool) -> None:
    """Compare what a poller was given, while everything changed, with what it sees in the end."""
    visible = accepted.seen_with(readable)
    single = accepted.single
    of_one_version = Counter(version for version in poller.received if version[0] in single)
    assert of_one_version == Counter(version for version in visible if version[0] in single)
    if newest_only:
        visible &= set(accepted.newest.values())
    received = set(poller.received)
    assert not visible - received
    assert all(accepted.levels[version] in readable for version in received)
    assert poller.dates == sorted(set(poller.dates))
    assert poller.path == OBJECTS or len(poller.dates) == len(poller.received)
