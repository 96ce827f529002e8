"""The rows of the log: the versions that a producer has of an object, added, re-placed and removed."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Final, NamedTuple
from uuid import UUID

import msgspec
from psycopg import adapters

from hub.domain.handling import Tlp
from hub.domain.identifiers import GuardId, HandlingId, OrganisationId, StixId, SubmissionId, Tick
from hub.store.database import Database
from hub.store.log.head import Stamp
from hub.store.log.placed import keep_removed, keep_replaced


class Level(NamedTuple):
    """The level of an object that others may refer to, and whether it is an SCO."""

    tlp: Tlp
    observable: bool


class Row(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A version in the log, without its bytes. `collection` is the collection's number in the store.

    `accepted` is the tick of the stamp that it was stored with, from which its age counts. A row that is moved gets
    another stamp and is no younger for it.
    """

    stamp: Stamp
    accepted: Tick
    collection: int
    object_id: StixId
    type: str
    version: str
    version_tick: Tick
    created: Tick | None
    created_by_ref: StixId | None
    revoked: bool
    digest: bytes
    handling: HandlingId


class Placing(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a row carries about where it stands among the versions of its object.

    `newest_accepted` is when the newest version in its collection was accepted, `producers_accepted` when the newest
    of its producer anywhere was.
    """

    guard: GuardId
    latest: bool
    newest_accepted: Tick
    producers_accepted: Tick


class PlacedRow(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A row with its placing."""

    row: Row
    placing: Placing


class NewRow(NamedTuple):
    """A row to add: the version, where it stands, what it came with, and the JSON value as it was received."""

    row: Row
    placing: Placing
    submission: SubmissionId
    payload: bytes


COPY: Final = """
    COPY log (seq, tick, accepted, collection, guard, latest, newest_accepted, producers_accepted, version_tick,
              created, handling, revoked, object_id, type, version, producer, created_by_ref, digest, submission,
              payload)
    FROM STDIN (FORMAT BINARY)
"""
COPY_TYPES: Final = tuple(
    adapters.types[name].oid
    for name in (
        *("int8", "int8", "int8", "int2", "int4", "bool", "int8", "int8", "int8", "int8"),
        *("int4", "bool", "text", "text", "text", "text", "text", "bytea", "uuid", "bytea"),
    )
)


def own_rows(database: Database, producer: OrganisationId, ids: Iterable[StixId]) -> list[PlacedRow]:
    """Read every version that the producer has of these objects, in whatever collection, oldest place first."""
    names = list(ids)
    if not names:
        return []
    rows = database.execute(
        "SELECT seq, tick, accepted, collection, guard, latest, newest_accepted, producers_accepted, version_tick,"
        " created, handling, revoked, object_id, type, version, created_by_ref, digest"
        " FROM log WHERE object_id = ANY(%s) AND producer = %s ORDER BY seq",
        (names, producer),
    )
    return [
        PlacedRow(
            row=Row(
                stamp=Stamp(seq=seq, tick=tick),
                accepted=accepted,
                collection=collection,
                object_id=object_id,
                type=kind,
                version=version,
                version_tick=version_tick,
                created=created,
                created_by_ref=created_by_ref,
                revoked=revoked,
                digest=digest,
                handling=handling,
            ),
            placing=Placing(
                guard=guard, latest=latest, newest_accepted=newest_accepted, producers_accepted=producers_accepted
            ),
        )
        for (
            seq,
            tick,
            accepted,
            collection,
            guard,
            latest,
            newest_accepted,
            producers_accepted,
            version_tick,
            created,
            handling,
            revoked,
            object_id,
            kind,
            version,
            created_by_ref,
            digest,
        ) in rows
    ]


def newest_levels(database: Database, producer: OrganisationId, ids: Iterable[StixId]) -> dict[StixId, Level]:
    """Return the level of the newest version that the producer has of each of these objects.

    An SCO is what has no `created` (STIX 2.1 §3.2).
    """
    names = list(ids)
    if not names:
        return {}
    rows = database.execute(
        "SELECT DISTINCT ON (object_id) object_id, handlings.tlp, created IS NULL"
        " FROM log JOIN handlings ON handlings.id = log.handling"
        " WHERE object_id = ANY(%s) AND log.producer = %s"
        " ORDER BY object_id, version_tick DESC, handlings.tlp DESC",
        (names, producer),
    )
    return {StixId(name): Level(Tlp(level), observable) for name, level, observable in rows}


def published_since(
    database: Database, producer: OrganisationId, ids: Iterable[StixId], *, since: Tick, but_by: SubmissionId
) -> frozenset[StixId]:
    """Return the objects of which the producer has a version that is later than an instant, by another submission."""
    names = list(ids)
    if not names:
        return frozenset()
    rows = database.execute(
        "SELECT DISTINCT object_id FROM log"
        " WHERE object_id = ANY(%s) AND producer = %s AND version_tick > %s AND submission <> %s",
        (names, producer, since, UUID(but_by)),
    )
    return frozenset(StixId(name) for (name,) in rows)


def add_rows(database: Database, rows: Iterable[NewRow], *, producer: OrganisationId) -> None:
    """Append rows; their stamps were given out under the lock that this transaction holds."""
    with database.cursor() as cursor, cursor.copy(COPY) as copy:
        copy.set_types(COPY_TYPES)
        uuid_of = cache(UUID)
        for row, placing, submission, payload in rows:
            copy.write_row(
                (
                    row.stamp.seq,
                    row.stamp.tick,
                    row.accepted,
                    row.collection,
                    placing.guard,
                    placing.latest,
                    placing.newest_accepted,
                    placing.producers_accepted,
                    row.version_tick,
                    row.created,
                    row.handling,
                    row.revoked,
                    row.object_id,
                    row.type,
                    row.version,
                    producer,
                    row.created_by_ref,
                    row.digest,
                    uuid_of(submission),
                    payload,
                )
            )


def replace_rows(database: Database, changed: Sequence[tuple[int, PlacedRow]]) -> None:
    """Give rows, known by the seq they have, their new stamp and placing."""
    if not changed:
        return
    keep_replaced(
        database,
        [(seq, placed.row.stamp.seq, placed.placing.guard, placed.placing.latest) for seq, placed in changed],
    )
    with database.cursor() as cursor:
        cursor.executemany(
            "UPDATE log SET seq = %s, tick = %s, guard = %s, latest = %s, newest_accepted = %s,"
            " producers_accepted = %s WHERE seq = %s",
            [
                (
                    placed.row.stamp.seq,
                    placed.row.stamp.tick,
                    placed.placing.guard,
                    placed.placing.latest,
                    placed.placing.newest_accepted,
                    placed.placing.producers_accepted,
                    seq,
                )
                for seq, placed in changed
            ],
        )


def remove_rows(database: Database, seqs: Iterable[int]) -> None:
    """Remove rows for good, with what they define; where they stood is kept, for whoever asks who has read them."""
    removed = list(seqs)
    keep_removed(database, removed)
    database.execute("DELETE FROM log WHERE seq = ANY(%s)", (removed,))
