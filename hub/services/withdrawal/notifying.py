"""The next notices of a subscriber, as true as they are at the moment at which they are told."""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Final

from hub.domain.clock import tick_of
from hub.domain.subscriptions.withdrawals import Addressee, Cause, Notice, VersionKey
from hub.policy.permissions import Permission, may
from hub.services.clearances import Clearances, Sight
from hub.services.explaining.receipts import readable
from hub.services.withdrawal.documents import Notification
from hub.store.database import Database, Pool
from hub.store.facts import Facts
from hub.store.log.segments import Allowed
from hub.store.withdrawals.notices import drop_notices, receive_notices, versions_now, waiting_notices

MOST_AT_ONCE: Final = 100


class Notifying:
    """Gives out notices and notes who has them. For any number of threads."""

    def __init__(self, pool: Pool, clearances: Clearances, clock: Callable[[], datetime]) -> None:
        self._pool = pool
        self._clearances = clearances
        self._clock = clock

    def next_notices(self, addressee: Addressee, *, most: int = MOST_AT_ONCE) -> Notification | None:
        """Return the next notices that an addressee has not received, in order; None where there are none.

        What its account may read again by now is not told but forgotten: it is sent again. INVARIANT: an account that
        takes no part (SR-01) is told nothing.
        """
        while True:
            with self._pool.statement() as database:
                waiting = waiting_notices(database, addressee, most=most)
            if not waiting:
                return None
            judged = self._judge(addressee, waiting)
            if judged is None:
                return None
            epoch, true = judged
            untrue = [notice.id for notice in waiting if notice not in true]
            if untrue:
                with self._pool.statement() as database:
                    drop_notices(database, untrue)
            if true:
                return Notification(epoch=epoch, notices=tuple(true))

    def noticed(self, notices: Collection[Notice]) -> None:
        """Note that a receiver has taken notices. Safe to repeat."""
        with self._pool.statement() as database:
            receive_notices(database, [notice.id for notice in notices], now=tick_of(self._clock()))

    def _judge(self, addressee: Addressee, waiting: Collection[Notice]) -> tuple[int, list[Notice]] | None:
        """Return the policy epoch and what of the notices is true; None where the account takes no part."""
        keys = {notice.withdrawn.key for notice in waiting}
        takes_part = False

        def look(sight: Sight, facts: Facts) -> Sight:
            nonlocal takes_part
            principal = facts.world.principal(addressee.account)
            takes_part = principal is not None and may(principal, Permission.READ_OWN)
            return sight

        def ask(database: Database, allowed: Allowed) -> tuple[int, tuple[int, frozenset[VersionKey]]]:
            epoch, versions = versions_now(database, keys)
            read = (key for key, rows in versions.items() if any(readable(row, allowed) for row in rows))
            return epoch, (epoch, frozenset(read))

        epoch, read = self._clearances.answer(addressee.account, ask, narrow=look)
        if not takes_part:
            return None
        return epoch, [notice for notice in waiting if _is_true(notice, read)]


def _is_true(notice: Notice, read: Collection[VersionKey]) -> bool:
    """Whether a version is as its notice says; of what is revoked and closed since, it is told that it is closed."""
    withdrawn = notice.withdrawn
    return (withdrawn.key in read) is (withdrawn.cause is Cause.REVOKED)
