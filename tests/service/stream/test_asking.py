"""What may be asked of a stream, who may ask, and what everybody else is told."""

from http import HTTPStatus
from typing import Any

import pytest

from hub.domain.handling import Tlp
from tests.service.stream.conftest import StreamHub
from tests.support.events import streaming
from tests.support.serving import Caller
from tests.support.stix import address, indicator


@pytest.fixture(scope="module")
def japan(hub: StreamHub) -> Caller:
    return hub.served.account("jp-cert/writer")


@pytest.mark.parametrize("path", ["/stream", "/taxii2/", "/nowhere", "/stream?nonsense=1"])
def test_a_stranger_learns_nothing(hub: StreamHub, path: str) -> None:
    with streaming(hub.port, None, path=path) as stream:
        assert stream.status == HTTPStatus.UNAUTHORIZED
        assert stream.response.headers.get_all("WWW-Authenticate")
        assert stream.problem()["code"] == "UNAUTHENTICATED"


def test_a_bearer_token_opens_a_stream_too(hub: StreamHub, reader: Caller) -> None:
    with streaming(hub.port, None, headers={"Authorization": f"Bearer {reader.token}"}) as stream:
        assert stream.status == HTTPStatus.OK
        stream.wait_for_comments(1)


def test_there_is_nothing_but_the_stream(hub: StreamHub, reader: Caller) -> None:
    with hub.stream(reader, path="/taxii2/") as stream:
        assert stream.status == HTTPStatus.NOT_FOUND
        assert stream.problem()["status"] == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize(
    ("query", "code", "words"),
    [
        ({"type": "indicator"}, "BAD_REQUEST", "'type' is not a key of a stream"),
        ({"types": ""}, "FILTER_INVALID", "types"),
        ({"types": "Indicator"}, "FILTER_INVALID", "types"),
        ({"tlp_min": "pink"}, "FILTER_INVALID", "tlp_min"),
        ({"tlp_min": "red"}, "FILTER_INVALID", "never sent"),
        ({"tlp_min": "amber", "tlp_max": "green"}, "FILTER_INVALID", "nothing would be sent"),
        ({"confidence_min": "high"}, "FILTER_INVALID", "confidence_min"),
        ({"confidence_min": "101"}, "FILTER_INVALID", "confidence_min"),
        ({"collections": "nowhere"}, "FILTER_INVALID", "no collection 'nowhere'"),
        ({"origins": "JP,ZZ"}, "FILTER_INVALID", "query: there is no member 'ZZ'"),
        ({"from": "yesterday"}, "BAD_REQUEST", "from takes now, beginning, or a timestamp"),
        ({"from": "2126-01-31T12:00:00Z"}, "POSITION", "2126-01-31T12:00:00+00:00 is yet to come"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    hub: StreamHub, writer: Caller, query: dict[str, str], code: str, words: str
) -> None:
    with hub.stream(writer, query) as stream:
        assert stream.status == HTTPStatus.BAD_REQUEST
        problem = stream.problem()
        assert problem["code"] == code
        assert words in problem["detail"]


@pytest.mark.parametrize("last_id", ["0", "nonsense", "A" * 48, "2026-13-01T00:00:00.000000Z"])
def test_an_id_that_the_hub_has_not_given_out_is_refused(hub: StreamHub, writer: Caller, last_id: str) -> None:
    with hub.stream(writer, last_id=last_id) as stream:
        assert stream.status == HTTPStatus.BAD_REQUEST
        assert "Last-Event-ID" in stream.problem()["detail"]


def test_an_id_that_is_yet_to_come_leaves_nothing_out(hub: StreamHub, writer: Caller, reader: Caller) -> None:
    with hub.stream(reader, last_id="2126-01-31T12:00:00.000000Z") as stream:
        thing = indicator(tlp=Tlp.CLEAR)
        writer.accept("kh", thing)
        assert stream.names(1) == [thing["id"]]


def test_the_date_of_a_page_is_a_place_to_begin(hub: StreamHub, writer: Caller, reader: Caller) -> None:
    writer.accept("kh", indicator(tlp=Tlp.CLEAR))
    last = writer.get("collections/kh/objects/").headers["X-TAXII-Date-Added-Last"]
    with hub.stream(reader, {"from": last}) as stream:
        assert stream.status == HTTPStatus.OK


def test_who_takes_no_events_is_told_so(hub: StreamHub, writer: Caller) -> None:
    with hub.stream(writer, headers={"Accept": "application/taxii+json;version=2.1"}) as stream:
        assert stream.status == HTTPStatus.NOT_ACCEPTABLE


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ({"types": "ipv4-addr"}, {"address"}),
        ({"types": "ipv4-addr,indicator", "tlp_max": "clear"}, {"address", "plain", "sure", "labelled", "file"}),
        ({"tlp_min": "green"}, {"green", "elsewhere"}),
        ({"confidence_min": "70"}, {"sure"}),
        ({"labels": "phishing,other"}, {"labelled"}),
        ({"indicator_types": "benign"}, {"labelled"}),
        ({"pattern_types": "file"}, {"file"}),
        ({"collections": "jp"}, {"elsewhere"}),
        ({"origins": "JP"}, {"elsewhere"}),
    ],
    ids=[
        "type",
        "types",
        "tlp_min",
        "confidence",
        "labels",
        "indicator_types",
        "pattern_types",
        "collections",
        "origins",
    ],
)
def test_a_filter_lets_through_what_meets_it(  # noqa: PLR0913, PLR0917 - its fixtures and cases
    hub: StreamHub, writer: Caller, japan: Caller, reader: Caller, query: dict[str, str], wanted: set[str]
) -> None:
    with hub.stream(reader, query) as stream:
        things = _things()
        writer.accept("kh", *(thing for name, thing in things.items() if name != "elsewhere"))
        japan.accept("jp", things["elsewhere"])
        names = {thing["id"]: name for name, thing in things.items()}
        assert {names[name] for name in stream.names(len(wanted))} == wanted
        stream.wait_for_comments(2)


def _things() -> dict[str, dict[str, Any]]:
    return {
        "address": address(tlp=Tlp.CLEAR),
        "plain": indicator(tlp=Tlp.CLEAR),
        "green": indicator(tlp=Tlp.GREEN),
        "sure": indicator(tlp=Tlp.CLEAR, confidence=70),
        "labelled": indicator(tlp=Tlp.CLEAR, labels=["phishing"], indicator_types=["benign"]),
        "file": indicator(tlp=Tlp.CLEAR, pattern="[file:name = 'a.exe']"),
        "elsewhere": indicator(tlp=Tlp.GREEN, name="of Japan"),
    }


def test_red_is_never_sent(hub: StreamHub, writer: Caller) -> None:
    own = hub.served.account("kh-cert/red-reader")
    red, amber = indicator(tlp=Tlp.RED), indicator(tlp=Tlp.AMBER_STRICT)
    with hub.stream(own) as stream:
        writer.accept("kh", red)
        writer.accept("kh", amber)
        assert stream.next().names == [amber["id"]]
    with hub.stream(own, {"from": "beginning"}) as stream:
        assert red["id"] not in stream.names(stream_length(own, without={red["id"]}))
    assert red["id"] in pulled(writer)


def pulled(caller: Caller) -> list[str]:
    pages = caller.walk("collections/all/objects/")
    return [thing["id"] for page in pages for thing in page.json().get("objects", [])]


def stream_length(caller: Caller, *, without: set[str]) -> int:
    return len(set(pulled(caller)) - without)


def test_a_quiet_stream_carries_heartbeats(hub: StreamHub, reader: Caller) -> None:
    with hub.stream(reader) as stream:
        stream.wait_for_comments(3)


def test_an_account_has_so_many_streams_at_once(hub: StreamHub, reader: Caller) -> None:
    with hub.stream(reader) as first, hub.stream(reader), hub.stream(reader), hub.stream(reader):
        with hub.stream(reader) as fifth:
            assert fifth.status == HTTPStatus.TOO_MANY_REQUESTS
            assert int(fifth.response.headers["Retry-After"]) > 0
            assert fifth.problem()["code"] == "EXHAUSTED"
        with hub.stream(hub.served.account("la-cert/somebody-else")) as other:
            assert other.status == HTTPStatus.OK
        first.close()
        statuses = iter(lambda: _status(hub, reader), HTTPStatus.OK)
        assert set(statuses) <= {HTTPStatus.TOO_MANY_REQUESTS}


def _status(hub: StreamHub, reader: Caller) -> int:
    with hub.stream(reader) as stream:
        return stream.status
