"""What waits for a subscriber: counted as it would be delivered, up to a bound, and noted nowhere as given."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from hub.domain.catalogue import ALL
from hub.domain.identifiers import CollectionId, Tick
from hub.domain.pages import Query
from hub.domain.subscriptions.filters import wants_content
from hub.domain.subscriptions.subscription import Subscription
from hub.services.clearances import Clearances
from hub.services.delivery.narrowing import Narrowing, numbers_of, wish_of
from hub.services.directory.names import organisation_of_account
from hub.stix.findings.wanted import content_for
from hub.store.database import Database
from hub.store.log.pages import Slice, read_batch
from hub.store.log.segments import Allowed

COUNTED: Final = 100
"""So many rows are looked at."""

_BYTES: Final = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """What waits: how many objects, whether there may be more, and since when the first of them; None where none does.

    `more` is true too where a filter looks inside and passed over all that was looked at.
    """

    objects: int
    more: bool
    since: Tick | None

    def lag_seconds(self, now: Tick) -> float:
        """Return how long the first has waited."""
        return 0.0 if self.since is None else max(0, now - self.since) / 1_000_000


class Waiting:
    """Counts what waits, over the path by which it would be delivered. One instance is shared by all threads."""

    def __init__(self, clearances: Clearances, narrowing: Narrowing, numbers: Mapping[CollectionId, int]) -> None:
        self._clearances = clearances
        self._narrowing = narrowing
        self._numbers = numbers

    def __call__(self, subscription: Subscription) -> Ahead:
        """Return what waits for a subscription that its account may see and its filter wants."""
        chosen = subscription.filter
        wish = wish_of(chosen, subscription.channel, organisation_of_account(subscription.account))
        query = Query(collection=ALL, limit=COUNTED, after=subscription.position)
        collections = numbers_of(chosen, self._numbers)

        def read(database: Database, allowed: Allowed) -> tuple[int, Slice]:
            seen = read_batch(database, query, collections, allowed, most_bytes=_BYTES)
            return seen.epoch, seen

        seen = self._clearances.answer(subscription.account, read, narrow=self._narrowing.by(wish))
        rows = [
            row for row in seen.rows if not chosen.reads_content or wants_content(chosen, content_for(chosen, row[1]))
        ]
        return Ahead(objects=len(rows), more=seen.more, since=_first(rows))


def _first(rows: list[tuple[Any, ...]]) -> Tick | None:
    return rows[0][0] if rows else None
