"""Who has been given a version: receipts held against how the version stood when each page was read."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from hub.domain.clock import instant_of
from hub.domain.identifiers import OrganisationId, StixId, Tick
from hub.domain.pages import VersionKeyword
from hub.services.explaining.answers import Receipt
from hub.store.database import Database
from hub.store.log.placed import PlacedVersion, Standing, standings
from hub.store.log.segments import Allowed
from hub.store.receipts import EVERYWHERE, ReadingRow, readings_of


def receipts_of(
    database: Database, object_id: StixId, producer: OrganisationId, collections: Mapping[int, str]
) -> tuple[Receipt, ...]:
    """Return who was given which version of an object of a producer, in order of account and position.

    Versions that were moved, superseded or deleted since are among them, each as it was when it was read.
    """
    stood = standings(database, object_id, producer)
    if not stood:
        return ()
    rows = readings_of(database, ((each.version.collection, each.version.tick, each.version.guard) for each in stood))
    found = {receipt for row in rows for receipt in _receipts(row, stood, collections)}
    return tuple(sorted(_merged(found), key=lambda receipt: (receipt.account, receipt.position, receipt.channel)))


def held_by(row: ReadingRow, stood: Sequence[Standing]) -> Iterator[tuple[Standing, Tick]]:
    """Go through what a reading held of all the standings of one object, each with its position for the reader."""
    then = list(_as_of(row, stood))
    for standing in then:
        position = position_of(standing, row.allowed)
        if (
            row.after < position <= row.last
            and row.collection in {EVERYWHERE, standing.version.collection}
            and readable(standing.version, row.allowed)
            and row.filter.asks_for(standing.version.object_id, standing.version.type)
            and _is_chosen(standing, row, then)
        ):
            yield standing, position


def position_of(standing: Standing, allowed: Allowed) -> Tick:
    """Return where a row stands for a reader: in a block that it was given anew, or at its tick."""
    for block in allowed.blocks:
        if standing.version.guard in block.guards and standing.seq <= block.through_seq:
            return Tick(block.base + standing.seq)
    return standing.version.tick


def readable(version: PlacedVersion, allowed: Allowed) -> bool:
    """Whether a version may be read, as the statement of a page says it."""
    if version.guard in allowed.guards:
        return True
    return any(
        aged.guard == version.guard
        and version.accepted >= aged.own_since
        and version.newest_accepted >= aged.newest_since
        and version.producers_accepted >= aged.producers_since
        for aged in allowed.aged
    )


def _as_of(row: ReadingRow, stood: Sequence[Standing]) -> Iterator[Standing]:
    """Go through the standings, one a tick, that held when a reading began, or first where they came later.

    INVARIANT: that is how the page that went over a tick saw it, or it would have begun another reading.
    """
    taken: set[Tick] = set()
    for standing in stood:
        if standing.version.tick not in taken and (standing.until is None or standing.until > row.rewrites):
            taken.add(standing.version.tick)
            yield standing


def _is_chosen(standing: Standing, row: ReadingRow, then: Iterable[Standing]) -> bool:
    keywords = row.filter.keywords
    if VersionKeyword.ALL in keywords or standing.order in row.filter.ticks:
        return True
    if VersionKeyword.LAST in keywords and standing.latest:
        return True
    return VersionKeyword.FIRST in keywords and not any(
        other.order < standing.order
        and other.version.collection == standing.version.collection
        and other.version.tick <= row.head
        and readable(other.version, row.allowed)
        for other in then
    )


def _receipts(row: ReadingRow, stood: Sequence[Standing], collections: Mapping[int, str]) -> Iterator[Receipt]:
    for standing, position in held_by(row, stood):
        version = standing.version
        yield Receipt(
            account=row.account,
            organisation=OrganisationId(row.account.partition("/")[0]),
            channel=row.channel,
            version=None if version.version_tick is None else instant_of(version.version_tick),
            collection=collections.get(version.collection, ""),
            position=position,
            first_at=row.first_at,
            last_at=row.last_at,
        )


def _merged(receipts: Iterable[Receipt]) -> Iterator[Receipt]:
    """Say once what an account was given several times in the same place."""
    same: dict[tuple[object, ...], list[Receipt]] = defaultdict(list)
    for each in receipts:
        same[each.account, each.channel, each.version, each.collection, each.position].append(each)
    for group in same.values():
        yield replace(
            group[0], first_at=min(each.first_at for each in group), last_at=max(each.last_at for each in group)
        )
