"""Works that can go on: in order, and beside those that stand at the same place."""

from hub.domain.identifiers import AccountId, SubscriptionId, Tick
from hub.domain.subscriptions.subscription import Subscription, WebhookTarget
from hub.services.delivery.working.ready import Ready
from hub.services.delivery.working.work import Work
from hub.store.subscriptions.leases import Leased
from tests.support.subscriptions import untried


def work(name: str, position: int = 0, sending: int | None = None) -> Work:
    subscription = Subscription(
        id=SubscriptionId(name),
        account=AccountId("nz-cert/ana"),
        target=WebhookTarget(url="https://receiver.example/hook"),
        position=Tick(position),
    )
    kept = untried(subscription)
    interrupted = None if sending is None else Tick(sending)
    return Work(leased=Leased(kept=kept, lease=1, position=Tick(position), sending=interrupted))


def names(works: list[Work]) -> list[str]:
    return [str(each.id) for each in works]


def test_those_at_one_place_are_taken_together_at_the_turn_of_the_first() -> None:
    ready = Ready()
    for each in (work("a"), work("b", position=5), work("c"), work("d", sending=9), work("e", position=5)):
        ready.add(each)
    assert len(ready) == 5
    assert names(ready.take(3)) == ["a", "c", "b"]
    assert names(ready.take(9)) == ["e", "d"]
    assert not ready


def test_a_work_that_has_moved_on_stands_at_its_new_place() -> None:
    ready = Ready()
    moved = work("a")
    moved.moved(Tick(7))
    for each in (moved, work("b"), work("c", position=7)):
        ready.add(each)
    assert names(ready.take(2)) == ["a", "c"]


def test_what_was_taken_for_nothing_comes_first_again() -> None:
    ready = Ready()
    for each in (work("a"), work("b"), work("c", position=5), work("d", position=5)):
        ready.add(each)
    taken = ready.take(3)
    assert names(taken) == ["a", "b", "c"]
    ready.put_back(taken[1:])
    assert len(ready) == 3
    assert names(ready.take(3)) == ["b", "c", "d"]


def test_nothing_is_left_when_all_is_forgotten() -> None:
    ready = Ready()
    ready.add(work("a"))
    ready.clear()
    assert len(ready) == 0
    assert ready.take(1) == []
