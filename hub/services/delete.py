"""Delete what the caller's organisation has published in a collection (TAXII 2.1 §5.7)."""

from collections.abc import Callable, Container, Mapping, Sequence
from datetime import datetime

from hub.bus.heads import News
from hub.bus.hints import Tell, tell_nobody
from hub.domain.catalogue import Collection
from hub.domain.clock import tick_of
from hub.domain.directory import Principal
from hub.domain.errors import ForbiddenError, NotFoundError
from hub.domain.identifiers import CollectionId, StixId
from hub.domain.pages import VersionKeyword, Versions
from hub.policy.publishing import may_publish
from hub.services.clearances import Clearances
from hub.services.publishing.placing import Placement
from hub.store.database import Pool
from hub.store.grounds import take_grounds
from hub.store.ledger import record
from hub.store.log.pages import SPEC_VERSION
from hub.store.log.rows import PlacedRow, own_rows, remove_rows
from hub.store.withdrawals.events import note_rows


class Deleting:
    """Removes versions for good; what others published under the same id is not touched."""

    def __init__(
        self,
        pool: Pool,
        clearances: Clearances,
        numbers: Mapping[CollectionId, int],
        clock: Callable[[], datetime],
        tell: Tell[News] = tell_nobody,
    ) -> None:
        self._pool = pool
        self._clearances = clearances
        self._numbers = numbers
        self._clock = clock
        self._tell = tell

    def delete(
        self,
        principal: Principal,
        collection: Collection,
        object_id: str,
        versions: Versions | None,
        spec_versions: Container[str] | None,
    ) -> None:
        """Remove the chosen versions, all of them where `versions` is None.

        Raise NotFoundError where nothing of the caller's organisation matches, and then nothing is removed.
        """
        with self._pool.transaction() as database:
            grounds = take_grounds(database, [])
            facts = self._clearances.facts(database, epoch=grounds.epoch)
            account = principal.account.id
            if not may_publish(facts.world, account, collection).allowed:
                raise ForbiddenError("Your account may not write to this collection.")
            producer = facts.world.accounts[account].organisation
            stored = own_rows(database, producer, [StixId(object_id)])
            here = [placed for placed in stored if placed.row.collection == self._numbers[collection.id]]
            chosen = _choose(here, versions, spec_versions)
            if not chosen:
                raise NotFoundError("Your organisation has no such object or version in this collection.")
            remove_rows(database, chosen)
            now = tick_of(self._clock())
            note_rows(database, producer, {StixId(object_id): None}, rewrites=1, at=now)
            left = [placed for placed in stored if placed.row.stamp.seq not in chosen]
            news = Placement(database, grounds.head, facts, producer).settle(left, now=now)
            record(
                database,
                actor=account,
                action="object.delete",
                subject=object_id,
                detail={"collection": collection.id, "versions": len(chosen)},
            )
        self._tell(news)


def _choose(
    rows: Sequence[PlacedRow], versions: Versions | None, spec_versions: Container[str] | None
) -> frozenset[int]:
    """Return the seqs of the rows to remove."""
    if spec_versions is not None and SPEC_VERSION not in spec_versions:
        return frozenset()
    ordered = sorted(rows, key=lambda placed: placed.row.version_tick)
    if versions is None or VersionKeyword.ALL in versions.keywords:
        chosen = list(ordered)
    else:
        chosen = [placed for placed in ordered if placed.row.version_tick in versions.ticks]
        if VersionKeyword.FIRST in versions.keywords:
            chosen += ordered[:1]
        if VersionKeyword.LAST in versions.keywords:
            chosen += ordered[-1:]
    return frozenset(placed.row.stamp.seq for placed in chosen)
