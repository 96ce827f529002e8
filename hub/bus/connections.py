"""Ways to Redis: to one server or to a cluster, by what the URL says."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

from redis import Redis, RedisCluster
from redis.backoff import NoBackoff
from redis.cluster import ClusterNode
from redis.exceptions import RedisClusterException, RedisError, ResponseError
from redis.retry import Retry

from hub.domain.errors import ConfigurationError, UnavailableError

Client = Redis | RedisCluster

_ANSWER_SECONDS: Final = 3.0
"""Longer than any wait for new entries."""

_CLUSTERS: Final = {"redis+cluster": "redis", "rediss+cluster": "rediss"}
_READS: Final = frozenset({"XREAD", "XREADGROUP"})
_PORT: Final = 6379
_OLDEST: Final = (6, 2)
"""XAUTOCLAIM came with it."""

_FORMS: Final = (
    "redis_url is redis://HOST:PORT/0, rediss:// (TLS), unix://PATH,"
    " or redis+cluster://HOST:PORT,HOST:PORT and rediss+cluster:// for a cluster, which has no database but 0."
)


class Connection:
    """Redis, reached when it is first asked: a process starts without it, and finds it when it is there.

    One instance is shared by the threads of a process.
    """

    def __init__(self, reach: Callable[[], Client]) -> None:
        self._reach = reach
        self._client: Client | None = None

    @contextmanager
    def asked(self, otherwise: str = "Redis does not answer.") -> Iterator[Client]:
        """Give the client for a question; where that finds no answer, raise UnavailableError saying `otherwise`.

        A client that finds no node of its cluster any more is replaced by one that goes by the URL again.
        """
        client = self._client
        try:
            if client is None:
                client = self._client = self._reach()
            yield client
        except RedisClusterException as error:
            self._client = None
            raise UnavailableError(otherwise) from error
        except RedisError as error:
            raise UnavailableError(otherwise) from error

    def answers(self) -> bool:
        """Tell whether Redis answers a PING."""
        try:
            with self.asked() as client:
                return bool(client.ping())
        except UnavailableError:
            return False

    def check(self) -> None:
        """Raise ConfigurationError where what answers cannot be used as the URL says; UnavailableError where nothing.

        A server that does not let us ask is taken as it is.
        """
        with self.asked() as client:
            try:
                found = client.info() if isinstance(client, Redis) else {}
            except ResponseError:
                return
        if found.get("cluster_enabled"):
            raise ConfigurationError("redis_url names a node of a cluster; begin it with redis+cluster://.")
        version = str(found.get("redis_version", "6.2"))
        if tuple(int(part) for part in version.split(".")[:2]) < _OLDEST:
            raise ConfigurationError(f"redis_url names a Redis {version}; the hub needs 6.2 or later.")


class _Cluster(RedisCluster):
    """A client that knows by itself where a stream is read.

    For what is not at a fixed place in a command it would ask a node before each, and fail where that is the one lost.
    """

    def determine_slot(self, *args: Any) -> int | None:  # noqa: ANN401 - the client's commands have no type
        if args[0] in _READS:
            return self.keyslot(args[args.index(b"STREAMS") + 1])  # type: ignore[no-any-return, no-untyped-call]
        return super().determine_slot(*args)


def connect(url: str) -> Connection:
    """Return a way to Redis that gives up after seconds: whoever waits for it can also do without.

    Raise ConfigurationError where the URL is none that can be used.
    """
    try:
        if urlsplit(url).scheme in _CLUSTERS:
            nodes = _nodes(url)
            return Connection(lambda: _cluster(nodes))
        server = _server(url)
    except ValueError:
        raise ConfigurationError(_FORMS) from None  # what cannot be read may hold a password
    return Connection(lambda: server)


def _server(url: str) -> Redis:
    return Redis.from_url(
        url, socket_timeout=_ANSWER_SECONDS, socket_connect_timeout=_ANSWER_SECONDS, retry=Retry(NoBackoff(), 0)
    )


def _cluster(nodes: Sequence[SplitResult]) -> RedisCluster:
    """Ask the first node that answers who has what. A node that is lost is asked for again once, and then given up."""
    first, *others = nodes
    return _Cluster.from_url(
        first.geturl(),
        startup_nodes=[ClusterNode(node.hostname, node.port or _PORT) for node in others],  # type: ignore[no-untyped-call]
        require_full_coverage=False,
        retry=Retry(NoBackoff(), 1),
        socket_timeout=_ANSWER_SECONDS,
        socket_connect_timeout=_ANSWER_SECONDS,
    )


def _nodes(url: str) -> list[SplitResult]:
    """Write a cluster's URL as one of each node that it names; raise ValueError where that cannot be."""
    parts = urlsplit(url)
    credentials, at, named = parts.netloc.rpartition("@")
    scheme = _CLUSTERS[parts.scheme]
    nodes = [parts._replace(scheme=scheme, netloc=credentials + at + node) for node in named.split(",")]
    if not all(node.hostname and (node.port or _PORT) for node in nodes) or parts.path.strip("/") not in {"", "0"}:
        raise ValueError
    return nodes
