"""The news that the log has grown: where its head is, and under which guards. Pointers, never content.

Who misses a piece of news loses nothing by it: the log itself is asked by whoever sweeps.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from hub.bus.connections import Client, Connection
from hub.domain.errors import UnavailableError
from hub.domain.identifiers import GuardId, Tick

STREAM: Final = "hub:{log}:heads"
KEPT: Final = 1_000
"""How many pieces of news are kept, about: whoever is further behind sweeps."""

_HEAD: Final = b"head"
_GUARDS: Final = b"guards"
_BEGINNING: Final = b"$"


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """A commit: the head of the log after it, and the guards of the rows that it added or moved."""

    head: Tick
    guards: frozenset[GuardId]


class Announcer:
    """Tells that the log has grown. Nobody waits for it, and nothing is lost where it fails."""

    def __init__(self, redis: Connection) -> None:
        self._redis = redis

    def announce(self, *commits: News) -> None:
        """Tell everybody of some commits together; raise UnavailableError where Redis does not answer."""
        news = joined(commits)
        if news is None:
            return
        fields: dict[Any, Any] = {_HEAD: news.head, _GUARDS: " ".join(map(str, sorted(news.guards)))}
        with self._redis.asked("Redis does not answer; subscribers are found by the next sweep.") as redis:
            redis.xadd(STREAM, fields, maxlen=KEPT, approximate=True)


class Listener:
    """Hears what is announced from the moment on at which it was made. For one thread."""

    def __init__(self, redis: Connection) -> None:
        self._redis = redis
        self._heard = _BEGINNING

    def hear(self, *, wait_ms: int, most: int = KEPT) -> list[News]:
        """Return what was announced since the last time, waiting for it; empty after `wait_ms`.

        Raise UnavailableError where Redis does not answer; what was announced meanwhile is heard later, or swept.
        """
        try:
            with self._redis.asked() as redis:
                self._begin(redis)
                found: Any = redis.xread({STREAM: self._heard}, count=most, block=wait_ms)
        except UnavailableError:
            self._heard = _BEGINNING
            raise
        streams = found.items() if isinstance(found, dict) else found or []
        entries = [entry for _, entries in streams for entry in _flat(entries)]
        if entries:
            self._heard = entries[-1][0]
        return [_news(fields) for _, fields in entries]

    def _begin(self, redis: Client) -> None:
        """Begin at the end of the stream, once: `$` at every read would leave out what comes in between."""
        if self._heard == _BEGINNING:
            last: Any = redis.xrevrange(STREAM, count=1)
            self._heard = last[0][0] if last else b"0-0"


def joined(news: Iterable[News]) -> News | None:
    """Make one piece of news of several; None of none."""
    told = list(news)
    if not told:
        return None
    return News(head=max(each.head for each in told), guards=frozenset().union(*(each.guards for each in told)))


def _flat(entries: Any) -> list[tuple[bytes, dict[bytes, bytes]]]:  # noqa: ANN401 - the client's replies have no type
    """RESP3 wraps the entries of a stream once more than RESP2 does."""
    return entries[0] if entries and isinstance(entries[0], list) else entries


def _news(fields: dict[bytes, bytes]) -> News:
    return News(
        head=Tick(int(fields[_HEAD])),
        guards=frozenset(GuardId(int(number)) for number in fields[_GUARDS].split()),
    )
