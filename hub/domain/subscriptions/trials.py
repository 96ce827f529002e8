"""Trials: what is sent to find out whether a subscription's receiver would take a delivery, and what came of it."""

from dataclasses import dataclass, field

from hub.domain.identifiers import SubscriptionId, Tick


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What came of a trial: whether the receiver is `good` for deliveries, the status of its answer, and what to do.

    `excerpt` is how the answer begins; it is for those alone whose subscription it is.
    """

    at: Tick
    good: bool
    milliseconds: int
    status: int | None
    reason: str
    excerpt: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """The last trial of a subscription: when it was asked for and taken up, and its finding once there is one."""

    subscription: SubscriptionId
    asked: Tick
    taken: Tick | None
    finding: Finding | None
