"""Read a collection: the one path by which content leaves the log."""

from collections.abc import Callable, Mapping
from operator import itemgetter
from typing import Any, TypeVar

from hub.domain.catalogue import ALL, Collection
from hub.domain.identifiers import AccountId, CollectionId, StixId
from hub.domain.pages import Channel, ManifestRecord, Page, Query
from hub.services.clearances import Clearances
from hub.services.explaining.noting import Noting
from hub.store.database import Database
from hub.store.log.pages import Slice, knows, read_payloads, read_versions
from hub.store.log.segments import Allowed
from hub.store.replicas import Replicas

Item = TypeVar("Item")
Reader = Callable[[Database, Query, int, Allowed], Slice]

_NO_NUMBER = 0
"""The number of `all` in the store: no row has it, and no condition uses it."""


class Reading:
    """Pages for a reader: what the rules allow at this moment, and nothing that tells of the rest."""

    def __init__(
        self,
        clearances: Clearances,
        numbers: Mapping[CollectionId, int],
        noting: Noting | None,
        *,
        replicas: Replicas | None = None,
    ) -> None:
        self._clearances = clearances
        self._replicas = replicas or Replicas(())
        self._numbers = numbers
        self._noting = noting

    def unnoted(self) -> "Reading":
        """Return the same without receipts: for pages of which nothing but their headers leaves the hub."""
        return Reading(self._clearances, self._numbers, None, replicas=self._replicas)

    def objects(self, account: AccountId, query: Query) -> Page[bytes]:
        """Return a page of objects, each the JSON value as it was received (TAXII 2.1 §5.4)."""
        return self._page(account, query, Channel.OBJECTS, read_payloads, itemgetter(1))

    def manifest(self, account: AccountId, query: Query) -> Page[ManifestRecord]:
        """Return a page of manifest records (TAXII 2.1 §5.3)."""
        return self._page(
            account,
            query,
            Channel.MANIFEST,
            read_versions,
            lambda row: ManifestRecord(added=row[0], id=row[1], version=row[2]),
        )

    def versions(self, account: AccountId, query: Query) -> Page[str]:
        """Return a page of the versions of the query's object (TAXII 2.1 §5.8)."""
        return self._page(account, query, Channel.VERSIONS, read_versions, itemgetter(2))

    def knows(self, account: AccountId, collection: Collection, object_id: str) -> bool:
        """Whether the reader may read some version of the object in the collection."""
        number = None if collection.id == ALL.id else self._number(collection)
        return self._clearances.answer(
            account, lambda database, allowed: knows(database, number, StixId(object_id), allowed)
        )

    def _page(
        self,
        account: AccountId,
        query: Query,
        channel: Channel,
        read: Reader,
        item: Callable[[tuple[Any, ...]], Item],
    ) -> Page[Item]:
        number = self._number(query.collection)

        def ask(database: Database, allowed: Allowed) -> tuple[int, tuple[Slice, Allowed]]:
            seen = self._replicas.read(database, lambda asked: read(asked, query, number, allowed))
            return seen.epoch, (seen, allowed)

        seen, allowed = self._clearances.answer(account, ask)
        rows = seen.rows
        if rows and self._noting is not None:
            self._noting.note(account, query, channel, number, seen, allowed)
        start = seen.genesis if query.after is None else query.after
        return Page(
            items=tuple(map(item, rows)),
            first=rows[0][0] if rows else start,
            last=rows[-1][0] if rows else start,
            more=seen.more,
        )

    def _number(self, collection: Collection) -> int:
        return self._numbers.get(collection.id, _NO_NUMBER)
