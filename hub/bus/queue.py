"""Work that is waiting: streams of ids, which the store knows all about.

A Redis Stream with one consumer group each. What a consumer has read and not acknowledged when it dies is claimed by
another after a while; what Redis itself forgets is found again in PostgreSQL by whoever sweeps there. The names hold
one hash tag each, so that all of a stream is on one node of a cluster.
"""

from typing import Any, Final, Generic, NamedTuple, TypeVar

from redis.exceptions import ResponseError

from hub.bus.connections import Client, Connection
from hub.domain.identifiers import SubmissionId, SubscriptionId

Work = TypeVar("Work", bound=str)

_FIELD: Final = b"id"
Entry = tuple[bytes, Work]
"""The entry's id in the stream and the work it points to."""


class Line(NamedTuple):
    """A stream and its consumer group, and after how long what a consumer holds is another's to claim."""

    stream: str
    group: str
    claim_after_ms: int


SUBMISSIONS: Final = Line(stream="hub:{ingest}:submissions", group="ingest", claim_after_ms=30_000)
DELIVERIES: Final = Line(stream="hub:{deliver}:due", group="deliver", claim_after_ms=30_000)


class Queue(Generic[Work]):
    """One line of work, seen from both ends."""

    def __init__(self, redis: Connection, line: Line) -> None:
        self._redis = redis
        self._line = line

    def put(self, *works: Work) -> None:
        """Point the workers to something; raise UnavailableError where Redis does not answer."""
        with self._redis.asked("Redis does not answer; a worker will find the work in the store.") as redis:
            pipeline = redis.pipeline(transaction=False)
            for work in works:
                pipeline.xadd(self._line.stream, {_FIELD: work})
            pipeline.execute()

    def take(self, consumer: str, *, wait_ms: int, most: int = 1) -> list[Entry[Work]]:
        """Return entries that are new, or that a consumer has left for too long; empty after `wait_ms`."""
        with self._redis.asked("Redis does not answer as it should.") as redis:
            return self._claim_or_read(redis, consumer, wait_ms, most)

    def done(self, *entries: bytes) -> None:
        """Acknowledge entries and remove them from the stream."""
        if not entries:
            return
        with self._redis.asked() as redis:
            pipeline = redis.pipeline(transaction=False)
            pipeline.xack(self._line.stream, self._line.group, *entries)
            pipeline.xdel(self._line.stream, *entries)
            pipeline.execute()

    def _claim_or_read(self, redis: Client, consumer: str, wait_ms: int, most: int) -> list[Entry[Work]]:
        try:
            return self._claim(redis, consumer, most) or self._read(redis, consumer, wait_ms, most)
        except ResponseError as error:
            if "NOGROUP" not in str(error):
                raise
            self._create_group(redis)
            return []

    def _claim(self, redis: Client, consumer: str, most: int) -> list[Entry[Work]]:
        line = self._line
        claimed = redis.xautoclaim(
            line.stream, line.group, consumer, min_idle_time=line.claim_after_ms, start_id="0-0", count=most
        )
        return _entries(claimed[1])

    def _read(self, redis: Client, consumer: str, wait_ms: int, most: int) -> list[Entry[Work]]:
        found = redis.xreadgroup(self._line.group, consumer, {self._line.stream: ">"}, count=most, block=wait_ms)
        streams = found.items() if isinstance(found, dict) else found or []
        return [entry for _, entries in streams for entry in _entries(entries)]

    def _create_group(self, redis: Client) -> None:
        try:
            redis.xgroup_create(self._line.stream, self._line.group, id="0", mkstream=True)
        except ResponseError as error:
            if "BUSYGROUP" not in str(error):
                raise


def submissions(redis: Connection) -> Queue[SubmissionId]:
    """Return the submissions that are too large to answer at once."""
    return Queue(redis, SUBMISSIONS)


def deliveries(redis: Connection) -> Queue[SubscriptionId]:
    """Return the subscriptions for which something has arrived."""
    return Queue(redis, DELIVERIES)


def _entries(found: Any) -> list[Entry[Any]]:  # noqa: ANN401 - the client's replies have no type
    nested = len(found) == 1 and isinstance(found[0], list)
    return [(entry, fields[_FIELD].decode()) for entry, fields in (found[0] if nested else found) if fields]
