"""Send portions: each by a thread of a lane, for as long as the policy is that under which it was read."""

import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

import structlog

from hub.domain.errors import HubError, UnavailableError
from hub.domain.identifiers import SubscriptionId
from hub.domain.subscriptions.subscription import Channel
from hub.services.delivery.channels.outcomes import Failed, Outcome, Remark, Sends, Stale
from hub.services.delivery.outbox import Portion
from hub.services.delivery.working.freshness import Freshness
from hub.services.delivery.working.lanes import STUCK_SECONDS, Lane
from hub.services.delivery.working.work import Attempt, Work

_AHEAD: Final = 8
"""Portions for each thread that wait to be sent."""

_FAULT: Final = "The hub has a fault of its own; its operators see it."

_log = structlog.get_logger()


class Sending:
    """Two lanes: receivers that were slow or failed are sent to by threads of their own."""

    def __init__(
        self,
        channels: Mapping[Channel, Sends],
        freshness: Freshness,
        *,
        threads: int,
        ended: Callable[[Attempt], None],
    ) -> None:
        """Tell `ended` of each attempt, from any thread."""
        self._channels = channels
        self._freshness = freshness
        self._ended = ended
        self._quick = Lane("quick", size=threads, most=threads * 16)
        self._slow = Lane("slow", size=threads, most=threads)
        self._are_slow = set[SubscriptionId]()
        self.lanes = (self._quick, self._slow)

    def lane_of(self, work: Work) -> Lane:
        """Return the lane by which a work is sent to."""
        return self._slow if work.id in self._are_slow or work.failures > 0 else self._quick

    def room(self, lane: Lane) -> int:
        """Return for how many portions there is room in a lane."""
        return max(0, _AHEAD * lane.size - lane.waiting)

    def send(self, lane: Lane, work: Work, portion: Portion) -> None:
        """Have a portion sent."""
        lane.put(partial(self._attempt, work, portion))

    def tend(self) -> None:
        """See that there are threads enough."""
        for lane in self.lanes:
            lane.tend()

    def close(self) -> None:
        """Send nothing more."""
        for lane in self.lanes:
            lane.close(seconds=0.0)

    def _attempt(self, work: Work, portion: Portion) -> None:
        begun = time.monotonic()
        outcome = self._outcome(work, portion)
        seconds = time.monotonic() - begun
        slow = seconds > STUCK_SECONDS or isinstance(outcome, Failed)
        (self._are_slow.add if slow else self._are_slow.discard)(work.id)
        self._ended(Attempt(work=work, portion=portion, outcome=outcome, seconds=seconds))

    def _outcome(self, work: Work, portion: Portion) -> Outcome:
        try:
            may = partial(self._freshness.holds, portion.epoch)
            return self._channels[work.leased.kept.subscription.channel](work.leased.kept, portion, may)
        except UnavailableError:
            return Stale()
        except HubError as error:
            return Failed(remark=Remark(status=None, reason=error.sentence))
        except Exception:  # noqa: BLE001 - the outermost loop of a thread
            _log.exception("delivery.failed", subscription=work.id)
            return Failed(remark=Remark(status=None, reason=_FAULT))
