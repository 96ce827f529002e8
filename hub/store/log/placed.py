"""Where versions stand in the log: what the reading rules look at, for whoever has to say why, without the content."""

from collections.abc import Iterable
from dataclasses import dataclass

from hub.domain.identifiers import GuardId, OrganisationId, StixId, Tick
from hub.store.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedVersion:
    """A version in the log. `version_tick` is None for what has no version of its own, an SCO (STIX 2.1 §3.2)."""

    tick: Tick
    accepted: Tick
    object_id: StixId
    type: str
    version_tick: Tick | None
    producer: OrganisationId
    guard: GuardId
    newest_accepted: Tick
    producers_accepted: Tick


def placed_versions(database: Database, ids: Iterable[StixId]) -> list[PlacedVersion]:
    """Read every version of these objects, of whatever producer and collection, in order of position."""
    rows = database.execute(
        "SELECT tick, accepted, object_id, type, CASE WHEN created IS NULL THEN NULL ELSE version_tick END, producer,"
        " guard, newest_accepted, producers_accepted FROM log WHERE object_id = ANY(%s) ORDER BY tick",
        (list(ids),),
    )
    return [
        PlacedVersion(
            tick=tick,
            accepted=accepted,
            object_id=object_id,
            type=kind,
            version_tick=version_tick,
            producer=producer,
            guard=guard,
            newest_accepted=newest_accepted,
            producers_accepted=producers_accepted,
        )
        for (
            tick,
            accepted,
            object_id,
            kind,
            version_tick,
            producer,
            guard,
            newest_accepted,
            producers_accepted,
        ) in rows
    ]
