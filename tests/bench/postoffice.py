"""A hub to measure deliveries of: a submitter that knows when its commits were, and subscribers."""

import json
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from hub.bus.heads import News
from hub.domain.directory import Account, Principal, Role
from hub.domain.handling import Tlp
from hub.domain.identifiers import AccountId, MemberCode, OrganisationId, SubscriptionId, Tick
from hub.domain.subscriptions.filters import EVERYTHING, Filter
from hub.domain.subscriptions.subscription import Subscription, WebhookTarget
from hub.runtime.keys.sealing import read_keys
from hub.runtime.settings import load_settings
from hub.runtime.wiring import Parts, build, now, opened
from hub.services.directory.accounts import add_account
from hub.services.sealing import Sealer
from hub.services.submit import Submitting
from hub.services.subscriptions.secrets import Held, new_secret, seal
from hub.store.subscriptions.rows import insert_subscription
from tests.support.acts import made
from tests.support.hub import principal_of
from tests.support.serving import ROOT, ServedHub, serving
from tests.support.stix import indicator

LOOPBACK: Final = "127.0.0.0/8"
BATCH: Final = 10
PATIENCE: Final = 120.0


@dataclass(slots=True, kw_only=True)
class Bench:
    """A running hub, and a submitter in this process that knows when its commits were."""

    hub: ServedHub
    parts: Parts
    producer: Principal
    submitting: Submitting
    commits: list[float]

    def push(self, count: int) -> None:
        """Publish so many indicators."""
        collection = self.parts.catalogue.find("au")
        assert collection is not None
        body = json.dumps({"objects": [indicator(tlp=Tlp.GREEN) for _ in range(count)]}).encode()
        submission = self.submitting.receive(self.producer, collection, body)
        assert all(outcome.code is None for outcome in submission.outcomes)

    def subscribe(
        self, port: int, count: int, *, start: int, accounts: Sequence[str], chosen: Filter = EVERYTHING
    ) -> None:
        """Subscribe accounts in turn to one receiver."""
        sealer = Sealer(read_keys(self.hub.directory / "sealing.key"))
        with self.parts.pool.transaction() as database:
            for number in range(count):
                name = SubscriptionId(str(uuid4()))
                subscription = Subscription(
                    id=name,
                    account=AccountId(accounts[number % len(accounts)]),
                    target=WebhookTarget(url=f"http://127.0.0.1:{port}/{number}"),
                    position=Tick(start),
                    filter=chosen,
                    batch_objects=BATCH,
                )
                secrets = seal([Held(secret=new_secret().text)], name, sealer=sealer)
                insert_subscription(database, subscription, secrets)

    def unsubscribe(self) -> None:
        """Remove every subscription."""
        with self.parts.pool.statement() as database:
            for (number,) in database.execute("SELECT id FROM subscriptions").fetchall():
                database.execute("DELETE FROM subscriptions WHERE id = %s", (number,))


@contextmanager
def bench(**settings: Any) -> Iterator[Bench]:
    """Run a hub in a directory of its own for as long as the block runs."""
    with (
        tempfile.TemporaryDirectory(prefix="hub-bench-") as name,
        serving(Path(name).resolve() / "hub", delivery_networks=LOOPBACK, **{"web_workers": 0} | settings) as hub,
        opened(hub.urls) as pool,
    ):
        shipped = {"collections": ROOT / "collections", "agreements": ROOT / "config" / "agreements"}
        parts = build(load_settings(environ={}, options=shipped), hub.urls, pool)
        commits: list[float] = []

        def tell(news: News | None) -> None:
            commits.append(time.monotonic())
            parts.tell(news)

        yield Bench(
            hub=hub,
            parts=parts,
            producer=account(parts, "au-cert/bench"),
            submitting=Submitting(pool, parts.publishing, parts.point, parts.limits, now, tell),
            commits=commits,
        )


def account(parts: Parts, name: str) -> Principal:
    """Add an account and return it as authenticated."""
    added = Account(
        id=AccountId(name),
        organisation=OrganisationId(name.partition("/")[0]),
        roles=frozenset({Role.PRODUCER, Role.ANALYST}),
        purpose="network-defence",
        active=True,
    )
    issued = add_account(parts.pool, added, token_days=1, act=made("bench", at=now()))
    return principal_of(parts.pool, issued.secret)


def cert(hub: Bench, number: int) -> str:
    """Return the CERT of one member after the other."""
    codes: list[MemberCode] = [member.code for member in hub.parts.catalogue.members]
    return f"{codes[number % len(codes)].lower()}-cert"
