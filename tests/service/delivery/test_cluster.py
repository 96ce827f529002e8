"""What goes by Redis goes by a Redis Cluster too, and is rebuilt from PostgreSQL when a cluster forgets it."""

from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

from hub.bus.connections import connect
from hub.bus.heads import STREAM, Listener
from hub.domain.directory import Principal
from hub.domain.errors import ConfigurationError
from hub.domain.handling import Tlp
from hub.runtime.embedded.datadir import ServerUrls
from tests.service.delivery.conftest import Post, posting
from tests.service.delivery.subscribing import Subscriber
from tests.support.cluster import Cluster, running_cluster
from tests.support.hub import TestHub
from tests.support.servers import TestServers
from tests.support.stix import indicator
from tests.support.waiting import await_that

PENDING_ABOVE = 10


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with running_cluster(tmp_path_factory.mktemp("cluster")) as running:
        yield running


@pytest.fixture
def post(cluster: Cluster, servers: TestServers, tmp_path: Path) -> Iterator[Post]:
    urls = ServerUrls(database=servers.fresh_database(), redis=cluster.url)
    with posting(urls, tmp_path, pending_above=PENDING_ABOVE) as post:
        yield post


def test_submission_delivery_and_news_go_by_a_cluster_that_forgets_and_loses_a_node(
    post: Post, cluster: Cluster
) -> None:
    listener = Listener(connect(cluster.url))
    assert listener.hear(wait_ms=1) == []
    feed = post.hub.account("au-cert/feed")
    with post.subscriber("au-cert/feed") as one, post.delivering():
        sent = pushed(post.hub, feed, one, 0)
        assert listener.hear(wait_ms=1)
        for node in cluster.nodes:
            node.ask("FLUSHALL")
        sent = pushed(post.hub, feed, one, sent)
        bystander = next(node for node in cluster.nodes if node is not cluster.node_of(STREAM))
        bystander.process.kill()
        bystander.process.wait()
        pushed(post.hub, feed, one, sent)
        assert listener.hear(wait_ms=1)


def pushed(hub: TestHub, feed: Principal, one: Subscriber, before: int) -> int:
    """Push more than are answered at once, and an object; return how many the subscriber has when it has all."""
    hub.push(feed, "au", *(indicator(tlp=Tlp.GREEN) for _ in range(PENDING_ABOVE + 1)))
    await_that(lambda: ingested(hub), "the pending submission")
    hub.accept(feed, "au", indicator(tlp=Tlp.GREEN))
    expected = before + PENDING_ABOVE + 2
    await_that(lambda: len(one.ids) == expected, "all objects")
    return expected


def ingested(hub: TestHub) -> bool:
    """Do what Redis points to, and say whether there was anything."""
    found = hub.parts.queue.take("test", wait_ms=100)
    for entry, submission in found:
        hub.ingest.process(submission, Event())
        hub.parts.queue.done(entry)
    return bool(found)


def test_a_node_of_a_cluster_is_not_taken_for_a_server_of_its_own(cluster: Cluster) -> None:
    with pytest.raises(ConfigurationError, match=r"redis\+cluster://"):
        connect(f"redis://127.0.0.1:{cluster.nodes[-1].port}/0").check()


@pytest.mark.parametrize(
    "url",
    ["redis.example:6379", "http://redis.example", "redis+cluster://one.example:no", "redis+cluster://a.example,"],
)
def test_a_url_that_is_none_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        connect(url)
    assert url not in refused.value.sentence


def test_a_cluster_has_no_further_database() -> None:
    with pytest.raises(ConfigurationError, match="no database but 0"):
        connect("redis+cluster://one.example:7000,two.example:7001/3")
