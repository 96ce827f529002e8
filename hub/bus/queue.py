"""The work stream of submissions that are too large to answer at once: ids only, the store holds the rest.

A Redis Stream with one consumer group. What a consumer has read and not acknowledged when it dies is claimed by
another after a while; what Redis itself forgets is found again in PostgreSQL by whoever sweeps there.
"""

from typing import Any, Final

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError, ResponseError
from redis.retry import Retry

from hub.domain.errors import UnavailableError
from hub.domain.identifiers import SubmissionId

STREAM: Final = "hub:{ingest}:submissions"
GROUP: Final = "ingest"
CLAIM_AFTER_MS: Final = 30_000

_FIELD: Final = b"submission"
_ANSWER_SECONDS: Final = 3.0
"""Longer than any wait for new entries."""

Entry = tuple[bytes, SubmissionId]
"""The entry's id in the stream and the submission it points to."""


def connect(url: str) -> Redis:
    """Return a client that gives up after seconds: whoever waits for Redis can also do without."""
    return Redis.from_url(
        url, socket_timeout=_ANSWER_SECONDS, socket_connect_timeout=_ANSWER_SECONDS, retry=Retry(NoBackoff(), 0)
    )


class Queue:
    """The stream, seen from both ends."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def put(self, submission: SubmissionId) -> None:
        """Point the workers to a submission; raise UnavailableError where Redis does not answer."""
        try:
            self._redis.xadd(STREAM, {_FIELD: submission})
        except RedisError as error:
            raise UnavailableError("Redis does not answer; a worker will find the submission in the store.") from error

    def take(self, consumer: str, *, wait_ms: int) -> list[Entry]:
        """Return an entry that is new, or one that a consumer has left for too long; empty after `wait_ms`."""
        try:
            return self._claim_or_read(consumer, wait_ms)
        except RedisError as error:
            raise UnavailableError("Redis does not answer as it should.") from error

    def done(self, entry: bytes) -> None:
        """Acknowledge an entry and remove it from the stream."""
        try:
            self._redis.xack(STREAM, GROUP, entry)
            self._redis.xdel(STREAM, entry)
        except RedisError as error:
            raise UnavailableError("Redis does not answer.") from error

    def _claim_or_read(self, consumer: str, wait_ms: int) -> list[Entry]:
        try:
            return self._claim(consumer) or self._read(consumer, wait_ms)
        except ResponseError as error:
            if "NOGROUP" not in str(error):
                raise
            self._create_group()
            return []

    def _claim(self, consumer: str) -> list[Entry]:
        claimed = self._redis.xautoclaim(STREAM, GROUP, consumer, min_idle_time=CLAIM_AFTER_MS, start_id="0-0", count=1)
        return _entries(claimed[1])

    def _read(self, consumer: str, wait_ms: int) -> list[Entry]:
        found = self._redis.xreadgroup(GROUP, consumer, {STREAM: ">"}, count=1, block=wait_ms)
        streams = found.items() if isinstance(found, dict) else found or []
        return [entry for _, entries in streams for entry in _entries(entries)]

    def _create_group(self) -> None:
        try:
            self._redis.xgroup_create(STREAM, GROUP, id="0", mkstream=True)
        except ResponseError as error:
            if "BUSYGROUP" not in str(error):
                raise


def _entries(found: Any) -> list[Entry]:  # noqa: ANN401 - the client's replies have no type
    return [(entry, SubmissionId(fields[_FIELD].decode())) for entry, fields in found if fields]
