"""What is known of subscriptions for a while, and forgotten then, whether or not anybody asks for it again."""

import time
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

from hub.domain.identifiers import SubscriptionId

Thing = TypeVar("Thing")


class Remembered(Generic[Thing]):
    """Knows a thing of each subscription for so many seconds after it was put. For any number of threads.

    What is older is let go of at the next look, whomever that is for.
    """

    def __init__(self, *, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._lock = Lock()
        self._things: OrderedDict[SubscriptionId, tuple[float, Thing]] = OrderedDict()

    @property
    def count(self) -> int:
        """Of how many subscriptions something is kept."""
        return len(self._things)

    def get(self, subscription: SubscriptionId) -> Thing | None:
        """Return what is known of a subscription."""
        with self._lock:
            self._let_go()
            found = self._things.get(subscription)
        return None if found is None else found[1]

    def put(self, subscription: SubscriptionId, thing: Thing) -> None:
        """Know a thing from now on, in place of what was known before."""
        with self._lock:
            self._let_go()
            self._things[subscription] = (self._clock(), thing)
            self._things.move_to_end(subscription)

    def forget(self, subscription: SubscriptionId) -> None:
        """Know nothing of a subscription."""
        with self._lock:
            self._things.pop(subscription, None)

    def _let_go(self) -> None:
        """Let go of what is too old: it was put first."""
        oldest = self._clock() - self._seconds
        while self._things and next(iter(self._things.values()))[0] <= oldest:
            self._things.popitem(last=False)
