"""Public keys of organisations: one row each."""

from collections.abc import Sequence
from typing import Any

from hub.domain.agreements import Key
from hub.domain.identifiers import KeyId, OrganisationId
from hub.store.database import Database


def keys_of_organisation(database: Database, organisation_id: OrganisationId) -> tuple[Key, ...]:
    """Return the keys of one organisation, oldest first."""
    rows = database.execute(
        "SELECT id, organisation, public_key, added, revoked FROM keys WHERE organisation = %s ORDER BY added, id",
        (organisation_id,),
    ).fetchall()
    return tuple(_key_of(row) for row in rows)


def find_key(database: Database, key_id: KeyId) -> Key | None:
    """Return the key of an id."""
    row = database.execute(
        "SELECT id, organisation, public_key, added, revoked FROM keys WHERE id = %s", (key_id,)
    ).fetchone()
    return None if row is None else _key_of(row)


def lock_key(database: Database, key_id: KeyId) -> Key | None:
    """Return the key of an id, and let nobody revoke it before this transaction ends."""
    row = database.execute(
        "SELECT id, organisation, public_key, added, revoked FROM keys WHERE id = %s FOR NO KEY UPDATE", (key_id,)
    ).fetchone()
    return None if row is None else _key_of(row)


def insert_key(database: Database, key: Key) -> bool:
    """Add a key; False where it is there, whoever's it is."""
    added = database.execute(
        "INSERT INTO keys (id, organisation, public_key, added, revoked) VALUES (%s, %s, %s, %s, %s)"
        " ON CONFLICT DO NOTHING",
        (key.id, key.organisation, key.public_key, key.added, key.revoked),
    )
    return added.rowcount == 1


def update_key(database: Database, key: Key) -> None:
    """Write when it was revoked; nothing else of a key changes."""
    database.execute("UPDATE keys SET revoked = %s WHERE id = %s", (key.revoked, key.id))


def _key_of(row: Sequence[Any]) -> Key:
    key_id, organisation, public_key, added, revoked = row
    return Key(
        id=KeyId(key_id),
        organisation=OrganisationId(organisation),
        public_key=bytes(public_key),
        added=added,
        revoked=revoked,
    )
