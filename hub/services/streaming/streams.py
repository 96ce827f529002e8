"""A stream: one connection that is held open, how far it has got, and what waits to be sent on it."""

from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Protocol

from hub.domain.identifiers import AccountId, Tick
from hub.domain.subscriptions.filters import Filter
from hub.domain.subscriptions.withdrawals import Notice


class Signal(Protocol):
    """What whoever serves a connection sleeps on."""

    def wait(self) -> None:
        """Return once it has been set since the last time; only its connection waits."""

    def set(self) -> None:
        """Wake the connection, from any thread."""


class Place(Enum):
    """Where a stream is: it has all there is, it has to read on by itself, or somebody is reading for it."""

    FRONT = auto()
    BEHIND = auto()
    WALKING = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Bytes to be sent: objects that were read after the position `after`, or notices of withdrawals.

    They were judged under the policy of `epoch`.
    """

    body: bytes = field(repr=False)
    epoch: int
    after: Tick | None = None
    objects: int = 0
    notices: tuple[Notice, ...] = ()


@dataclass(slots=True, kw_only=True, eq=False)
class Stream:
    """One connection of an account, opened with a token. What changes is guarded by the hall's lock.

    `position` is the last one that was dealt with. At most one part waits, so that a slow connection costs no more
    than that: it is behind, and reads on once it has taken what waits. `sending` is what it has taken last, until it
    comes for more. `beat_at` is when it is to hear something.
    """

    account: AccountId
    token: int
    filter: Filter
    position: Tick
    signal: Signal
    beat_at: float = 0.0
    waiting: Part | None = None
    sending: Part | None = None
    beating: bool = False
    place: Place = Place.BEHIND
    closed: bool = False
