"""`hub serve` brings a subscriber what is pushed."""

import json
from base64 import b64decode
from collections.abc import Iterator

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from hub.cli.main import cli
from hub.domain.handling import Tlp
from hub.domain.subscriptions.filters import Filter
from hub.domain.subscriptions.subscription import Signature
from hub.outbound.webhooks.signature import Trusted, Verdict, verify
from hub.runtime.keys.sealing import read_keys
from hub.runtime.wiring import now, opened
from hub.services.sealing import Sealer
from tests.service.delivery.subscribing import LOOPBACK, subscriber
from tests.service.webhooks.receivers import OK, says
from tests.support.processes import child_named
from tests.support.serving import ServedHub, serving
from tests.support.stix import indicator
from tests.support.waiting import await_that

FULL = b"HTTP/1.1 507 Full\r\nContent-Length: 0\r\n\r\n"


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedHub]:
    with serving(tmp_path_factory.mktemp("hub") / "data", delivery_networks=LOOPBACK) as served:
        yield served


def test_a_pushed_object_reaches_a_webhook(hub: ServedHub) -> None:
    feed = hub.account("au-cert/feed")
    sealer = Sealer(read_keys(hub.directory / "sealing.key"))
    sent = [indicator(tlp=Tlp.GREEN, confidence=number) for number in range(3)]
    with (
        opened(hub.urls) as pool,
        subscriber(pool, sealer, "au-cert/feed", signature=Signature.SECRET_AND_KEY) as everything,
        subscriber(pool, sealer, "au-cert/feed", Filter(confidence_min=2)) as some,
    ):
        feed.accept("au", *sent[:2])
        await_that(lambda: len(everything.ids) == 2, "two objects")
        child_named(hub.process.pid, "deliver").kill()
        feed.accept("au", sent[2], indicator(tlp=Tlp.RED))
        await_that(lambda: len(everything.ids) == 3 and len(some.ids) == 1, "the third object")
    assert everything.ids == [thing["id"] for thing in sent]
    (key,) = feed.call_api("GET", "webhook-keys").json()["public_keys"]
    public = Ed25519PublicKey.from_public_bytes(b64decode(key.removeprefix("whpk_")))
    posted = everything.deliveries[0]
    assert verify(posted.headers, posted.body, Trusted(keys=(public,)), at=now()) is Verdict.GENUINE
    assert "v1a," not in some.deliveries[0].headers["webhook-signature"]
    assert some.ids == [sent[2]["id"]]


def test_a_command_tests_a_subscription(hub: ServedHub) -> None:
    hub.account("au-cert/tested")
    variables = {"HUB_DATABASE_URL": hub.urls.database, "HUB_REDIS_URL": hub.urls.redis}
    sealer = Sealer(read_keys(hub.directory / "sealing.key"))
    with opened(hub.urls) as pool, subscriber(pool, sealer, "au-cert/tested", act=says(OK, FULL)) as one:
        passed = CliRunner().invoke(cli, ["subscription", "test", one.id, "--json"], env=variables)
        assert (passed.exit_code, json.loads(passed.stdout)["result"]) == (0, "passed")
        with pool.statement() as database:
            database.execute("UPDATE subscription_trials SET asked = 0")
        failed = CliRunner().invoke(cli, ["subscription", "test", one.id], env=variables)
        assert (failed.exit_code, "The receiver answered 507." in failed.output) == (1, True)
