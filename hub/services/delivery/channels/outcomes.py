"""What comes of an attempt to send a batch over some channel."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from hub.services.delivery.outbox import Portion
from hub.store.subscriptions.rows import Kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """What its owner may read about an attempt: the receiver's status if it answered, what is wrong, what it said."""

    status: int | None
    reason: str
    excerpt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """The receiver has the batch; `refused` of its objects it would not have, as the remarks say."""

    objects: int
    refused: int = 0
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """The batch is to be sent again, not before the seconds that the receiver has asked for, where it has.

    `reached` says that the receiver may have it nevertheless: it was sent, and the answer was another or none.
    """

    remark: Remark
    asked: float | None = None
    reached: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """The receiver wants nothing any more."""

    remark: Remark


@dataclass(frozen=True, slots=True, kw_only=True)
class Stale:
    """The batch is read again before more of it is sent: the policy has changed since, or sending it takes long.

    What the receiver has of it already may come to it again.
    """


Outcome = Taken | Failed | Ended | Stale

May = Callable[[], bool]
"""Whether a portion may still be sent as it was read. It raises UnavailableError where that cannot be found out."""


class Sends(Protocol):
    """A channel. It is called from many threads, and raises nothing for what the receiver or the network does."""

    def __call__(self, kept: Kept, portion: Portion, may: May) -> Outcome:
        """Send a portion that has a batch, once. INVARIANT: `may` is asked right before each request with content."""


class Tries(Protocol):
    """A channel that can be tried out."""

    def try_out(self, kept: Kept) -> Taken | Failed | Ended:
        """Find out whether a delivery would be taken; nothing of what there is to deliver is sent."""
