"""Pauses after failures."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.outbound.webhooks.backoff import Backoff

BACKOFF = Backoff(first=5.0, longest=3_600.0, least=1.0, longest_asked=86_400.0)
JUST_BELOW_ONE = 0.999999


@pytest.mark.parametrize(("failures", "ceiling"), [(1, 5), (2, 10), (3, 20), (10, 2_560), (11, 3_600), (10_000, 3_600)])
def test_the_longest_pause_doubles_up_to_the_bound(failures: int, ceiling: float) -> None:
    assert BACKOFF.pause(failures, asked=None, drawn=JUST_BELOW_ONE) == pytest.approx(ceiling, rel=1e-5)
    assert BACKOFF.pause(failures, asked=None, drawn=0.0) == 1.0


@pytest.mark.parametrize(("asked", "pause"), [(0.0, 3.0), (2.0, 3.0), (60.0, 60.0), (1e9, 86_400.0)])
def test_a_receiver_that_asks_for_longer_gets_it_up_to_a_bound(asked: float, pause: float) -> None:
    assert BACKOFF.pause(1, asked=asked, drawn=0.5) == pause


@settings(derandomize=True, deadline=None, database=None)
@given(st.integers(1, 10**9), st.none() | st.floats(0, 1e12), st.floats(0, 1, exclude_max=True))
def test_every_pause_is_within_the_bounds(failures: int, asked: float | None, drawn: float) -> None:
    pause = BACKOFF.pause(failures, asked=asked, drawn=drawn)
    assert BACKOFF.least <= pause <= max(BACKOFF.longest, BACKOFF.longest_asked)
    assert asked is None or pause >= min(asked, BACKOFF.longest_asked)


def test_bounds_that_cross_still_give_the_least() -> None:
    assert Backoff(first=0.0, longest=0.0, least=2.0).pause(3, asked=None, drawn=0.5) == 2.0
