"""New objects arrive on an open stream, in order, without a gap, and never twice."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import Any

import pytest

from hub.domain.handling import Tlp
from hub.domain.identifiers import AccountId
from hub.runtime.wiring import opened
from hub.store.receipts import EVERYWHERE
from tests.service.stream.conftest import StreamHub
from tests.support.events import Event
from tests.support.serving import Caller
from tests.support.stix import indicator

WRITERS = ("kh", "jp", "nz", "au")
ENVELOPES = 12
MANY = 260


@pytest.fixture(scope="module")
def shelf(writer: Caller) -> list[str]:
    """Publish more than a few events hold, and return the ids in order."""
    objects = [indicator(tlp=Tlp.CLEAR) for _ in range(MANY)]
    writer.accept("kh", *objects)
    return [thing["id"] for thing in objects]


def pulled(caller: Caller, after: str | None = None) -> list[str]:
    """Return the ids of what a TAXII client is given, in order."""
    pages = caller.walk("collections/all/objects/", {} if after is None else {"added_after": after})
    return [thing["id"] for page in pages for thing in page.json().get("objects", [])]


def test_what_is_accepted_arrives(hub: StreamHub, writer: Caller, reader: Caller) -> None:
    with hub.stream(reader) as stream:
        assert stream.status == HTTPStatus.OK
        assert stream.response.headers["Content-Type"].startswith("text/event-stream")
        assert stream.response.headers["X-Accel-Buffering"] == "no"
        assert stream.response.headers["Cache-Control"] == "no-store"
        assert stream.response.headers.get_all("Server") == ["hub"]
        thing = indicator(tlp=Tlp.CLEAR)
        writer.accept("kh", thing)
        event = stream.next()
        assert (event.kind, event.objects) == ("envelope", [thing])


def test_objects_arrive_as_they_were_received_line_ends_and_all(hub: StreamHub, writer: Caller, reader: Caller) -> None:
    first, second = indicator(tlp=Tlp.CLEAR), indicator(tlp=Tlp.CLEAR, name="na\u00efve \U0001f600 \\u0041")
    with hub.stream(reader) as stream:
        body = b'{"objects": [' + b",".join(_spread(thing) for thing in (first, second)) + b"]}"
        assert writer.post("collections/kh/objects/", body).json()["success_count"] == 2
        event = stream.next()
    assert event.objects == [first, second]
    assert event.data.count("\n") == 2 * 3


def _spread(thing: dict[str, Any]) -> bytes:
    """Write an object with every kind of line end between its members."""
    members = [json.dumps({name: value})[1:-1] for name, value in thing.items()]
    first, second, third, *others = members
    return ("{" + first + ",\r\n" + second + ",\r" + third + ",\n" + ",".join(others) + "}").encode()


def test_nothing_is_missing_and_nothing_comes_twice_beside_four_writers(hub: StreamHub, reader: Caller) -> None:
    writers = [hub.served.account(f"{alias}-cert/fast") for alias in WRITERS]
    envelopes = [[[indicator(tlp=Tlp.CLEAR) for _ in range(3)] for _ in range(ENVELOPES)] for _ in WRITERS]
    with hub.stream(reader) as stream, ThreadPoolExecutor(len(WRITERS)) as threads:

        def write(number: int) -> None:
            for objects in envelopes[number]:
                writers[number].accept(WRITERS[number], *objects)

        list(threads.map(write, range(len(WRITERS))))
        names = stream.names(len(WRITERS) * ENVELOPES * 3)
    written = {thing["id"] for envelope in envelopes for objects in envelope for thing in objects}
    assert len(names) == len(set(names))
    assert set(names) == written
    assert names == [name for name in pulled(reader) if name in written]


def test_a_stream_resumes_after_every_event(hub: StreamHub, reader: Caller, shelf: list[str]) -> None:
    everything = pulled(reader)
    assert set(shelf) <= set(everything)
    with hub.stream(reader, {"from": "beginning"}) as stream:
        events = list(_until(stream.events(), everything[-1]))
    assert [name for event in events for name in event.names] == everything
    assert len(events) > 2
    for number, event in enumerate(events[:-1]):
        with hub.stream(reader, {"from": "beginning"}, last_id=event.id) as stream:
            following = [name for each in _until(stream.events(), everything[-1]) for name in each.names]
        assert following == [name for each in events[number + 1 :] for name in each.names]


def _until(events: Iterator[Event], name: str) -> Iterator[Event]:
    for event in events:
        yield event
        if name in event.names:
            return


def test_who_is_cut_off_before_the_first_event_loses_nothing(hub: StreamHub, writer: Caller, reader: Caller) -> None:
    with hub.stream(reader) as stream:
        stream.wait_for_comments(1)
        opening = stream.last_id
    thing, other = indicator(tlp=Tlp.CLEAR), indicator(tlp=Tlp.CLEAR)
    writer.accept("kh", thing)
    writer.accept("kh", other)
    with hub.stream(reader, last_id=opening) as stream:
        assert stream.names(2) == [thing["id"], other["id"]]


def test_the_opening_id_tells_nothing_of_what_is_hidden(hub: StreamHub, reader: Caller) -> None:
    openings = set()
    for _ in range(3):
        with hub.stream(reader) as stream:
            stream.wait_for_comments(1)
            openings.add(stream.last_id)
    assert len(openings) == 3
    assert {len(each) for each in openings} == {48}


def test_an_id_continues_a_poll_and_the_other_way_round(hub: StreamHub, reader: Caller, shelf: list[str]) -> None:
    assert shelf
    page = reader.get("collections/all/objects/", {"limit": "100"})
    last = page.headers["X-TAXII-Date-Added-Last"]
    names = [thing["id"] for thing in page.json()["objects"]]
    everything = pulled(reader)
    with hub.stream(reader, {"from": last}) as stream:
        event = stream.next()
    assert names + event.names == everything[: len(names) + len(event.names)]
    assert pulled(reader, after=event.id) == everything[len(names) + len(event.names) :]


def test_readers_of_different_kinds_and_wishes_are_told_what_is_theirs(
    hub: StreamHub, writer: Caller, reader: Caller
) -> None:
    own = hub.served.account("kh-cert/own-reader")
    with (
        hub.stream(own) as whole,
        hub.stream(reader) as abroad,
        hub.stream(reader, {"types": "indicator", "confidence_min": "80"}) as sure,
        hub.stream(own, {"tlp_min": "amber"}) as strict,
    ):
        clear, amber = indicator(tlp=Tlp.CLEAR), indicator(tlp=Tlp.AMBER, confidence=90)
        certain = indicator(tlp=Tlp.CLEAR, confidence=80)
        writer.accept("kh", clear)
        writer.accept("kh", amber)
        writer.accept("kh", certain)
        assert whole.names(3) == [clear["id"], amber["id"], certain["id"]]
        assert abroad.names(2) == [clear["id"], certain["id"]]
        assert sure.names(1) == [certain["id"]]
        assert strict.names(1) == [amber["id"]]


def test_what_is_sent_is_noted_as_received(hub: StreamHub, writer: Caller, reader: Caller) -> None:
    with hub.stream(reader) as stream:
        writer.accept("kh", indicator(tlp=Tlp.CLEAR))
        stream.next()
    account = AccountId(reader.username)
    with opened(hub.served.urls) as pool, pool.statement() as database:
        rows = database.execute("SELECT channel, collection, pages FROM readings WHERE account = %s", (account,))
        assert rows.fetchall() == [("stream", EVERYWHERE, 1)]
