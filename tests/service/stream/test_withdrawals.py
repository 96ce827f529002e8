"""An open stream is told of what its account was sent before and is withdrawn since."""

import json

from hub.domain.handling import Tlp
from tests.service.stream.conftest import StreamHub
from tests.support.serving import Caller
from tests.support.stix import indicator


def test_a_stream_is_told_of_what_it_was_sent_and_is_deleted_since(
    hub: StreamHub, writer: Caller, reader: Caller
) -> None:
    with hub.stream(reader) as stream:
        thing = indicator(tlp=Tlp.CLEAR)
        writer.accept("kh", thing)
        sent = stream.next()
        assert sent.names == [thing["id"]]
        assert writer.delete(f"collections/kh/objects/{thing['id']}/").ok
        notice = stream.next()
        told = json.loads(notice.data)
        assert (notice.kind, told["id"], told["cause"]) == ("withdrawal", thing["id"], "deleted")
        assert notice.id == sent.id
        other = indicator(tlp=Tlp.CLEAR)
        writer.accept("kh", other)
        assert stream.next().names == [other["id"]]


def test_what_a_stream_was_not_sent_is_not_withdrawn_from_it(hub: StreamHub, writer: Caller, reader: Caller) -> None:
    hidden, thing = indicator(tlp=Tlp.AMBER), indicator(tlp=Tlp.CLEAR)
    with hub.stream(reader) as stream:
        writer.accept("kh", hidden)
        assert writer.delete(f"collections/kh/objects/{hidden['id']}/").ok
        stream.wait_for_comments(5)
        writer.accept("kh", thing)
        assert stream.next().names == [thing["id"]]
