"""The small numbers by which the log knows the collections."""

from collections.abc import Iterable

from hub.domain.identifiers import CollectionId
from hub.store.database import Database


def number_collections(database: Database, ids: Iterable[CollectionId]) -> dict[CollectionId, int]:
    """Return the number of every collection that the log has known, giving one to those that are new.

    Numbers never change, and a collection whose file is gone keeps its own: the log still holds what was published.
    """
    database.execute("INSERT INTO collections (id) SELECT unnest(%s::text[]) ON CONFLICT (id) DO NOTHING", (list(ids),))
    rows = database.execute("SELECT id, number FROM collections")
    return {CollectionId(name): number for name, number in rows}


def numbered_collections(database: Database) -> dict[int, CollectionId]:
    """Return every collection that the log has known, by its number."""
    return {number: CollectionId(name) for number, name in database.execute("SELECT number, id FROM collections")}
