"""What is sent: bytes as received, cut by count and size, under ids that the content decides."""

import json
from dataclasses import replace

import pytest

from hub.domain.identifiers import SubscriptionId, Tick
from hub.outbound.webhooks.deliveries import Delivery, Item, deliveries

SUBSCRIPTION = SubscriptionId("0b6f0c1e-3f0c-4b7e-8b53-0d7c3f8d3a01")
OTHER = SubscriptionId("0b6f0c1e-3f0c-4b7e-8b53-0d7c3f8d3a02")
ITEMS = [Item(position=Tick(number), payload=b'{ "n":%d}' % number) for number in range(1, 8)]


def cut(
    items: list[Item], *, objects: int = 100, size: int = 10_000, of: SubscriptionId = SUBSCRIPTION
) -> list[Delivery]:
    return list(deliveries(of, items, most_objects=objects, most_bytes=size))


def test_an_envelope_holds_the_bytes_as_they_were_received() -> None:
    assert cut(ITEMS[:2])[0].body == b'{"objects":[{ "n":1},{ "n":2}]}'


def test_nothing_to_send_is_no_delivery() -> None:
    assert cut([]) == []


@pytest.mark.parametrize(("objects", "sizes"), [(1, [1] * 7), (3, [3, 3, 1]), (7, [7]), (8, [7])])
def test_a_delivery_holds_at_most_so_many_objects(objects: int, sizes: list[int]) -> None:
    assert [delivery.objects for delivery in cut(ITEMS, objects=objects)] == sizes


def test_a_delivery_has_at_most_so_many_bytes_and_uses_them() -> None:
    whole = len(cut(ITEMS)[0].body)
    assert [delivery.objects for delivery in cut(ITEMS, size=whole)] == [7]
    assert [delivery.objects for delivery in cut(ITEMS, size=whole - 1)] == [6, 1]
    assert all(len(delivery.body) <= 40 for delivery in cut(ITEMS, size=40))


def test_an_object_that_is_too_large_by_itself_goes_alone() -> None:
    items = [ITEMS[0], replace(ITEMS[1], payload=b'"' + b"x" * 100 + b'"'), ITEMS[2]]
    assert [delivery.objects for delivery in cut(items, size=50)] == [1, 1, 1]


def test_every_object_is_sent_once_and_in_order() -> None:
    parts = cut(ITEMS, objects=2)
    sent = [item["n"] for part in parts for item in json.loads(part.body)["objects"]]
    assert sent == list(range(1, 8))
    assert [(part.first, part.last) for part in parts] == [(1, 2), (3, 4), (5, 6), (7, 7)]


def test_the_same_delivery_has_the_same_id_in_every_process() -> None:
    assert cut(ITEMS) == cut(ITEMS)
    assert cut(ITEMS)[0].id == "9d0c4d58-a8bc-58c8-b72a-ea53ddb8631b"


@pytest.mark.parametrize(
    "other",
    [
        cut(ITEMS, of=OTHER),
        cut(ITEMS[1:]),
        cut(ITEMS[:-1]),
        cut([*ITEMS[:-1], replace(ITEMS[-1], position=Tick(99))]),
        cut([replace(ITEMS[0], position=Tick(0)), *ITEMS[1:]]),
        cut([*ITEMS[:-1], replace(ITEMS[-1], payload=b'{"n": 7}')]),
    ],
)
def test_another_subscription_range_or_content_has_another_id(other: list[Delivery]) -> None:
    assert other[0].id != cut(ITEMS)[0].id


def test_the_headers_say_what_and_where_in_the_terms_of_taxii() -> None:
    assert cut(ITEMS)[0].headers == {
        "Content-Type": "application/taxii+json;version=2.1",
        "Hub-Subscription": SUBSCRIPTION,
        "X-TAXII-Date-Added-First": "1970-01-01T00:00:00.000001Z",
        "X-TAXII-Date-Added-Last": "1970-01-01T00:00:00.000007Z",
    }


def test_a_delivery_shows_no_content_when_it_is_logged() -> None:
    assert "objects=7" in repr(cut(ITEMS)[0])
    assert '"n"' not in repr((cut(ITEMS)[0], ITEMS[0]))
