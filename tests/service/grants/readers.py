"""Stock pollers: they ask for what was added after the last `date_added` they saw, and keep what they are given."""

from dataclasses import dataclass

from hub.domain.catalogue import Collection
from hub.domain.identifiers import AccountId, Tick
from hub.domain.pages import ManifestRecord, Query, VersionKeyword, Versions
from hub.services.read import Reading
from tests.support.hub import whole


@dataclass(slots=True, kw_only=True)
class Poller:
    """Follows a collection, manifest and objects side by side, from one position."""

    account: AccountId
    collection: Collection
    keyword: VersionKeyword
    limit: int
    after: Tick | None = None

    def poll(self, reading: Reading) -> tuple[tuple[ManifestRecord, ...], bool]:
        """Ask for one page; return what it lists, and whether there is more."""
        query = Query(
            collection=self.collection,
            limit=self.limit,
            after=self.after,
            versions=Versions(keywords=frozenset({self.keyword})),
        )
        page = reading.manifest(self.account, query, whole)
        objects = reading.objects(self.account, query, whole)
        assert (objects.first, objects.last, objects.more) == (page.first, page.last, page.more)
        assert len(objects.items) == len(page.items) <= self.limit
        assert page.items or not page.more
        added = [item.added for item in page.items]
        assert added == sorted(set(added))
        assert self.after is None or not added or added[0] > self.after
        self.after = page.last
        return page.items, page.more
