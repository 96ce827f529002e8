"""A page ends when it is large, and says that there is more."""

import pytest

from hub.domain.handling import Tlp
from hub.store.log.pages import reading
from tests.service.log.conftest import Cast
from tests.support.hub import TestHub
from tests.support.stix import indicator


@pytest.mark.parametrize("likely", [reading.LIKELY_BYTES, 1])
def test_F_10_a_page_holds_no_more_than_its_bytes_and_a_walk_still_gets_everything(
    hub: TestHub, cast: Cast, monkeypatch: pytest.MonkeyPatch, likely: int
) -> None:
    monkeypatch.setattr(reading, "LIKELY_BYTES", likely)
    start = hub.page(cast.nz, "nz").last
    things = [indicator(tlp=Tlp.GREEN, description="x" * 1_000) for _ in range(10)]
    hub.accept(cast.nz, "nz", *things)
    monkeypatch.setattr(reading, "PAGE_BYTES", 4_000)
    sizes: list[int] = []
    after = start
    more = True
    while more:
        page = hub.page(cast.jp, "nz", after=after)
        sizes.append(len(page.items))
        after, more = page.last, page.more
    assert sizes == [3, 3, 3, 1]


def test_F_10_an_object_larger_than_a_page_is_a_page_by_itself(
    hub: TestHub, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = hub.page(cast.nz, "nz").last
    hub.accept(cast.nz, "nz", indicator(tlp=Tlp.GREEN), indicator(tlp=Tlp.GREEN))
    monkeypatch.setattr(reading, "PAGE_BYTES", 1)
    page = hub.page(cast.jp, "nz", after=start)
    assert (len(page.items), page.more) == (1, True)
