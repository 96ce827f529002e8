"""Submission statuses, and large submissions that are worked on part by part."""

from datetime import timedelta
from threading import Event

import pytest

from hub.domain.errors import RequestError, UnprocessableError
from hub.domain.handling import Tlp
from tests.service.log.conftest import Cast
from tests.support.hub import Clock, TestHub, envelope
from tests.support.stix import indicator

LARGE = 40
"""More objects than the tests' threshold of 20, and several parts of 7."""


def taken(hub: TestHub) -> set[str]:
    """Take every entry of the stream; the first call only makes the group."""
    hub.parts.queue.take("test", wait_ms=1)
    found: set[str] = set()
    while entries := hub.parts.queue.take("test", wait_ms=100):
        for entry, name in entries:
            hub.parts.queue.done(entry)
            found.add(name)
    return found


class StopAfter(Event):
    """Set by itself once it has been asked a number of times."""

    def __init__(self, asked: int) -> None:
        super().__init__()
        self._left = asked

    def is_set(self) -> bool:
        self._left -= 1
        return self._left < 0


def test_S_05_a_large_submission_is_pending_and_tells_its_progress(hub: TestHub, cast: Cast) -> None:
    things = [indicator(tlp=Tlp.GREEN) for _ in range(LARGE)]
    things[3]["confidence"] = True
    submission = hub.push(cast.au, "au", *things)
    assert (len(submission.outcomes), len(submission.pending)) == (0, LARGE)
    assert [entry.id for entry in submission.pending] == [thing["id"] for thing in things]

    hub.ingest.process(submission.id, StopAfter(2))
    halfway = hub.submitting.status(cast.au, submission.id)
    assert halfway is not None
    assert not halfway.complete
    assert len(halfway.outcomes) == 1 + 2 * 7
    assert len(halfway.pending) == LARGE - len(halfway.outcomes)

    hub.ingest.process(submission.id, Event())
    done = hub.submitting.status(cast.au, submission.id)
    assert done is not None
    assert done.complete
    assert done.pending == ()
    assert [outcome.position for outcome in done.outcomes] == list(range(LARGE))
    assert [outcome.position for outcome in done.outcomes if outcome.code] == [3]
    assert len(hub.read(cast.jp, ids=frozenset(thing["id"] for thing in things))) == LARGE - 1


def test_a_worker_takes_a_submission_from_the_stream_and_two_never_work_on_one(hub: TestHub, cast: Cast) -> None:
    submission = hub.push(cast.au, "au", *(indicator(tlp=Tlp.GREEN) for _ in range(LARGE)))
    assert submission.id in taken(hub)
    hub.ingest.process(submission.id, Event())
    hub.ingest.process(submission.id, Event())
    done = hub.submitting.status(cast.au, submission.id)
    assert done is not None
    assert done.complete


def test_a_sweep_finds_what_redis_has_lost(hub: TestHub, cast: Cast) -> None:
    submission = hub.push(cast.au, "au", *(indicator(tlp=Tlp.GREEN) for _ in range(LARGE)))
    hub.ingest.sweep(Event())
    done = hub.submitting.status(cast.au, submission.id)
    assert done is not None
    assert done.complete


def test_S_14_a_status_is_read_by_the_submitting_organisation_alone(hub: TestHub, cast: Cast) -> None:
    submission = hub.push(cast.au, "au", indicator(tlp=Tlp.CLEAR))
    assert hub.submitting.status(cast.nz, submission.id) is None
    assert hub.submitting.status(cast.power, submission.id) is None
    assert hub.submitting.status(hub.account("au-cert/colleague"), submission.id) is not None


def test_S_11_a_status_is_kept_for_a_day_and_S_12_not_longer(hub: TestHub, clock: Clock, cast: Cast) -> None:
    submission = hub.push(cast.au, "au", indicator(tlp=Tlp.GREEN))
    try:
        clock.ahead = timedelta(hours=23, minutes=59)
        assert hub.submitting.status(cast.au, submission.id) == submission
        clock.ahead = timedelta(hours=24, minutes=1)
        assert hub.submitting.status(cast.au, submission.id) is None
        hub.ingest.sweep(Event())
    finally:
        clock.ahead = timedelta()
    assert hub.submitting.status(cast.au, submission.id) is None


def test_S_13_a_malformed_id_is_no_status(hub: TestHub, cast: Cast) -> None:
    assert hub.submitting.status(cast.au, "xyz") is None


@pytest.mark.parametrize(("body", "error"), [(b"{nope", RequestError), (b"[]", UnprocessableError)])
def test_W_05_a_body_that_is_no_envelope_leaves_nothing(
    hub: TestHub, cast: Cast, body: bytes, error: type[Exception]
) -> None:
    with pytest.raises(error):
        hub.submitting.receive(cast.au, hub.collection("au"), body)


def test_W_22_members_of_an_envelope_that_mean_nothing_on_the_way_in_are_ignored(hub: TestHub, cast: Cast) -> None:
    body = envelope(indicator(tlp=Tlp.GREEN))[:-1] + b', "more": true, "next": "x", "x_foo": 1}'
    assert hub.submitting.receive(cast.au, hub.collection("au"), body).complete
