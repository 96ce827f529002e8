"""Two hubs feed one another over TAXII: everything is there once, and nothing comes back."""

from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from uuid import uuid4

from hub.domain.handling import Tlp
from hub.domain.identifiers import AccountId, SubscriptionId, Tick
from hub.domain.subscriptions.subscription import Subscription, TaxiiTarget
from hub.runtime.keys.sealing import read_keys
from hub.runtime.wiring import opened
from hub.services.sealing import Sealer
from hub.services.subscriptions.secrets import Held, seal
from hub.store.subscriptions.errors import last_errors
from hub.store.subscriptions.rows import find_subscription, insert_subscription
from tests.service.delivery.subscribing import LOOPBACK, await_that
from tests.support.serving import Caller, ServedHub, serving
from tests.support.stix import indicator

PEER = "au-cert/peer"
ROUNDS = 12


def test_two_hubs_feed_one_another_without_echo_and_everything_is_there_once(tmp_path: Path) -> None:
    with ExitStack() as stack:
        one, two = (
            stack.enter_context(serving(tmp_path / name, delivery_networks=LOOPBACK, stream_processes=0))
            for name in ("one", "two")
        )
        here, there = one.account(PEER), two.account(PEER)
        feeds = one.account("nz-cert/feed"), two.account("sg-cert/feed")
        feed(one, there)
        feed(two, here)
        sent: list[str] = []
        for _ in range(ROUNDS):
            for caller, alias in zip(feeds, ("nz", "sg"), strict=True):
                things = [indicator(tlp=Tlp.GREEN) for _ in range(3)]
                caller.accept(alias, *things)
                sent += [thing["id"] for thing in things]
        everywhere = Counter(sent)
        for reader in (here, there):
            await_that(lambda reader=reader: everywhere.keys() <= held(reader).keys(), "every object")  # type: ignore[misc]
            assert held(reader) == everywhere


def test_what_another_server_refuses_is_counted_and_its_owner_can_read_why(tmp_path: Path) -> None:
    with ExitStack() as stack:
        one, two = (
            stack.enter_context(serving(tmp_path / name, delivery_networks=LOOPBACK, stream_processes=0))
            for name in ("one", "two")
        )
        here, there = one.account(PEER), two.account(PEER)
        thing = indicator(tlp=Tlp.GREEN)
        there.accept("au", thing | {"name": "Another object under the same id and version"})
        number = feed(one, there)
        one.account("nz-cert/feed").accept("nz", thing, other := indicator(tlp=Tlp.GREEN))
        await_that(lambda: other["id"] in held(there), "the other object")
        with opened(one.urls) as pool, pool.statement() as database:
            await_that(lambda: refused(one, number) == 1, "a refusal")
            assert thing["id"] in last_errors(database, number)[0].reason
            kept = find_subscription(database, number)
        assert kept is not None
        assert (kept.delivered, kept.subscription.failures) == (1, 0)
        assert here.username == PEER


def feed(hub: ServedHub, to: Caller) -> SubscriptionId:
    """Subscribe the peer of a hub: what it may read there is pushed to the collection of its own at another hub."""
    number = SubscriptionId(str(uuid4()))
    sealer = Sealer(read_keys(hub.directory / "sealing.key"))
    [collection] = [each for each in to.get("collections/").json()["collections"] if each.get("alias") == "au"]
    target = TaxiiTarget(url=f"{to.root}/appf/", collection=collection["id"], username=to.username)
    with opened(hub.urls) as pool, pool.transaction() as database:
        secrets = seal([Held(secret=to.token)], number, sealer=sealer)
        subscription = Subscription(id=number, account=AccountId(PEER), target=target, position=Tick(0))
        insert_subscription(database, subscription, secrets)
    return number


def held(reader: Caller) -> Counter[str]:
    """Count the objects that a reader sees anywhere, by id."""
    return Counter(
        thing["id"] for page in reader.walk("collections/all/objects/") for thing in page.json().get("objects", [])
    )


def refused(hub: ServedHub, number: SubscriptionId) -> int:
    """Return how many objects of a subscription were refused."""
    return int(dict(hub.rows("SELECT id::text, refused FROM subscriptions")).get(number, 0))
