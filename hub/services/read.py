"""Read a collection: the one path by which content leaves the log."""

from collections.abc import Callable, Mapping
from operator import itemgetter
from typing import Any, NamedTuple, TypeVar

from hub.domain.catalogue import ALL, Collection
from hub.domain.identifiers import AccountId, CollectionId, StixId
from hub.domain.pages import Channel, ManifestRecord, Page, Query
from hub.services.clearances import Clearances
from hub.services.explaining.noting import Noting
from hub.services.full_pages import FullPages
from hub.store.database import Database
from hub.store.log.pages import Slice, knows, read_payloads, read_versions
from hub.store.log.segments import Allowed
from hub.store.replicas import Replicas

Item = TypeVar("Item")
Reader = Callable[[Database, Query, int, Allowed], Slice]
Confirm = Callable[[int | None], None]
"""Raises unless the reader's credentials are good now, or if the policy is that of an epoch."""

_NO_NUMBER = 0
"""The number of `all` in the store: no row has it, and no condition uses it."""


def _confirmed(_: int | None) -> None:
    """Know the reader already."""


class _Read(NamedTuple):
    """What was seen and with which rights, and whether that is noted as given already."""

    seen: Slice
    allowed: Allowed
    noted: bool


class Reading:
    """Pages for a reader: what the rules allow at this moment, and nothing that tells of the rest."""

    def __init__(
        self,
        clearances: Clearances,
        numbers: Mapping[CollectionId, int],
        noting: Noting | None,
        *,
        replicas: Replicas | None = None,
        full_pages: FullPages | None = None,
    ) -> None:
        self._clearances = clearances
        self._replicas = replicas or Replicas(())
        self._full_pages = full_pages or FullPages(0)
        self._numbers = numbers
        self._noting = noting

    def unnoted(self) -> "Reading":
        """Return the same without receipts: for pages of which nothing but their headers leaves the hub."""
        return Reading(self._clearances, self._numbers, None, replicas=self._replicas)

    def objects(self, account: AccountId, query: Query, *, confirm: Confirm = _confirmed) -> Page[bytes]:
        """Return a page of objects, each the JSON value as it was received (TAXII 2.1 §5.4)."""
        return self._page(account, query, Channel.OBJECTS, read_payloads, itemgetter(1), confirm)

    def manifest(self, account: AccountId, query: Query, *, confirm: Confirm = _confirmed) -> Page[ManifestRecord]:
        """Return a page of manifest records (TAXII 2.1 §5.3)."""
        return self._page(
            account,
            query,
            Channel.MANIFEST,
            read_versions,
            lambda row: ManifestRecord(added=row[0], id=row[1], version=row[2]),
            confirm,
        )

    def versions(self, account: AccountId, query: Query, *, confirm: Confirm = _confirmed) -> Page[str]:
        """Return a page of the versions of the query's object (TAXII 2.1 §5.8)."""
        return self._page(account, query, Channel.VERSIONS, read_versions, itemgetter(2), confirm)

    def knows(self, account: AccountId, collection: Collection, object_id: str) -> bool:
        """Whether the reader may read some version of the object in the collection."""
        number = None if collection.id == ALL.id else self._number(collection)
        return self._clearances.answer(
            account, lambda database, allowed: knows(database, number, StixId(object_id), allowed)
        )

    def _page(  # noqa: PLR0913, PLR0917 - three forms of one thing
        self,
        account: AccountId,
        query: Query,
        channel: Channel,
        read: Reader,
        item: Callable[[tuple[Any, ...]], Item],
        confirm: Confirm,
    ) -> Page[Item]:
        """INVARIANT: nothing is noted or given unless its reader is confirmed, by the page's epoch or otherwise."""
        number = self._number(query.collection)

        def ask(database: Database, allowed: Allowed) -> tuple[int | None, _Read]:
            confirm(allowed.epoch)
            kept = self._again(account, query, channel, number, allowed)
            if kept is not None:
                return allowed.epoch, _Read(kept, allowed, noted=True)
            seen = self._replicas.read(database, lambda asked: read(asked, query, number, allowed))
            return seen.epoch, _Read(seen, allowed, noted=False)

        seen, allowed, noted = self._clearances.answer(account, ask)
        rows = seen.rows
        if rows and self._noting is not None and not noted:
            self._noting.note(account, query, channel, number, seen, allowed)
            if channel is Channel.OBJECTS:
                self._full_pages.keep(query, number, allowed, seen)
        start = seen.genesis if query.after is None else query.after
        return Page(
            items=tuple(map(item, rows)),
            first=rows[0][0] if rows else start,
            last=rows[-1][0] if rows else start,
            more=seen.more,
        )

    def _again(self, account: AccountId, query: Query, channel: Channel, number: int, allowed: Allowed) -> Slice | None:
        """Return a page of objects that was read before, noted as given, where it is the one to give now."""
        if self._noting is None or channel is not Channel.OBJECTS:
            return None
        page = self._full_pages.find(query, number, allowed)
        if page is None:
            return None
        seen = page.seen
        rewrites = self._noting.note_again(account, query, channel, number, seen, allowed)
        if rewrites is None:
            return None
        page.found_the_same(rewrites)
        return seen

    def _number(self, collection: Collection) -> int:
        return self._numbers.get(collection.id, _NO_NUMBER)
