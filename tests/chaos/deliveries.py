"""Deliveries while processes are killed and rights change: at rest everybody has got what he may have, in order."""

import random
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any, Final

from hub.domain.directory import Role
from hub.domain.errors import HubError
from hub.runtime.keys.sealing import read_keys
from hub.runtime.wiring import opened
from hub.services.sealing import Sealer
from hub.store.database import Pool
from tests.chaos.followers import Follower, followers
from tests.chaos.killing import Killer, Kind
from tests.chaos.rights import SUSPENDED, Changes
from tests.chaos.subscribers import Customer, customers
from tests.chaos.verdict import Pushed, Rights, Subscriber, check_subscriber, check_withdrawals, seconds_after
from tests.chaos.writing import PENDING_ABOVE, Writer
from tests.service.delivery.subscribing import LOOPBACK
from tests.support.serving import Caller, ServedHub, free_port, serving

WRITERS: Final = ("au", "nz", "sg", "jp")
READERS: Final = ("au", "nz", "sg", "jp", "my")

_REST_SECONDS: Final = 240.0
_ANSWER_SECONDS: Final = 60.0
_POLL: Final = 0.2

Strike = tuple[float, Kind]
"""What is killed next, and the share of the attack that is over then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What happened. `after_loss` is for how long a reader still read on a stream what it had lost, loss by loss."""

    killed: dict[Kind, int]
    objects: int
    deliveries: int
    repeated: int
    events: int
    connections: int
    withdrawals: int
    after_loss: dict[str, float]
    rest_seconds: float
    seconds: float


def listed(plan: Sequence[Kind]) -> Iterator[Strike]:
    """Kill these, one after the other."""
    for number, kind in enumerate(plan):
        yield number / len(plan), kind


def lasting(seconds: float, *, seed: int) -> Iterator[Strike]:
    """Kill by lot for so long, every kind as likely as any other."""
    rng = random.Random(seed)  # noqa: S311 - which process dies is no secret
    begun = time.monotonic()
    while (share := (time.monotonic() - begun) / seconds) < 1.0:
        yield share, rng.choice(list(Kind))


def deliveries(  # noqa: PLR0913 - an attack has these sizes
    directory: Path,
    strikes: Iterable[Strike],
    *,
    webhooks: int,
    streams: int,
    seed: int,
    tell: Callable[[str], None] = lambda _: None,
) -> Report:
    """Run a hub of its own through the strikes; raise AssertionError where a subscriber lacks something."""
    rng = random.Random(seed)  # noqa: S311 - what dies when is no secret
    begun = time.monotonic()
    calm = Event()
    port = free_port()
    with serving(directory, **_settings(port)) as hub:
        writers = [_writer(hub, code, seed) for code in WRITERS]
        readers = {f"{code}-cert/reader": hub.account(f"{code}-cert/reader", Role.ANALYST) for code in READERS}
        sealer = Sealer(read_keys(hub.directory / "sealing.key"))
        with (
            opened(hub.urls) as pool,
            customers(pool, sealer, list(readers), webhooks, calm=calm, rng=rng) as crowd,
            followers(port, list(readers.values()), streams, calm=calm, rng=rng) as audience,
        ):
            changes = Changes(pool)
            changes.prepare()
            killer = Killer(hub=hub, rng=rng)
            _attack(killer, writers, changes, strikes, tell)
            calm.set()
            tell("the attack is over")
            rested = time.monotonic()
            _await_rest(hub, pool)
            rights = _rights(writers, readers, changes)
            _await_followers(hub, audience, rights)
            rest_seconds = time.monotonic() - rested
            subscribers: list[Subscriber] = [*crowd, *audience]
            for each in subscribers:
                check_subscriber(each, rights, hub.log)
            for follower in audience:
                check_withdrawals(follower, rights)
            return _report(killer, writers, crowd, audience, rights, rest_seconds, time.monotonic() - begun)


def _settings(port: int) -> dict[str, Any]:
    return {
        "web_workers": 0,
        "delivery_networks": LOOPBACK,
        "pending_above": PENDING_ABOVE,
        "ingest_chunk": 50,
        "retry_first_seconds": 0.2,
        "retry_longest_seconds": 2.0,
        "stream_processes": 1,
        "stream_port": port,
        "stream_heartbeat": 2.0,
        "access_log": False,
    }


def _writer(hub: ServedHub, code: str, seed: int) -> Writer:
    return Writer(
        caller=hub.account(f"{code}-cert/writer"),
        alias=code,
        rng=random.Random(f"{seed}/{code}"),  # noqa: S311 - as above
    )


def _attack(
    killer: Killer,
    writers: Sequence[Writer],
    changes: Changes,
    strikes: Iterable[Strike],
    tell: Callable[[str], None],
) -> None:
    """Let the writers write, kill beside them, and change rights meanwhile."""
    enough = Event()
    with ThreadPoolExecutor(len(writers)) as threads:
        running = [threads.submit(writer.run, enough) for writer in writers]
        try:
            for number, (share, kind) in enumerate(strikes, 1):
                for name in changes.due(share):
                    tell(name)
                time.sleep(killer.rng.uniform(0.2, 1.5))
                killer.strike(kind)
                if kind is Kind.SUPERVISOR:
                    _await_start(killer.hub)
                tell(f"{share:.0%} {number} {kind}")
            changes.finish()
            time.sleep(1)
        finally:
            enough.set()
        for future in running:
            future.result()


def _await_start(hub: ServedHub) -> None:
    """Wait until a hub says that it is ready: where a part of it ends before that, it gives up, as it should."""
    deadline = time.monotonic() + _REST_SECONDS
    while "hub is ready" not in hub.log:
        assert hub.process.poll() is None, hub.log[-2_000:]
        assert time.monotonic() < deadline, hub.log[-2_000:]
        time.sleep(_POLL)


def _await_rest(hub: ServedHub, pool: Pool) -> None:
    """Wait until nothing is pending, and every subscription is at the head of the log."""
    deadline = time.monotonic() + _REST_SECONDS
    statement = (
        "SELECT (SELECT count(*) FROM submissions WHERE completed IS NULL)"
        " + (SELECT count(*) FROM subscriptions, log_head WHERE position < log_head.tick)"
    )
    while True:
        try:
            with pool.statement() as database:
                ((waiting,),) = database.execute(statement).fetchall()
            if not waiting:
                return
        except HubError:
            waiting = -1
        assert time.monotonic() < deadline, f"{waiting} wait still: {hub.log[-2_000:]}"
        time.sleep(_POLL)


def _await_followers(hub: ServedHub, audience: Sequence[Follower], rights: Rights) -> None:
    """Wait until every stream has brought what its account may have now."""
    deadline = time.monotonic() + _REST_SECONDS
    for follower in audience:
        while lacking := rights.of(follower) - follower.received().keys():
            assert time.monotonic() < deadline, f"{follower.account} lacks {len(lacking)}: {hub.log[-2_000:]}"
            time.sleep(_POLL)


def _rights(writers: Sequence[Writer], readers: dict[str, Caller], changes: Changes) -> Rights:
    """Ask what each account reads by itself now."""
    pushed = {
        str(thing["id"]): Pushed(dict(thing), writer.alias, writer.pushed_at[thing["id"]])
        for writer in writers
        for thing in writer.acknowledged
    }
    visible = {account: _visible(reader) for account, reader in readers.items() if account != SUSPENDED}
    return Rights(pushed=pushed, visible=visible | {SUSPENDED: set()}, losses=changes.losses)


def _visible(reader: Caller) -> set[str]:
    """Return what a reader sees; a hub that has just been started may yet say that it cannot answer."""
    pages = reader.walk("collections/all/objects/", {"limit": "5000"}, patience=_ANSWER_SECONDS)
    return {thing["id"] for page in pages for thing in page.json().get("objects", [])}


def _report(  # noqa: PLR0913, PLR0917 - it is made of all there is
    killer: Killer,
    writers: Sequence[Writer],
    crowd: Sequence[Customer],
    audience: Sequence[Follower],
    rights: Rights,
    rest_seconds: float,
    seconds: float,
) -> Report:
    seen = sum(len(customer.all_deliveries()) for customer in crowd)
    first = sum(len(customer.first_deliveries()) for customer in crowd)
    return Report(
        killed=dict(killer.killed),
        objects=sum(len(writer.acknowledged) for writer in writers),
        deliveries=first,
        repeated=seen - first,
        events=sum(len(follower.kept) for follower in audience),
        connections=sum(follower.connections for follower in audience),
        withdrawals=sum(len(follower.withdrawn()) for follower in audience),
        after_loss=seconds_after(audience, rights),
        rest_seconds=rest_seconds,
        seconds=seconds,
    )
