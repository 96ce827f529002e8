"""What has to hold for each subscriber at rest, by what its account reads by itself, and by what was lost meanwhile."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from hub.domain.subscriptions.filters import Filter
from tests.chaos.followers import Follower, Pace
from tests.chaos.rights import Loss
from tests.chaos.subscribers import level_of, wanted


class Subscriber(Protocol):
    """Somebody who was sent something, by webhook or stream."""

    account: str
    chosen: Filter

    def arrivals(self) -> Iterator[tuple[float, str]]:
        """Give what came, and when, without what a repetition brought again."""

    def received(self) -> dict[str, int]:
        """Return how often each object came."""

    def check_order(self) -> None:
        """Fail where something came before what it stands behind."""


class Pushed(NamedTuple):
    """An object that was acknowledged: who produced it, and when it was first pushed."""

    thing: dict[str, Any]
    producer: str
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights:
    """What was pushed, what of it each account reads now, and what some have lost meanwhile."""

    pushed: dict[str, Pushed]
    visible: dict[str, set[str]]
    losses: Sequence[Loss]

    def of(self, subscriber: Subscriber) -> set[str]:
        """Return what a subscriber has to have been sent."""
        chosen = subscriber.chosen
        return {
            name
            for name in self.visible[subscriber.account]
            if wanted(chosen, self.pushed[name].thing, self.pushed[name].producer)
        }

    def lost(self, account: str, name: str) -> list[Loss]:
        """Return the losses by which an account could not read an object any more."""
        pushed = self.pushed[name]
        level = level_of(pushed.thing)
        return [loss for loss in self.losses if loss.hits(account, pushed.producer.upper(), level)]


def check_subscriber(subscriber: Subscriber, rights: Rights, log: str) -> None:
    """Fail unless a subscriber has all that it may have and wants, in order, once, and nothing after it was lost."""
    account, mine, received = subscriber.account, rights.of(subscriber), subscriber.received()
    subscriber.check_order()
    assert received.keys() <= rights.pushed.keys(), f"{account} has what nobody had acknowledged"
    missing = mine - received.keys()
    assert not missing, f"{account} lacks {len(missing)} of {len(mine)}: {log[-1_000:]}"
    for name in received:
        pushed = rights.pushed[name]
        assert wanted(subscriber.chosen, pushed.thing, pushed.producer), f"{account} has what it did not want"
        assert name in mine or rights.lost(account, name), f"{account} has what it may not read"
    for name, times in received.items():
        again = sum(loss.until < float("inf") for loss in rights.lost(account, name)) if times > 1 else 0
        assert times <= 1 + again, f"{account} has an object {times} times"
    for at, name in subscriber.arrivals():
        for loss in rights.lost(account, name):
            late = loss.at < rights.pushed[name].at and at < loss.until
            assert not late, f"{account} was sent what was pushed after the loss was acknowledged: {loss.name}"


def check_withdrawals(follower: Follower, rights: Rights) -> None:
    """Fail where a stream tells of the withdrawal of what its account has never lost."""
    for name in follower.withdrawn():
        assert name in rights.pushed, f"{follower.account} is told of what nobody had acknowledged"
        assert rights.lost(follower.account, name), f"{follower.account} is told that it lost what it may read"


def seconds_after(audience: Iterable[Follower], rights: Rights) -> dict[str, float]:
    """Return, loss by loss, for how long after it somebody who reads at once still read on a stream what was lost."""
    longest = dict.fromkeys((loss.name for loss in rights.losses), 0.0)
    for follower in audience:
        if follower.pace is Pace.SLOW:
            continue
        for at, name in follower.arrivals():
            for loss in rights.lost(follower.account, name):
                if loss.at < at < loss.until:
                    longest[loss.name] = max(longest[loss.name], at - loss.at)
    return {name: round(seconds, 3) for name, seconds in longest.items()}
