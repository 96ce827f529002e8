"""Subscribers of a hub under attack: some slow, some failing, each with what it was sent and where that stood."""

import random
import socket
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import pairwise
from threading import Event
from typing import Any, Final

import msgspec

from hub.domain.handling import Tlp
from hub.domain.identifiers import MemberCode
from hub.domain.subscriptions.filters import EVERYTHING, Filter
from hub.services.sealing import Sealer
from hub.store.database import Pool
from tests.service.delivery.subscribing import Subscriber, subscriber
from tests.service.webhooks.receivers import OK, Act, Arrived, says
from tests.support.stix import TLP_MARKINGS

FILTERS: Final = (
    EVERYTHING,
    EVERYTHING,
    Filter(types=frozenset({"indicator"})),
    Filter(types=frozenset({"ipv4-addr"}), tlp_max=Tlp.GREEN),
    Filter(tlp_max=Tlp.CLEAR),
    Filter(origins=frozenset({MemberCode("AU")})),
    Filter(pattern_types=frozenset({"ipv4-addr"}), tlp_min=Tlp.GREEN),
    Filter(confidence_min=50),
)
FAILING_SHARE: Final = 0.3
SLOW_SECONDS: Final = 0.7

_FAILED: Final = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"
_LEVELS: Final = {marking: level for level, marking in TLP_MARKINGS.items()}


@dataclass(slots=True, kw_only=True)
class Customer:
    """A subscriber of an account, and what of its filter it wants."""

    account: str
    chosen: Filter
    subscriber: Subscriber

    def all_deliveries(self) -> list[Arrived]:
        """Return what arrived of objects; notices of withdrawals have no place in the log."""
        return [each for each in list(self.subscriber.receiver.seen) if "x-taxii-date-added-first" in each.headers]

    def first_deliveries(self) -> list[Arrived]:
        """Return what arrived, without repetitions of a delivery id, which add nothing."""
        first: dict[str, Arrived] = {}
        for each in self.all_deliveries():
            known = first.setdefault(each.headers["webhook-id"], each)
            assert _ids(each) <= _ids(known), "a repeated delivery brings something that its first sending lacked"
        return list(first.values())

    def arrivals(self) -> Iterator[tuple[float, str]]:
        """Give the objects that arrived, and when each first did."""
        for each in self.first_deliveries():
            for name in _ids(each):
                yield each.at, name

    def received(self) -> dict[str, int]:
        """Return how many deliveries brought each object."""
        counts: defaultdict[str, int] = defaultdict(int)
        for each in self.first_deliveries():
            for name in _ids(each):
                counts[name] += 1
        return counts

    def check_order(self) -> None:
        """No delivery goes back behind one that came before."""
        places = [
            (each.headers["x-taxii-date-added-first"], each.headers["x-taxii-date-added-last"])
            for each in self.first_deliveries()
        ]
        assert all(first <= last for first, last in places)
        assert all(before[1] < after[0] for before, after in pairwise(places)), places


def level_of(thing: dict[str, Any]) -> Tlp:
    """Return the level that an object of ours is marked with."""
    return max((_LEVELS[name] for name in thing.get("object_marking_refs", []) if name in _LEVELS), default=Tlp.GREEN)


def wanted(chosen: Filter, thing: dict[str, Any], producer: str) -> bool:
    """Say by the object itself whether a filter of ours wants it: a rule of its own, apart from the hub's."""
    level = level_of(thing)
    kinds = {"ipv4-addr"} if thing["type"] == "indicator" else set()
    return (
        level is not Tlp.RED
        and chosen.tlp_min <= level <= chosen.tlp_max
        and (chosen.types is None or thing["type"] in chosen.types)
        and (chosen.origins is None or producer.upper() in chosen.origins)
        and (chosen.pattern_types is None or bool(kinds & chosen.pattern_types))
        and (chosen.confidence_min is None or thing.get("confidence", -1) >= chosen.confidence_min)
    )


@contextmanager
def customers(  # noqa: PLR0913 - a crowd has these facts
    pool: Pool, sealer: Sealer, accounts: Sequence[str], count: int, *, calm: Event, rng: random.Random
) -> Iterator[list[Customer]]:
    """Subscribe so many, accounts and filters in turn; every fifth is slow until it is calm, and every fifth fails."""
    with ExitStack() as stack:
        made = []
        for number in range(count):
            account, chosen = accounts[number % len(accounts)], FILTERS[number % len(FILTERS)]
            act = _slow(calm) if number % 5 == 3 else _failing(rng) if number % 5 == 4 else says(OK)
            entered = stack.enter_context(subscriber(pool, sealer, account, chosen, act=act))
            made.append(Customer(account=account, chosen=chosen, subscriber=entered))
        yield made


def _ids(arrived: Arrived) -> set[str]:
    return {thing["id"] for thing in msgspec.json.decode(arrived.body)["objects"]}


def _slow(calm: Event) -> Act:
    """Take a while over each answer, until it is calm."""

    def act(stream: socket.socket, _: Arrived) -> None:
        calm.wait(SLOW_SECONDS)
        stream.sendall(OK)

    return act


def _failing(rng: random.Random) -> Act:
    """Refuse now and then, and hang up as often after having taken what was sent."""

    def act(stream: socket.socket, _: Arrived) -> None:
        drawn = rng.random()
        if drawn < FAILING_SHARE / 2:
            raise ConnectionAbortedError
        stream.sendall(_FAILED if drawn < FAILING_SHARE else OK)

    return act
