"""How objects are put into envelopes."""

import json

from hub.outbound.exchange.envelopes import Parcel, in_order_of_reference, split, without_repeats
from hub.outbound.exchange.files import FileObject


def thing(kind: str, payload: bytes = b"{}") -> FileObject:
    return FileObject(payload=payload, source="f", id=None, type=kind, version=None)


def test_markings_come_first_then_observables_then_identities() -> None:
    kinds = ["report", "identity", "url", "indicator", "marking-definition", "ipv4-addr", "x-thing"]
    ordered = [item.type for item in in_order_of_reference([thing(kind) for kind in kinds])]
    assert ordered == ["marking-definition", "url", "ipv4-addr", "identity", "report", "indicator", "x-thing"]


def test_the_same_bytes_are_kept_once_and_other_spellings_are_kept() -> None:
    items = [thing("a", b'{"n":1}'), thing("a", b'{"n":1}'), thing("a", b'{"n": 1}')]
    assert [item.payload for item in without_repeats(items)] == [b'{"n":1}', b'{"n": 1}']


def test_envelopes_hold_at_most_so_many_objects() -> None:
    parcels = list(split([thing("a")] * 7, most_objects=3, most_bytes=1000))
    assert [len(parcel.objects) for parcel in parcels] == [3, 3, 1]


def test_no_body_is_larger_than_allowed_and_none_could_take_one_more() -> None:
    items = [thing("a", b'{"n":"%s"}' % (b"x" * size)) for size in range(40)]
    for most in range(64, 200):
        parcels = list(split(items, most_objects=1000, most_bytes=most))
        bodies = [parcel.body for parcel in parcels]
        assert sum(len(parcel.objects) for parcel in parcels) == 40
        assert all(len(body) <= most for body in bodies)
        nexts = [parcel.objects[0].payload for parcel in parcels[1:]]
        assert all(len(body) + 1 + len(first) > most for body, first in zip(bodies, nexts, strict=False))


def test_an_object_too_large_for_any_envelope_goes_alone() -> None:
    items = [thing("a"), thing("a", b"x" * 500), thing("a")]
    assert [len(parcel.objects) for parcel in split(items, most_objects=10, most_bytes=100)] == [1, 1, 1]


def test_a_body_is_an_envelope_and_halves_make_the_whole() -> None:
    parcel = Parcel(objects=tuple(thing("a", b'{"n":%d}' % n) for n in range(5)))
    left, right = parcel.halves()
    assert json.loads(parcel.body) == {"objects": [{"n": n} for n in range(5)]}
    assert (left.objects + right.objects, len(left.objects)) == (parcel.objects, 2)
