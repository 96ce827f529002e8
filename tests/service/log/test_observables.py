"""Objects without versions of their own: what is stored later is newer, whatever clocks say and however it waits."""

from datetime import timedelta
from threading import Event
from typing import Any

import pytest

from hub.domain.handling import Tlp
from tests.service.log.conftest import Cast
from tests.support.hub import Clock, TestHub
from tests.support.stix import TLP_MARKINGS, address, indicator

LARGE = 30


def marked(thing: dict[str, Any], tlp: Tlp) -> dict[str, Any]:
    return thing | {"object_marking_refs": [TLP_MARKINGS[tlp]]}


def readable(hub: TestHub, cast: Cast) -> set[str]:
    return {thing["id"] for thing in hub.read(cast.jp, "au", limit=1_000)}


@pytest.mark.parametrize("back", [timedelta(0), timedelta(seconds=5)])
def test_raising_closes_at_once_though_the_clock_goes_back(
    hub: TestHub, cast: Cast, clock: Clock, back: timedelta
) -> None:
    clock.ahead += timedelta(seconds=10)
    thing = address(tlp=Tlp.CLEAR)
    hub.accept(cast.au, "au", thing)
    assert thing["id"] in readable(hub, cast)
    clock.ahead -= back
    hub.accept(cast.au, "au", marked(thing, Tlp.RED))
    assert thing["id"] not in readable(hub, cast)


def test_what_has_waited_does_not_open_what_was_closed_meanwhile(hub: TestHub, cast: Cast) -> None:
    closed, other = address(tlp=Tlp.CLEAR), address(tlp=Tlp.CLEAR)
    waiting = hub.push(cast.au, "au", *(indicator(tlp=Tlp.CLEAR) for _ in range(LARGE)), closed, other)
    hub.accept(cast.au, "au", marked(closed, Tlp.RED))
    hub.ingest.process(waiting.id, Event())
    found = readable(hub, cast)
    assert other["id"] in found
    assert closed["id"] not in found


def test_of_one_envelope_the_last_is_the_newest_in_whatever_parts_it_is_stored(hub: TestHub, cast: Cast) -> None:
    raised, lowered = address(tlp=Tlp.CLEAR), address(tlp=Tlp.RED)
    many = [indicator(tlp=Tlp.CLEAR) for _ in range(LARGE)]
    waiting = hub.push(cast.au, "au", raised, lowered, *many, marked(raised, Tlp.RED), marked(lowered, Tlp.CLEAR))
    hub.ingest.process(waiting.id, Event())
    found = readable(hub, cast)
    assert raised["id"] not in found
    assert lowered["id"] in found


def test_when_it_was_stored_tells_nothing_of_how_long_the_rest_took(hub: TestHub, cast: Cast, clock: Clock) -> None:
    """Nor do two that are far apart share a version, by which a reader would know them to be of one envelope."""
    first, last = address(tlp=Tlp.CLEAR), address(tlp=Tlp.CLEAR)
    waiting = hub.push(cast.au, "au", first, *(indicator(tlp=Tlp.CLEAR) for _ in range(LARGE)), last)
    clock.ahead += timedelta(minutes=1)
    hub.ingest.process(waiting.id, Event())
    for thing in (first, last):
        with hub.parts.pool.statement() as database:
            rows = database.execute("SELECT version_tick, tick FROM log WHERE object_id = %s", (thing["id"],))
            ((version, added),) = rows.fetchall()
        assert 0 <= added - version < 1_000
