"""Pages from PostgreSQL's hot standbys, where those show what the primary would."""

from collections.abc import Callable, Sequence
from itertools import count
from time import monotonic
from typing import Final

from hub.domain.errors import UnavailableError
from hub.store.database import Database, Pool
from hub.store.log.pages import Slice

_LEFT_ALONE_SECONDS: Final = 5.0
"""How long a replica that did not answer is not asked again."""


class Replicas:
    """The replicas of this process, asked in turn. One instance is shared by all its threads."""

    def __init__(self, pools: Sequence[Pool]) -> None:
        self._pools = pools
        self._turns = count()
        self._failed: dict[int, float] = {}

    def read(self, primary: Database, ask: Callable[[Database], Slice]) -> Slice:
        """Return a page as the primary shows it, from a replica where one shows the same.

        INVARIANT: a page from a replica is one that the primary could have given after this was called: the replica has
        replayed the policy epoch and every rewrite of the log that the primary had by then. Beyond these the log only
        grows at its head, so that a settled page is the same on both; of one that is not, the replica has replayed
        all up to the head that the primary had.
        """
        number = self._next()
        if number is None:
            return ask(primary)
        ((epoch, rewrites, head),) = primary.execute(_STATE).fetchall()
        try:
            with self._pools[number].statement() as replica:
                seen = ask(replica)
        except UnavailableError:
            self._failed[number] = monotonic()
            return ask(primary)
        same = seen.epoch == epoch and seen.rewrites >= rewrites and (seen.beyond is not None or seen.head >= head)
        return seen if same else ask(primary)

    def _next(self) -> int | None:
        """Return the number of the replica whose turn it is, of those that have answered."""
        since = monotonic() - _LEFT_ALONE_SECONDS
        fit = [number for number in range(len(self._pools)) if self._failed.get(number, since) <= since]
        return fit[next(self._turns) % len(fit)] if fit else None


_STATE: Final = "SELECT e.epoch, h.rewrites, h.tick FROM log_head h CROSS JOIN policy_epoch e"
