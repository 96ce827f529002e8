"""The subscriptions that are due: work that waits once at most, however often it is pointed to.

Beside the stream stands the set of what waits in it. Both have one hash tag, so that a cluster keeps them on one node
and a script may touch both.
"""

from collections.abc import Sequence
from typing import Final

from hub.bus.connections import Connection
from hub.bus.queue import DELIVERIES, Entry, Queue, deliveries
from hub.domain.identifiers import SubscriptionId

WAITING: Final = "hub:{deliver}:waiting"

_PUT: Final = """
for _, id in ipairs(ARGV) do
  if redis.call('SADD', KEYS[1], id) == 1 then redis.call('XADD', KEYS[2], '*', 'id', id) end
end
"""


class Due:
    """The line of due subscriptions, seen from both ends."""

    def __init__(self, redis: Connection) -> None:
        self._redis = redis
        self._queue: Queue[SubscriptionId] = deliveries(redis)

    def put(self, subscriptions: Sequence[SubscriptionId]) -> None:
        """Point to those that do not wait already; raise UnavailableError where Redis does not answer."""
        if not subscriptions:
            return
        with self._redis.asked("Redis does not answer; the next sweep finds the work in the store.") as redis:
            redis.eval(_PUT, 2, WAITING, DELIVERIES.stream, *subscriptions)

    def take(self, consumer: str, *, wait_ms: int, most: int) -> list[Entry[SubscriptionId]]:
        """Return entries that are new, or that a consumer has left for too long; empty after `wait_ms`.

        What becomes due from here on waits anew.
        """
        entries = self._queue.take(consumer, wait_ms=wait_ms, most=most)
        if entries:
            with self._redis.asked() as redis:
                redis.srem(WAITING, *(subscription for _, subscription in entries))
        return entries

    def done(self, *entries: bytes) -> None:
        """Acknowledge entries and remove them from the stream."""
        self._queue.done(*entries)
