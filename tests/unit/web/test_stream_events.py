"""What is written on a stream, and the positions that are its ids."""

import pytest

from hub.domain.errors import RequestError
from hub.domain.identifiers import Tick
from hub.outbound.webhooks.deliveries import Item, batch_of
from hub.web.stream.events import envelope_event, opening
from hub.web.stream.positions import Positions

POSITIONS = Positions(b"k" * 32)
PLACE = Tick(1_767_225_600_000_001)


def test_an_event_is_the_envelope_under_the_instant_of_its_last_object() -> None:
    batch = batch_of([Item(position=PLACE, payload=b'{"a":1}')], after=Tick(0), last=PLACE)
    assert envelope_event(batch) == (
        b'event: envelope\nid: 2026-01-01T00:00:00.000001Z\ndata: {"objects":[{"a":1}]}\n\n'
    )


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n"])
def test_a_line_end_inside_begins_another_data_line(end: bytes) -> None:
    batch = batch_of([Item(position=PLACE, payload=b'{"a":' + end + b"1}")], after=Tick(0), last=PLACE)
    assert envelope_event(batch).splitlines()[2:4] == [b'data: {"objects":[{"a":', b"data: 1}]}"]


def test_an_opening_has_an_id_and_no_event() -> None:
    assert opening("somewhere") == b"retry: 2000\nid: somewhere\n\n"


def test_a_position_is_read_back_sealed_or_not() -> None:
    assert POSITIONS.read(POSITIONS.seal(PLACE)) == PLACE
    assert POSITIONS.read("2026-01-01T00:00:00.000001Z") == PLACE


def test_a_sealed_position_looks_different_every_time() -> None:
    assert POSITIONS.seal(PLACE) != POSITIONS.seal(PLACE)


def test_a_position_that_was_changed_or_sealed_by_another_is_refused() -> None:
    sealed = POSITIONS.seal(PLACE)
    for wrong in (sealed[:-1], "A" + sealed[1:] if sealed[0] != "A" else "B" + sealed[1:], "", "é", "0"):
        with pytest.raises(RequestError):
            POSITIONS.read(wrong)
    with pytest.raises(RequestError):
        Positions(b"j" * 32).read(sealed)
