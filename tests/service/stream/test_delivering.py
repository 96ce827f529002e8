"""New objects arrive on an open stream, in order, without a gap, and never twice."""

from http import HTTPStatus

from hub.domain.handling import Tlp
from tests.service.stream.conftest import StreamHub
from tests.support.serving import Caller
from tests.support.stix import indicator


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
