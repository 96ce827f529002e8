"""When a request is repeated."""

import pytest

from hub.outbound.patience import Patience, retry_after_of


def test_pauses_double_up_to_the_longest_and_end() -> None:
    patience = Patience(attempts=5, first_seconds=1, longest_seconds=3)
    assert [patience.pause(attempt, None) for attempt in range(1, 6)] == [1, 2, 3, 3, None]


def test_a_server_that_asks_for_too_much_gets_no_further_request() -> None:
    assert Patience().pause(1, 300) == 300
    assert Patience().pause(1, 301) is None


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        (" 0 ", 0.0),
        ("Thu, 01 Jan 2026 00:01:30 GMT", 90.0),
        ("Thu, 01 Jan 2025 00:00:00 GMT", 0.0),
        ("-5", None),
        ("soon", None),
        ("", None),
        ("²", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(header: str, seconds: float | None) -> None:
    assert retry_after_of({"retry-after": header, "date": "Thu, 01 Jan 2026 00:00:00 GMT"}) == seconds


def test_a_date_without_a_date_to_count_from_says_nothing() -> None:
    assert retry_after_of({"retry-after": "Thu, 01 Jan 2026 00:01:30 GMT"}) is None
