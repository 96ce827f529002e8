"""Where versions stand in the log, and stood: what the reading rules look at, for whoever says why, without content."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from hub.domain.clock import timestamp_of
from hub.domain.identifiers import GuardId, OrganisationId, StixId, Tick
from hub.store.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedVersion:
    """A version in the log. `version_tick` is None for what has no version of its own, an SCO (STIX 2.1 §3.2).

    `collection` is the collection's number in the store.
    """

    tick: Tick
    accepted: Tick
    object_id: StixId
    type: str
    version_tick: Tick | None
    producer: OrganisationId
    guard: GuardId
    newest_accepted: Tick
    producers_accepted: Tick
    collection: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a version stands, or stood until there had been `until` rewrites of the log. `order` is by version.

    `name` is the version as TAXII names it.
    """

    version: PlacedVersion
    seq: int
    latest: bool
    order: Tick
    until: int | None
    name: str


_COLUMNS: Final = (
    "tick, accepted, object_id, type, CASE WHEN created IS NULL THEN NULL ELSE version_tick END, producer, guard,"
    " newest_accepted, producers_accepted, collection"
)


def placed_versions(database: Database, ids: Iterable[StixId]) -> list[PlacedVersion]:
    """Read every version of these objects, of whatever producer and collection, in order of position."""
    rows = database.execute(f"SELECT {_COLUMNS} FROM log WHERE object_id = ANY(%s) ORDER BY tick", (list(ids),))  # noqa: S608 - a constant
    return [_version(row) for row in rows]


def standings(database: Database, object_id: StixId, producer: OrganisationId) -> list[Standing]:
    """Read how every version that a producer has or had of an object stands and stood, by tick and then in time."""
    return standings_of(database, [(object_id, producer)])[object_id, producer]


def standings_of(
    database: Database, objects: Iterable[tuple[StixId, OrganisationId]]
) -> dict[tuple[StixId, OrganisationId], list[Standing]]:
    """Read the same of many objects, each known by its id and producer."""
    found: dict[tuple[StixId, OrganisationId], list[Standing]] = {key: [] for key in objects}
    ids, producers = [key[0] for key in found], [key[1] for key in found]
    rows = database.execute(
        "WITH asked AS (SELECT * FROM unnest(%(ids)s::text[], %(producers)s::text[]) AS asked (object_id, producer))"  # noqa: S608 - a constant
        f" SELECT {_COLUMNS}, seq, latest, version_tick, NULL::int8 AS until, version FROM log"
        " JOIN asked USING (object_id, producer)"
        f" UNION ALL SELECT {_COLUMNS}, seq, latest, version_tick, until, version FROM former_rows"
        " JOIN asked USING (object_id, producer) ORDER BY tick, until NULLS LAST",
        {"ids": ids, "producers": producers},
    )
    for *placed, seq, latest, order, until, name in rows:
        version = _version(placed)
        found[version.object_id, version.producer].append(
            Standing(
                version=version,
                seq=seq,
                latest=latest,
                order=order,
                until=until,
                name=timestamp_of(order) if name is None else name,
            )
        )
    return found


def was_placed(database: Database, object_id: StixId, producer: OrganisationId) -> bool:
    """Whether a producer has an object, or ever had it."""
    ((placed,),) = database.execute(
        "SELECT EXISTS (SELECT FROM log WHERE object_id = %(id)s AND producer = %(producer)s)"
        " OR EXISTS (SELECT FROM former_rows WHERE object_id = %(id)s AND producer = %(producer)s)",
        {"id": object_id, "producer": producer},
    ).fetchall()
    return bool(placed)


def producers_of(database: Database, object_id: StixId) -> tuple[OrganisationId, ...]:
    """Return who has an object, or ever had it, in order of id."""
    rows = database.execute(
        "SELECT producer FROM log WHERE object_id = %(id)s UNION SELECT producer FROM former_rows"
        " WHERE object_id = %(id)s ORDER BY 1",
        {"id": object_id},
    )
    return tuple(OrganisationId(producer) for (producer,) in rows)


def keep_removed(database: Database, seqs: Iterable[int]) -> None:
    """Keep how rows stand that are about to be removed. Call it under the log's lock."""
    database.execute(_KEEP.format(rows="unnest(%s::int8[]) AS known (seq)", changed="true"), (list(seqs),))


def keep_replaced(database: Database, changes: Sequence[tuple[int, int, GuardId, bool]]) -> None:
    """Keep how rows stand that are about to get another seq, guard or `latest`. Call it under the log's lock.

    That only the newest version is another one matters to no page but those that limit age.
    """
    if changes:
        seqs, news, guards, latests = zip(*changes, strict=True)
        database.execute(
            _KEEP.format(
                rows="unnest(%s::int8[], %s::int8[], %s::int4[], %s::bool[]) AS known (seq, new, guard, latest)",
                changed="(log.seq, log.guard, log.latest) <> (known.new, known.guard, known.latest)"
                " OR EXISTS (SELECT FROM readings WHERE aged IS NOT NULL)",
            ),
            (list(seqs), list(news), list(guards), list(latests)),
        )


_KEEP: Final = """
    WITH head AS (UPDATE log_head SET rewrites = rewrites + 1 RETURNING rewrites)
    INSERT INTO former_rows (seq, tick, until, accepted, newest_accepted, producers_accepted, version_tick, created,
                             guard, collection, latest, object_id, type, producer, version)
    SELECT log.seq, log.tick, head.rewrites, log.accepted, log.newest_accepted, log.producers_accepted,
           log.version_tick, log.created, log.guard, log.collection, log.latest, log.object_id, log.type, log.producer,
           log.version
    FROM head, {rows} JOIN log USING (seq) WHERE {changed}
"""


def _version(row: Sequence[Any]) -> PlacedVersion:
    tick, accepted, object_id, kind, version_tick, producer, guard, newest_accepted, producers_accepted, number = row
    return PlacedVersion(
        tick=tick,
        accepted=accepted,
        object_id=object_id,
        type=kind,
        version_tick=version_tick,
        producer=producer,
        guard=guard,
        newest_accepted=newest_accepted,
        producers_accepted=producers_accepted,
        collection=number,
    )
