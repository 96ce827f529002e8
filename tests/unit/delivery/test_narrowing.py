"""What a wish leaves of a sight, and what is remembered of that: no more than so much, and nothing of a past epoch."""

import gc
from dataclasses import replace
from threading import Thread
from typing import Final
from weakref import ReferenceType, ref

import pytest

from hub.domain.handling import Classes, Guard, Tlp
from hub.domain.identifiers import CollectionId, GuardId, HandlingId, Tick
from hub.domain.subscriptions.filters import Filter
from hub.services.clearances import Clearance, Sight, SightKey
from hub.services.delivery.narrowing import Narrowing, Wish
from hub.store.facts import Facts
from tests.unit.policy.countries import REGION, handling

GREEN, AMBER, RED = (GuardId(number) for number in (1, 2, 3))
LEVELS: Final = {GREEN: Tlp.GREEN, AMBER: Tlp.AMBER, RED: Tlp.RED}
MOST: Final = 2_000


def facts(epoch: int) -> Facts:
    """Return the facts of an epoch: a guard of each level."""
    parts = {guard: HandlingId(guard) for guard in LEVELS}
    classes = Classes(
        handlings={parts[guard]: handling(level) for guard, level in LEVELS.items()},
        guards={guard: Guard(part, part, part) for guard, part in parts.items()},
    )
    return Facts(
        epoch=epoch, turned=Tick(0), granted=0, world=REGION, classes=classes, named=frozenset(), identities={}
    )


def sight(epoch: int) -> Sight:
    """Return the sight of somebody who sees everything."""
    return Sight(key=SightKey(epoch, None, ()), clearance=Clearance(always=(GREEN, AMBER, RED), aged=()), blocks=())


def left(narrowing: Narrowing, epoch: int, chosen: Filter) -> Sight:
    return narrowing.narrowed(sight(epoch), facts(epoch), Wish(filter=chosen))


def wish_for(narrowing: Narrowing, epoch: int, label: str) -> ReferenceType[frozenset[str]]:
    """Narrow by a wish for a label, and return what tells whether the wish is still held by somebody."""
    labels = frozenset({label})
    left(narrowing, epoch, Filter(labels=labels))
    return ref(labels)


def held(wishes: list[ReferenceType[frozenset[str]]]) -> int:
    gc.collect()
    return sum(each() is not None for each in wishes)


@pytest.mark.parametrize(
    ("chosen", "guards"),
    [
        (Filter(), {GREEN, AMBER}),
        (Filter(tlp_max=Tlp.GREEN), {GREEN}),
        (Filter(tlp_min=Tlp.AMBER), {AMBER}),
        (Filter(types=frozenset({"malware"})), set()),
        (Filter(origins=frozenset()), set()),
        (Filter(collections=frozenset({CollectionId("elsewhere")})), {GREEN, AMBER}),
        (Filter(confidence_min=50, labels=frozenset({"x"}), pattern_types=frozenset()), {GREEN, AMBER}),
    ],
)
def test_a_guard_is_left_where_something_under_it_may_be_wanted(chosen: Filter, guards: set[GuardId]) -> None:
    assert left(Narrowing(), 1, chosen).clearance.guards == guards


def test_with_a_newer_epoch_nothing_of_the_others_is_held() -> None:
    narrowing = Narrowing()
    before = [wish_for(narrowing, 7, f"before-{number}") for number in range(10)]
    assert held(before) == 10
    after = wish_for(narrowing, 8, "after")
    assert (held(before), held([after])) == (0, 1)


def test_who_still_has_older_facts_is_answered_by_them_and_that_is_forgotten_with_the_next_epoch() -> None:
    narrowing = Narrowing()
    newest = left(narrowing, 8, Filter())
    older = left(narrowing, 7, Filter())
    assert (newest.key.epoch, older.key.epoch) == (8, 7)
    assert left(narrowing, 7, Filter()) is older
    assert left(narrowing, 8, Filter()) is newest
    late = wish_for(narrowing, 7, "late")
    left(narrowing, 9, Filter())
    assert held([late]) == 0


def test_however_often_wishes_change_no_more_than_so_many_are_held() -> None:
    narrowing = Narrowing()
    wishes = [wish_for(narrowing, 7, f"label-{number}") for number in range(2 * MOST + 100)]
    assert 0 < held(wishes) <= MOST


def test_threads_that_are_not_at_the_same_epoch_each_get_what_is_of_theirs() -> None:
    narrowing = Narrowing()
    wrong: list[int] = []

    def ask() -> None:
        for epoch in range(1, 200):
            found = left(narrowing, epoch, replace(Filter(), tlp_max=Tlp.GREEN))
            if found.key.epoch != epoch or found.clearance.guards != {GREEN}:
                wrong.append(epoch)

    threads = [Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
