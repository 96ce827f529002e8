"""A subscription that a deliverer holds, and an attempt to send it something."""

from dataclasses import dataclass

from hub.domain.identifiers import SubscriptionId, Tick
from hub.services.delivery.channels.outcomes import Outcome
from hub.services.delivery.outbox import Portion
from hub.store.subscriptions.leases import Leased


@dataclass(slots=True, eq=False, kw_only=True)
class Work:
    """A subscription that this process holds.

    `again` says that something has arrived since it was read last: whoever takes turns sets it, and clears it to read,
    nobody else. `readings` counts how often it was read for since it was leased; `recovered` says that the receiver has
    taken something since then.
    """

    leased: Leased
    again: bool = False
    readings: int = 0
    recovered: bool = False

    @property
    def id(self) -> SubscriptionId:
        """The subscription."""
        return self.leased.kept.subscription.id

    @property
    def failures(self) -> int:
        """The attempts in vain since the last one that succeeded."""
        return 0 if self.recovered else self.leased.kept.subscription.failures

    @property
    def failing_since(self) -> Tick | None:
        """When the first of these was."""
        return None if self.recovered else self.leased.kept.failing_since

    def ends_with(self, portion: Portion) -> bool:
        """Whether nothing is known to wait after a portion."""
        return not (portion.more or self.again)

    def moved(self, position: Tick) -> None:
        """Go on from a position."""
        self.leased = Leased(kept=self.leased.kept, lease=self.leased.lease, position=position)

    def interrupted(self, last: Tick) -> None:
        """Go on with a batch that was about to be sent."""
        was = self.leased
        self.leased = Leased(kept=was.kept, lease=was.lease, position=was.position, sending=last)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What came of sending a portion of some work, and how many seconds it took."""

    work: Work
    portion: Portion
    outcome: Outcome
    seconds: float
