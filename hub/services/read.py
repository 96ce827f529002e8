"""Read a collection: the one path by which content leaves the log."""

from collections.abc import Callable, Mapping
from operator import itemgetter
from typing import Any, Final, Generic, NamedTuple, TypeVar

from hub.domain.catalogue import ALL, Collection
from hub.domain.identifiers import AccountId, CollectionId, StixId
from hub.domain.pages import Channel, ManifestRecord, Page, Query
from hub.services.clearances import Clearances
from hub.services.explaining.noting import Noting
from hub.services.full_pages import FullPage, FullPages
from hub.store.database import Database
from hub.store.log.pages import Slice, knows, read_payloads, read_versions
from hub.store.log.segments import Allowed
from hub.store.replicas import Replicas

Item = TypeVar("Item")
Written = TypeVar("Written")
Write = Callable[[Page[Item]], Written]
"""Makes of a page what is given. It has to be quick: a connection is held meanwhile."""

Reader = Callable[[Database, Query, int, Allowed], Slice]
Confirm = Callable[[int | None], None]
"""Raises unless the reader's credentials are good now, or if the policy is that of an epoch."""

_NO_NUMBER = 0
"""The number of `all` in the store: no row has it, and no condition uses it."""


def _confirmed(_: int | None) -> None:
    """Know the reader already."""


class _Form(NamedTuple, Generic[Item]):
    """A form of page: how it is read, and what of each row is an item of it."""

    channel: Channel
    read: Reader
    item: Callable[[tuple[Any, ...]], Item]


_OBJECTS: Final[_Form[bytes]] = _Form(Channel.OBJECTS, read_payloads, itemgetter(1))
_MANIFEST: Final = _Form(
    Channel.MANIFEST, read_versions, lambda row: ManifestRecord(added=row[0], id=row[1], version=row[2])
)
_VERSIONS: Final[_Form[str]] = _Form(Channel.VERSIONS, read_versions, itemgetter(2))


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

    def objects(
        self, account: AccountId, query: Query, write: Write[bytes, Written], *, confirm: Confirm = _confirmed
    ) -> Written:
        """Return a page of objects, each the JSON value as it was received (TAXII 2.1 §5.4), as `write` writes it.

        A full page may be one that was written before.
        """
        return self._page(account, query, _OBJECTS, write, confirm)

    def manifest(
        self, account: AccountId, query: Query, write: Write[ManifestRecord, Written], *, confirm: Confirm = _confirmed
    ) -> Written:
        """Return a page of manifest records (TAXII 2.1 §5.3) as `write` writes it."""
        return self._page(account, query, _MANIFEST, write, confirm)

    def versions(
        self, account: AccountId, query: Query, write: Write[str, Written], *, confirm: Confirm = _confirmed
    ) -> Written:
        """Return a page of the versions of the query's object (TAXII 2.1 §5.8) as `write` writes it."""
        return self._page(account, query, _VERSIONS, write, confirm)

    def knows(self, account: AccountId, collection: Collection, object_id: str) -> bool:
        """Whether the reader may read some version of the object in the collection."""
        number = None if collection.id == ALL.id else self._number(collection)
        return self._clearances.answer(
            account, lambda database, allowed: knows(database, number, StixId(object_id), allowed)
        )

    def _page(
        self, account: AccountId, query: Query, form: _Form[Item], write: Write[Item, Written], confirm: Confirm
    ) -> Written:
        """INVARIANT: nothing is noted or given unless its reader is confirmed, by the page's epoch or otherwise."""
        number = self._number(query.collection)

        def ask(database: Database, allowed: Allowed) -> tuple[int | None, Written]:
            confirm(allowed.epoch)
            kept = self._again(database, account, query, form.channel, number, allowed, write)
            if kept is not None:
                written: Written = kept.written
                return allowed.epoch, written
            seen = self._replicas.read(database, lambda asked: form.read(asked, query, number, allowed))
            if not seen.rows or self._noting is None or seen.epoch != allowed.epoch:
                return seen.epoch, write(_page_of(query, seen, form))
            with self._noting.noted(database, account, query, form.channel, number, seen, allowed):
                written = write(_page_of(query, seen, form))
                if form.channel is Channel.OBJECTS:
                    self._full_pages.keep(query, number, allowed, write, seen, written)
            return seen.epoch, written

        return self._clearances.answer(account, ask)

    def _again(  # noqa: PLR0913, PLR0917 - a page has these facts
        self,
        database: Database,
        account: AccountId,
        query: Query,
        channel: Channel,
        number: int,
        allowed: Allowed,
        write: Write[Item, Written],
    ) -> FullPage | None:
        """Return a page of objects that was read before, noted as given, where it is the one to give now."""
        if self._noting is None or channel is not Channel.OBJECTS:
            return None
        page = self._full_pages.find(query, number, allowed, write)
        if page is None:
            return None
        rewrites = self._noting.note_again(database, account, query, channel, number, page.seen, allowed)
        if rewrites is None:
            return None
        page.found_the_same(rewrites)
        return page

    def _number(self, collection: Collection) -> int:
        return self._numbers.get(collection.id, _NO_NUMBER)


def _page_of(query: Query, seen: Slice, form: _Form[Item]) -> Page[Item]:
    rows = seen.rows
    start = seen.genesis if query.after is None else query.after
    return Page(
        items=tuple(map(form.item, rows)),
        first=rows[0][0] if rows else start,
        last=rows[-1][0] if rows else start,
        more=seen.more,
    )
