"""A submitter who is only known from before is published under the policy he was known under, or looked up again."""

import pytest

from hub.domain.errors import UnauthenticatedError
from hub.domain.handling import Tlp
from tests.service.log.conftest import Cast
from tests.support.hub import TestHub, envelope
from tests.support.stix import indicator


class Look:
    """Looks a submitter up, and says how often."""

    def __init__(self, *, good: object) -> None:
        self.good = good
        self.times = 0

    def __call__(self) -> None:
        self.times += 1
        if not self.good:
            raise UnauthenticatedError("No more.")


def epoch(hub: TestHub) -> int:
    with hub.parts.pool.statement() as database:
        return int(database.execute("SELECT epoch FROM policy_epoch").fetchall()[0][0])


def rows(hub: TestHub) -> tuple[int, int]:
    """Return how many versions there are, and submissions."""
    with hub.parts.pool.statement() as database:
        found = database.execute("SELECT (SELECT count(*) FROM log), (SELECT count(*) FROM submissions)").fetchall()
    return found[0][0], found[0][1]


def test_under_the_same_policy_nobody_looks(hub: TestHub, cast: Cast) -> None:
    hub.accept(cast.au, "au", indicator(tlp=Tlp.GREEN))
    look = Look(good=None)
    taken = hub.submitting.receive(
        cast.au, hub.collection("au"), envelope(indicator(tlp=Tlp.GREEN)), known_under=epoch(hub), confirm=look
    )
    assert [outcome.code for outcome in taken.outcomes] == [None]
    assert look.times == 0


@pytest.mark.parametrize("before", [1, -1])
def test_under_another_policy_who_is_good_no_more_leaves_nothing(hub: TestHub, cast: Cast, before: int) -> None:
    hub.accept(cast.au, "au", indicator(tlp=Tlp.GREEN))
    kept = rows(hub)
    with pytest.raises(UnauthenticatedError):
        hub.submitting.receive(
            cast.au,
            hub.collection("au"),
            envelope(indicator(tlp=Tlp.GREEN)),
            known_under=epoch(hub) - before,
            confirm=Look(good=None),
        )
    assert rows(hub) == kept


def test_under_another_policy_who_is_good_still_is_published_once(hub: TestHub, cast: Cast) -> None:
    hub.accept(cast.au, "au", indicator(tlp=Tlp.GREEN))
    versions, submissions = rows(hub)
    look = Look(good=True)
    taken = hub.submitting.receive(
        cast.au, hub.collection("au"), envelope(indicator(tlp=Tlp.GREEN)), known_under=epoch(hub) - 1, confirm=look
    )
    assert [outcome.code for outcome in taken.outcomes] == [None]
    assert look.times == 1
    assert rows(hub) == (versions + 1, submissions + 1)


def test_what_is_kept_for_later_is_confirmed_first(hub: TestHub, cast: Cast) -> None:
    many = [indicator(tlp=Tlp.GREEN) for _ in range(hub.settings.pending_above + 1)]
    kept = rows(hub)
    with pytest.raises(UnauthenticatedError):
        hub.submitting.receive(
            cast.au, hub.collection("au"), envelope(*many), known_under=epoch(hub), confirm=Look(good=None)
        )
    assert rows(hub) == kept
