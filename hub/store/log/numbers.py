"""The small numbers by which the log knows the collections."""

from collections.abc import Iterable

from hub.domain.identifiers import CollectionId
from hub.store.database import Database


def number_collections(database: Database, ids: Iterable[CollectionId]) -> dict[CollectionId, int]:
    """Return the number of each collection, giving one to those that are new. Numbers never change."""
    wanted = list(ids)
    database.execute("INSERT INTO collections (id) SELECT unnest(%s::text[]) ON CONFLICT (id) DO NOTHING", (wanted,))
    rows = database.execute("SELECT id, number FROM collections WHERE id = ANY(%s)", (wanted,))
    return {CollectionId(name): number for name, number in rows}
