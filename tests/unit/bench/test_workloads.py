"""Workloads of the benchmark: only full pages are measured, each from where the one before ended."""

from typing import TYPE_CHECKING, cast

import pytest

from tests.bench.workloads import walk

if TYPE_CHECKING:
    from tests.bench.client import Line


class Pages:
    """A connection to a collection of so many objects."""

    def __init__(self, objects: int) -> None:
        self.asked: list[str] = []
        self._left = objects

    def get(self, query: str) -> tuple[bytes, str | None]:
        """Give the next two objects, as far as there are any."""
        self.asked.append(query)
        given = min(2, self._left)
        self._left -= given
        return b'{"spec_version":"2.1"}' * given, f"date {len(self.asked)}" if given else None


def test_a_walk_goes_on_after_the_last_item_of_each_page() -> None:
    pages = Pages(4)
    assert len(list(walk(cast("Line", pages), limit=2, pages=2))) == 2
    assert pages.asked == ["?limit=2", "?limit=2&added_after=date%201"]


@pytest.mark.parametrize("objects", [0, 3])
def test_a_page_that_is_not_full_is_no_measurement(objects: int) -> None:
    with pytest.raises(RuntimeError, match="a page of 2 holds"):
        list(walk(cast("Line", Pages(objects)), limit=2, pages=2))
