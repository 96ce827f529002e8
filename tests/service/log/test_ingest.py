"""Workers that take over a pending submission under other circumstances than those in which it was begun."""

from collections.abc import Mapping
from dataclasses import replace
from threading import Event

import pytest

from hub.domain.catalogue import Catalogue
from hub.domain.handling import Tlp
from hub.services.ingest import Ingest
from hub.services.publishing.publish import Publishing
from tests.service.log.conftest import Cast
from tests.service.log.test_submissions import StopAfter
from tests.support.hub import TestHub
from tests.support.stix import indicator

LARGE = 40
UNCHANGED: Mapping[str, int] = {}


def worker(hub: TestHub, *, part_objects: int = 7, without: str = "", caps: Mapping[str, int] = UNCHANGED) -> Ingest:
    """Return a worker of a hub that has been started again with another configuration."""
    known = hub.parts.catalogue
    collections = tuple(collection for collection in known if collection.alias != without)
    numbers = {collection.id: hub.parts.numbers[collection.id] for collection in collections}
    return Ingest(
        hub.parts.pool,
        Publishing(hub.parts.clearances, numbers),
        Catalogue(collections=collections, members=known.members, organisations=known.organisations),
        hub.parts.queue,
        limits=replace(hub.parts.limits, caps=replace(hub.parts.limits.caps, **caps)),
        part_objects=part_objects,
        clock=hub.clock,
    )


def test_S_05_a_worker_with_parts_of_another_size_goes_on_where_the_last_one_stopped(hub: TestHub, cast: Cast) -> None:
    things = [indicator(tlp=Tlp.GREEN) for _ in range(LARGE)]
    things[3]["confidence"] = True
    submission = hub.push(cast.au, "au", *things)
    hub.ingest.process(submission.id, StopAfter(2))
    worker(hub, part_objects=20).process(submission.id, Event())
    done = hub.submitting.status(cast.au, submission.id)
    assert done is not None
    assert done.complete
    assert [outcome.position for outcome in done.outcomes] == list(range(LARGE))
    assert [outcome.position for outcome in done.outcomes if outcome.code] == [3]
    assert len(hub.read(cast.jp, ids=frozenset(thing["id"] for thing in things))) == LARGE - 1


def test_S_05_a_submission_to_a_collection_that_is_gone_does_not_stand_in_the_way(hub: TestHub, cast: Cast) -> None:
    stuck = hub.push(cast.nz, "nz", *(indicator(tlp=Tlp.GREEN) for _ in range(LARGE)))
    fine = hub.push(cast.au, "au", *(indicator(tlp=Tlp.GREEN) for _ in range(LARGE)))
    worker(hub, without="nz").sweep(Event())
    done = hub.submitting.status(cast.au, fine.id)
    waiting = hub.submitting.status(cast.nz, stuck.id)
    assert done is not None
    assert waiting is not None
    assert done.complete
    assert not waiting.complete
    hub.ingest.sweep(Event())
    again = hub.submitting.status(cast.nz, stuck.id)
    assert again is not None
    assert again.complete


@pytest.mark.parametrize(
    ("caps", "codes"),
    [
        ({"envelope_objects": LARGE - 1}, [None] * LARGE),
        ({"body_bytes": 1_000}, [None] * LARGE),
        ({"depth": 1}, [None] * LARGE),
        ({"object_bytes": 10}, ["TOO_LARGE"] * LARGE),
    ],
)
def test_S_05_what_was_taken_is_processed_where_caps_were_lowered_since(
    hub: TestHub, cast: Cast, caps: dict[str, int], codes: list[str | None]
) -> None:
    submission = hub.push(cast.au, "au", *(indicator(tlp=Tlp.GREEN) for _ in range(LARGE)))
    worker(hub, caps=caps).process(submission.id, Event())
    done = hub.submitting.status(cast.au, submission.id)
    assert done is not None
    assert (done.complete, [outcome.code for outcome in done.outcomes]) == (True, codes)


def test_PR_10_what_stands_in_a_collection_that_is_gone_still_counts(hub: TestHub, cast: Cast) -> None:
    thing = indicator(tlp=Tlp.GREEN)
    hub.accept(cast.nz, "nz", thing)
    things = [thing | {"name": "Another name"}, *(indicator(tlp=Tlp.GREEN) for _ in range(LARGE))]
    submission = hub.push(cast.nz, "best-practices", *things)
    worker(hub, without="nz").process(submission.id, Event())
    done = hub.submitting.status(cast.nz, submission.id)
    assert done is not None
    assert [outcome.code for outcome in done.outcomes[:2]] == ["VERSION_CONFLICT", None]
