"""Deliveries while processes are killed and rights change: at rest everybody has got what he may have, in order."""

import random
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any, Final

from hub.domain.directory import Role
from hub.domain.errors import HubError
from hub.domain.identifiers import AccountId, MemberCode
from hub.runtime.keys.sealing import read_keys
from hub.runtime.wiring import opened
from hub.services.agreements.pairs import suspend_pair
from hub.services.directory.accounts import disable_account, enable_account
from hub.services.sealing import Sealer
from hub.store.database import Pool
from tests.chaos.killing import Killer, Kind
from tests.chaos.subscribers import Customer, customers, wanted
from tests.chaos.writing import PENDING_ABOVE, Writer
from tests.service.delivery.subscribing import LOOPBACK
from tests.support.acts import made
from tests.support.serving import Caller, ServedHub, serving

WRITERS: Final = ("au", "nz", "sg", "jp")
READERS: Final = ("au", "nz", "sg", "jp", "my")
SUSPENDED: Final = "my-cert/reader"
"""Loses its right for good in the middle."""

RESTORED: Final = "jp-cert/reader"
"""Loses it, and is given it again."""

APART: Final = ("AU", "SG")
"""Members that are suspended as a pair in the middle."""

_REST_SECONDS: Final = 180.0
_POLL: Final = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What happened."""

    killed: dict[Kind, int]
    objects: int
    deliveries: int
    repeated: int
    seconds: float


@dataclass(frozen=True, slots=True)
class _Changes:
    """The instants by which changes of rights were acknowledged."""

    suspended: float
    apart: float


def deliveries(
    directory: Path, plan: Sequence[Kind], *, subscribers: int, seed: int, tell: Callable[[str], None] = lambda _: None
) -> Report:
    """Run a hub of its own through the kills planned; raise AssertionError where a subscriber lacks something."""
    rng = random.Random(seed)  # noqa: S311 - what dies when is no secret
    begun = time.monotonic()
    settings: dict[str, Any] = {
        "retry_first_seconds": 0.2,
        "retry_longest_seconds": 2.0,
        "stream_processes": 0,
        "access_log": False,
    }
    with serving(
        directory, delivery_networks=LOOPBACK, pending_above=PENDING_ABOVE, ingest_chunk=50, **settings
    ) as hub:
        writers = [_writer(hub, code, seed) for code in WRITERS]
        readers = {f"{code}-cert/reader": hub.account(f"{code}-cert/reader", Role.ANALYST) for code in READERS}
        sealer = Sealer(read_keys(hub.directory / "sealing.key"))
        with opened(hub.urls) as pool, customers(pool, sealer, list(readers), subscribers, rng=rng) as crowd:
            killer = Killer(hub=hub, rng=rng)
            changes = _attack(killer, writers, pool, plan, tell)
            _await_rest(hub, pool)
            _check(hub, crowd, writers, readers, changes)
            seen = [each for customer in crowd for each in customer.all_deliveries()]
            first = [each for customer in crowd for each in customer.first_deliveries()]
    return Report(
        killed=dict(killer.killed),
        objects=sum(len(writer.acknowledged) for writer in writers),
        deliveries=len(first),
        repeated=len(seen) - len(first),
        seconds=time.monotonic() - begun,
    )


def _writer(hub: ServedHub, code: str, seed: int) -> Writer:
    return Writer(
        caller=hub.account(f"{code}-cert/writer"),
        alias=code,
        rng=random.Random(f"{seed}/{code}"),  # noqa: S311 - as above
    )


def _attack(
    killer: Killer, writers: Sequence[Writer], pool: Pool, plan: Sequence[Kind], tell: Callable[[str], None]
) -> _Changes:
    """Let the writers write, kill beside them, and change rights in the middle of it."""
    enough = Event()
    middle = len(plan) // 2
    changes = _Changes(0.0, 0.0)
    with ThreadPoolExecutor(len(writers)) as threads:
        running = [threads.submit(writer.run, enough) for writer in writers]
        try:
            for number, kind in enumerate(plan):
                if number == middle:
                    changes = _change(pool)
                    tell("rights have changed")
                time.sleep(killer.rng.uniform(0.2, 1.5))
                killer.strike(kind)
                if kind is Kind.SUPERVISOR:
                    _await_start(killer.hub)
                tell(f"{number + 1}/{len(plan)} {kind}")
            _insist(lambda: enable_account(pool, AccountId(RESTORED), act=made("chaos")))
            time.sleep(1)
        finally:
            enough.set()
        for future in running:
            future.result()
    return changes


def _await_start(hub: ServedHub) -> None:
    """Wait until a hub says that it is ready: where a part of it ends before that, it gives up, as it should."""
    deadline = time.monotonic() + _REST_SECONDS
    while "hub is ready" not in hub.log:
        assert hub.process.poll() is None, hub.log[-2_000:]
        assert time.monotonic() < deadline, hub.log[-2_000:]
        time.sleep(_POLL)


def _change(pool: Pool) -> _Changes:
    _insist(lambda: disable_account(pool, AccountId(RESTORED), act=made("chaos")))
    _insist(lambda: disable_account(pool, AccountId(SUSPENDED), act=made("chaos")))
    suspended = time.monotonic()
    one, other = map(MemberCode, APART)
    _insist(lambda: suspend_pair(pool, one, other, act=made("chaos")))
    return _Changes(suspended=suspended, apart=time.monotonic())


def _insist(act: Callable[[], object]) -> None:
    """Do something that a dying server may interrupt; it is safe to repeat."""
    deadline = time.monotonic() + _REST_SECONDS
    while True:
        try:
            act()
        except HubError:
            assert time.monotonic() < deadline, "the database does not come back"
            time.sleep(_POLL)
        else:
            return


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


def _check(
    hub: ServedHub,
    crowd: Sequence[Customer],
    writers: Sequence[Writer],
    readers: dict[str, Caller],
    changes: _Changes,
) -> None:
    """Compare what each was sent with what its account reads by itself now."""
    pushed: dict[str, tuple[dict[str, Any], str]] = {
        str(thing["id"]): (dict(thing), writer.alias) for writer in writers for thing in writer.acknowledged
    }
    pushed_at = {name: at for writer in writers for name, at in writer.pushed_at.items()}
    visible = {account: _visible(reader) for account, reader in readers.items() if account != SUSPENDED}
    for customer in crowd:
        customer.check_order()
        received = customer.received()
        assert received.keys() <= pushed.keys()
        assert all(wanted(customer.chosen, *pushed[name]) for name in received), "something that was not wanted"
        if customer.account == SUSPENDED:
            late = [name for name in received if pushed_at[name] > changes.suspended]
            assert not late, "something was sent that was pushed after a suspension was acknowledged"
            continue
        mine = {name for name in visible[customer.account] if wanted(customer.chosen, *pushed[name])}
        missing, more = mine - received.keys(), received.keys() - mine
        assert not missing, f"{customer.account} lacks {len(missing)} of {len(mine)}: {hub.log[-1_000:]}"
        assert not [name for name in more if pushed_at[name] > changes.apart], "sent after a pair was suspended"
        assert not more or _apart(customer.account), "something that the account may not read"
        if customer.account != RESTORED:
            assert set(received.values()) <= {1}, "an object came twice, under two delivery ids"


def _apart(account: str) -> bool:
    return account[:2].upper() in APART


def _visible(reader: Caller) -> set[str]:
    pages = reader.walk("collections/all/objects/", {"limit": "5000"})
    return {thing["id"] for page in pages for thing in page.json().get("objects", [])}
