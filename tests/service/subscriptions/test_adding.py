"""Subscriptions are made with what they need and nothing that cannot be delivered; each change is written once."""

from datetime import timedelta

import pytest

from hub.domain.clock import instant_of
from hub.domain.errors import ConflictError, HubError, NotFoundError, UnprocessableError
from hub.domain.identifiers import AccountId
from hub.domain.subscriptions.filters import Filter
from hub.domain.subscriptions.subscription import Channel, StreamTarget, SubscriptionState, TaxiiTarget
from hub.outbound.webhooks.signature import parse_secret
from hub.outbound.wire.addresses import Networks, networks_of
from hub.runtime.wiring import now
from hub.services.sealing import Sealer
from hub.services.subscriptions import adding
from hub.services.subscriptions.catalogue import list_subscriptions, show_subscription
from hub.services.subscriptions.positions import Place
from hub.services.subscriptions.targets import taxii_target, webhook_target
from hub.store.database import Pool
from hub.store.log.head import span
from tests.service.directory.chronicle import change
from tests.service.directory.forum import ACTOR
from tests.service.subscriptions.orders import ANA, NOBODY, PASSWORD, URL, ZOE, push, wanted, webhook


def test_a_webhook_is_made_with_a_secret_that_is_shown_once(pool: Pool, sealer: Sealer) -> None:
    with change(pool) as seen:
        given = webhook(pool, sealer, filter=Filter(types=frozenset({"indicator"})), batch_objects=7)
    assert given.secret is not None
    assert len(parse_secret(given.secret).key) == 32
    assert (seen.entries, seen.epochs) == ([(ACTOR, "subscription.add", given.kept.subscription.id)], 0)
    kept = show_subscription(pool, given.kept.subscription.id)
    assert kept == given.kept
    assert (kept.subscription.channel, kept.subscription.state) == (Channel.WEBHOOK, SubscriptionState.ACTIVE)
    assert (kept.subscription.filter.types, kept.subscription.batch_objects) == (frozenset({"indicator"}), 7)


def test_no_two_webhooks_have_the_same_secret(pool: Pool, sealer: Sealer) -> None:
    assert webhook(pool, sealer).secret != webhook(pool, sealer).secret


def test_a_push_to_another_server_keeps_the_password_it_is_given(pool: Pool, sealer: Sealer) -> None:
    kept = push(pool, sealer)
    target = TaxiiTarget(url="https://taxii.example/api/", collection="feed", username="hub")
    assert (kept.subscription.target, len(kept.secrets)) == (target, 1)


def test_it_begins_now_at_the_beginning_or_at_an_instant(pool: Pool, sealer: Sealer) -> None:
    with pool.transaction() as database:
        database.execute("UPDATE log_head SET tick = tick + 1000")
        log = span(database)
    between = instant_of(log.genesis + 400)
    starts = {Place.NOW: log.head, Place.BEGINNING: log.genesis, between: log.genesis + 400}
    starts |= {instant_of(log.genesis - 1): log.genesis, instant_of(log.head + 1): log.head}
    for start, position in starts.items():
        kept = webhook(pool, sealer, start=start).kept
        assert (kept.subscription.position, kept.start) == (position, position)


def test_it_does_not_begin_at_an_instant_that_is_yet_to_come(pool: Pool, sealer: Sealer) -> None:
    with change(pool) as seen, pytest.raises(UnprocessableError, match="yet to come"):
        webhook(pool, sealer, start=now() + timedelta(minutes=1))
    assert seen.entries == []


@pytest.mark.parametrize(
    ("changes", "error", "sentence"),
    [
        ({"account": AccountId("au-cert/none")}, NotFoundError, "no account"),
        ({"batch_objects": 0}, UnprocessableError, "1 to 1000 objects"),
        ({"batch_objects": 1_001}, UnprocessableError, "1 to 1000 objects"),
        ({"batch_bytes": 1_000}, UnprocessableError, "bytes"),
        ({"batch_bytes": 2**30}, UnprocessableError, "bytes"),
        ({"password": PASSWORD}, UnprocessableError, "takes no password"),
        ({"target": StreamTarget()}, UnprocessableError, "needs no subscription"),
        ({"target": TaxiiTarget(url="https://taxii.example/api/", collection="feed")}, UnprocessableError, "password"),
    ],
)
def test_what_cannot_be_delivered_is_not_made(
    pool: Pool, sealer: Sealer, changes: dict[str, object], error: type[HubError], sentence: str
) -> None:
    with change(pool) as seen, pytest.raises(error, match=sentence):
        webhook(pool, sealer, **changes)
    assert seen.entries == []
    assert list_subscriptions(pool) == ()


def test_an_account_has_so_many_and_no_more(pool: Pool, sealer: Sealer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adding, "MOST", 2)
    for _ in range(2):
        webhook(pool, sealer)
    with pytest.raises(ConflictError, match="remove one"):
        webhook(pool, sealer)
    webhook(pool, sealer, account=ZOE)


def test_they_are_listed_oldest_first_all_or_those_of_an_account_or_organisation(pool: Pool, sealer: Sealer) -> None:
    ids = [webhook(pool, sealer, account=account).kept.subscription.id for account in (ANA, ZOE, ANA)]
    assert [kept.subscription.id for kept in list_subscriptions(pool)] == ids
    anas = [ids[0], ids[2]]
    assert [kept.subscription.id for kept in list_subscriptions(pool, account=ANA)] == anas
    assert [kept.subscription.account for kept in list_subscriptions(pool, account=ZOE)] == [ZOE]
    with pytest.raises(NotFoundError):
        show_subscription(pool, NOBODY)


CLOSED = "named"
WRONG = {
    "ftp://soc.example/": "https://",
    "soc.example": "https://",
    "https://": "names a host",
    "https://ana:secret@soc.example/": "no user name",
    "https://soc.example/#part": "fragment",
    "http://soc.example/": "begins with https://",
    "http://203.0.113.9/": CLOSED,
    "https://127.0.0.1/": CLOSED,
    "https://10.1.2.3:8443/hook": CLOSED,
    "https://169.254.169.254/latest/": CLOSED,
    "https://[::1]/": CLOSED,
    "https://[::ffff:10.0.0.1]/": CLOSED,
}


@pytest.mark.parametrize(("url", "why"), WRONG.items())
def test_an_address_to_which_nothing_is_delivered_is_refused_at_once(url: str, why: str) -> None:
    with pytest.raises(UnprocessableError, match=why) as refused:
        webhook_target(url, networks=Networks())
    assert "secret" not in refused.value.sentence
    with pytest.raises(UnprocessableError):
        taxii_target(url, "feed", None, networks=Networks())


def test_what_the_operators_have_named_may_be_plain_and_inner(pool: Pool, sealer: Sealer) -> None:
    networks = networks_of(["10.1.0.0/16"])
    for url in ("http://10.1.2.3/", "https://10.1.2.3/", "http://soc.internal/", URL):
        webhook(pool, sealer, target=webhook_target(url, networks=networks))
    for url in ("http://10.2.0.1/", "https://10.2.0.1/", "http://8.8.8.8/"):
        with pytest.raises(UnprocessableError):
            webhook_target(url, networks=networks)


@pytest.mark.parametrize(
    ("url", "collection", "username"),
    [
        ("https://taxii.example/", "feed", None),
        ("https://taxii.example/api/?x=1", "feed", None),
        ("https://taxii.example/api/", "", None),
        ("https://taxii.example/api/", "a/b", None),
        ("https://taxii.example/api/", "..", None),
        ("https://taxii.example/api/", "feed", "a:b"),
        ("https://taxii.example/api/", "feed", "a\nb"),
    ],
)
def test_what_is_no_collection_of_another_server_is_refused(url: str, collection: str, username: str | None) -> None:
    with pytest.raises(UnprocessableError):
        taxii_target(url, collection, username, networks=Networks())


@pytest.mark.parametrize("password", ["", "two\nlines", "x" * 1_025])
def test_a_password_that_no_header_carries_is_refused_and_not_repeated(
    pool: Pool, sealer: Sealer, password: str
) -> None:
    with pytest.raises(UnprocessableError) as refused:
        push(pool, sealer, password=password)
    assert not password or password not in refused.value.sentence


def test_nothing_shows_a_secret_that_it_carries(pool: Pool, sealer: Sealer) -> None:
    given = webhook(pool, sealer)
    assert given.secret is not None
    assert given.secret not in repr(given)
    assert PASSWORD not in repr(wanted(password=PASSWORD))
