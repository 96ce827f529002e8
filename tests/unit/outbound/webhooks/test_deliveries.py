"""What is sent: bytes as received, cut by count and size, under ids that their place decides."""

from dataclasses import replace

import pytest

from hub.domain.identifiers import SubscriptionId, Tick
from hub.outbound.webhooks.deliveries import Delivery, Item, batch_of, fitting

SUBSCRIPTION = SubscriptionId("0b6f0c1e-3f0c-4b7e-8b53-0d7c3f8d3a01")
OTHER = SubscriptionId("0b6f0c1e-3f0c-4b7e-8b53-0d7c3f8d3a02")
KEY = bytes(32)
ITEMS = [Item(position=Tick(number), payload=b'{ "n":%d}' % number) for number in range(1, 8)]


def sent(
    items: list[Item] = ITEMS,
    *,
    of: SubscriptionId = SUBSCRIPTION,
    after: int = 0,
    last: int = 7,
    key: bytes = KEY,
) -> Delivery:
    return Delivery(subscription=of, batch=batch_of(items, after=Tick(after), last=Tick(last)), key=key)


def test_an_envelope_holds_the_bytes_as_they_were_received() -> None:
    assert sent(ITEMS[:2]).batch.body == b'{"objects":[{ "n":1},{ "n":2}]}'


def test_nothing_fits_where_there_is_nothing() -> None:
    assert fitting([], most_objects=3, most_bytes=100) == 0


@pytest.mark.parametrize(("objects", "fit"), [(1, 1), (3, 3), (7, 7), (8, 7)])
def test_an_envelope_holds_at_most_so_many_objects(objects: int, fit: int) -> None:
    assert fitting(ITEMS, most_objects=objects, most_bytes=10_000) == fit


def test_an_envelope_has_at_most_so_many_bytes_and_uses_them() -> None:
    whole = len(sent().batch.body)
    assert fitting(ITEMS, most_objects=100, most_bytes=whole) == 7
    assert fitting(ITEMS, most_objects=100, most_bytes=whole - 1) == 6


def test_an_object_that_is_too_large_by_itself_goes_alone() -> None:
    large = replace(ITEMS[1], payload=b'"' + b"x" * 100 + b'"')
    assert fitting([ITEMS[0], large], most_objects=100, most_bytes=50) == 1
    assert fitting([large, ITEMS[2]], most_objects=100, most_bytes=50) == 1


def test_the_same_place_has_the_same_id_in_every_process_whatever_still_stands_there() -> None:
    assert sent().id == sent(ITEMS[2:5]).id == "d58fb613-8970-5955-87a8-0237c19fc56d"


def test_the_id_tells_nothing_of_where_the_batch_begins_without_the_hubs_secret() -> None:
    assert sent(key=b"another secret of another hub").id != sent().id


@pytest.mark.parametrize("other", [sent(of=OTHER), sent(after=-1), sent(last=8)])
def test_another_subscription_or_place_has_another_id(other: Delivery) -> None:
    assert other.id != sent().id


def test_the_headers_say_what_and_where_in_the_terms_of_taxii() -> None:
    assert sent(ITEMS[1:], last=9).headers == {
        "Content-Type": "application/taxii+json;version=2.1",
        "Hub-Subscription": SUBSCRIPTION,
        "X-TAXII-Date-Added-First": "1970-01-01T00:00:00.000002Z",
        "X-TAXII-Date-Added-Last": "1970-01-01T00:00:00.000009Z",
    }


def test_a_delivery_shows_no_content_when_it_is_logged() -> None:
    assert "objects=7" in repr(sent())
    assert '"n"' not in repr((sent(), ITEMS[0]))
    assert repr(KEY) not in repr(sent())
