"""What is known of subscriptions is let go of after a while, also of those that nobody asks for again."""

from hub.domain.identifiers import SubscriptionId
from hub.services.delivery.channels.remembered import Remembered

ONE, OTHER = SubscriptionId("one"), SubscriptionId("other")


class Hours:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_thing_is_known_for_as_long_as_it_was_said() -> None:
    clock = Hours()
    known: Remembered[str] = Remembered(seconds=10.0, clock=clock)
    known.put(ONE, "first")
    clock.now = 9.0
    assert (known.get(ONE), known.get(OTHER)) == ("first", None)
    known.put(ONE, "second")
    clock.now = 18.0
    assert known.get(ONE) == "second"
    clock.now = 19.0
    assert known.get(ONE) is None


def test_what_nobody_asks_for_is_let_go_of_while_others_are_looked_for() -> None:
    clock = Hours()
    known: Remembered[str] = Remembered(seconds=10.0, clock=clock)
    known.put(ONE, "first")
    clock.now = 5.0
    known.put(OTHER, "second")
    known.put(ONE, "third")
    clock.now = 12.0
    known.put(OTHER, "fourth")
    assert known.count == 2
    clock.now = 16.0
    assert (known.get(OTHER), known.count) == ("fourth", 1)


def test_what_is_forgotten_is_not_known() -> None:
    known: Remembered[str] = Remembered(seconds=10.0, clock=Hours())
    known.put(ONE, "first")
    known.forget(ONE)
    known.forget(ONE)
    assert (known.get(ONE), known.count) == (None, 0)
