"""The server's clock, as a client learns it."""

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from hub.cli.client.dated import Dated
from hub.outbound.transport import Answer


class Answering:
    """A transport that brings the answers it was given, one after the other."""

    def __init__(self, *headers: Mapping[str, str]) -> None:
        self._headers = list(headers)

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        params: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Answer:
        """Answer."""
        del method, headers, params, body
        return Answer(url=url, status=200, headers=self._headers.pop(0), body=b"")


def asked(*headers: Mapping[str, str]) -> datetime | None:
    dated = Dated(Answering(*headers))
    for _ in headers:
        dated.request("GET", "https://hub.example/", headers={})
    return dated.seen


def test_the_last_answer_that_had_a_date_tells_the_time() -> None:
    first, second = {"date": "Sun, 01 Mar 2026 12:00:00 GMT"}, {"date": "Sun, 01 Mar 2026 12:00:01 GMT"}
    assert asked(first, second, {}) == datetime(2026, 3, 1, 12, 0, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "date",
    ["", "today", "Sun, 99 Mar 2026 12:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 -0100", "1 Jan 2026 0:0 +99999999999"],
)
def test_what_is_no_date_tells_no_time(date: str) -> None:
    assert asked({}) is None
    assert asked({"date": date}) is None
