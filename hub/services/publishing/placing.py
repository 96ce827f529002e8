"""Put versions into the log: class them, stamp them, and move what a new newest version closes or opens."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import msgspec
from msgspec.structs import replace

from hub.bus.heads import News
from hub.domain.handling import Guard, Handling
from hub.domain.identifiers import GuardId, HandlingId, OrganisationId, StixId, SubmissionId, Tick
from hub.domain.submissions import CheckedObject
from hub.policy.versions import Link, narrows, places
from hub.policy.visibility import limits_age
from hub.store.database import Database
from hub.store.facts import Facts
from hub.store.log.classes import intern_guards, intern_handlings
from hub.store.log.grants import Regarded, hand_on
from hub.store.log.head import Head, Stamp, give_out, keep_head
from hub.store.log.markings import add_markings
from hub.store.log.rows import NewRow, PlacedRow, Placing, Row, add_rows, replace_rows
from hub.store.withdrawals.events import note_rows

_UNPLACED = Stamp(seq=0, tick=Tick(0))


class Addition(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A version that the rules have accepted for a collection, known by its number in the store."""

    checked: CheckedObject
    collection: int
    submission: SubmissionId
    version: str
    version_tick: Tick
    handling: Handling


@dataclass(slots=True, eq=False)
class _Entry:
    """A row on its way to its final stamp; `before` is None for one that is new."""

    row: Row
    handling: Handling
    before: PlacedRow | None


class _Chained(msgspec.Struct, frozen=True, eq=False, gc=False):
    """An entry with the newest of its object in its collection, and the newest that its producer has anywhere."""

    entry: _Entry
    newest: _Entry
    producers: _Entry
    guard: Guard


class Placement:
    """One producer's change to the log, made under the log's lock and written at once."""

    def __init__(self, database: Database, head: Head, facts: Facts, producer: OrganisationId) -> None:
        self._database = database
        self._head = head
        self._classes = facts.classes
        self._age_counts = limits_age(facts.world)
        self._producer = producer

    def write(self, stored: Iterable[PlacedRow], additions: Sequence[Addition], *, now: Tick) -> News | None:
        """Add versions beside those that the producer has `stored` of the same objects (all of them).

        The rows are stamped and chained as `settle` does it, and then written with their bytes and what they define.
        The head has moved on then, and the caller keeps it. Return what there is to announce after the commit.
        """
        numbers = intern_handlings(self._database, (addition.handling for addition in additions), self._classes)
        new = [
            _Entry(row=_row(addition, numbers[addition.handling]), handling=addition.handling, before=None)
            for addition in additions
        ]
        placings, news = self._settle([*self._stored(stored), *new], now=now)
        add_rows(
            self._database,
            (
                NewRow(entry.row, placings[entry], addition.submission, addition.checked.payload)
                for entry, addition in zip(new, additions, strict=True)
            ),
            producer=self._producer,
        )
        add_markings(
            self._database,
            [
                (entry.row.stamp.seq, addition.checked.id, addition.checked.defines)
                for entry, addition in zip(new, additions, strict=True)
                if addition.checked.defines is not None
            ],
            producer=self._producer,
        )
        return news

    def settle(self, stored: Iterable[PlacedRow], *, now: Tick) -> News | None:
        """Put right where stored versions stand, all that a producer has of some objects, after others were removed.

        A row that only becomes harder to read keeps its place. One that somebody might read now who could not before,
        or that is the newest again, is moved to the head, so that readers who have passed it are given it. Return what
        there is to announce after the commit.
        """
        _, news = self._settle(self._stored(stored), now=now)
        return news

    def _stored(self, stored: Iterable[PlacedRow]) -> list[_Entry]:
        handlings = self._classes.handlings
        return [_Entry(row=old.row, handling=handlings[old.row.handling], before=old) for old in stored]

    def _settle(self, entries: Sequence[_Entry], *, now: Tick) -> tuple[dict[_Entry, Placing], News | None]:
        chained = _chain(entries)
        guards = intern_guards(self._database, (link.guard for link in chained), self._classes)
        numbers = [guards[link.guard] for link in chained]
        moving = [(number, link) for number, link in zip(numbers, chained, strict=True) if self._moves(link)]
        stamps = give_out(self._head, [number for number, _ in moving], now=now)
        for (_, link), stamp in zip(moving, stamps, strict=True):
            accepted = stamp.tick if link.entry.before is None else link.entry.row.accepted
            link.entry.row = replace(link.entry.row, stamp=stamp, accepted=accepted)
        placings = {link.entry: _placing(link, number) for number, link in zip(numbers, chained, strict=True)}
        changed = [
            (entry.before, final)
            for entry, placing in placings.items()
            if entry.before is not None and (final := PlacedRow(row=entry.row, placing=placing)) != entry.before
        ]
        if changed:
            keep_head(self._database, self._head)
        replace_rows(self._database, [(before.row.stamp.seq, final) for before, final in changed])
        hand_on(
            self._database,
            [
                Regarded(final.row.stamp.seq, before.placing.guard, final.placing.guard)
                for before, final in changed
                if final.row.stamp == before.row.stamp
            ],
        )
        self._note_withdrawn(chained, rewrites=1 if changed else 0, now=now)
        return placings, self._news(number for number, _ in moving)

    def _news(self, guards: Iterable[GuardId]) -> News | None:
        placed = frozenset(guards)
        return News(head=self._head.tick, guards=placed) if placed else None

    def _note_withdrawn(self, chained: Sequence[_Chained], *, rewrites: int, now: Tick) -> None:
        """Note the objects of which a version may be closed now to somebody, or is revoked."""
        stored = {link.entry.row.object_id for link in chained if link.entry.before is not None}
        objects: dict[StixId, Tick | None] = {}
        for link in chained:
            row, before = link.entry.row, link.entry.before
            if before is None and row.revoked and row.object_id in stored:
                objects[row.object_id] = max(row.version_tick, objects.get(row.object_id) or row.version_tick)
            elif before is not None and self._closes(link, before):
                objects.setdefault(row.object_id, None)
        if objects:
            note_rows(self._database, self._producer, objects, rewrites=rewrites, at=now)

    def _closes(self, link: _Chained, before: PlacedRow) -> bool:
        """Whether somebody may read a stored row no more."""
        guard = self._classes.guards[before.placing.guard]
        handlings = self._classes.handlings
        return not (
            narrows(link.newest.handling, handlings[guard.newest])
            and narrows(link.producers.handling, handlings[guard.producers])
        )

    def _moves(self, link: _Chained) -> bool:
        before = link.entry.before
        if before is None or (link.newest is link.entry and not before.placing.latest):
            return True
        guard = self._classes.guards[before.placing.guard]
        return self._opens(link.entry, guard.newest, before.placing.newest_accepted, link.newest) or self._opens(
            link.entry, guard.producers, before.placing.producers_accepted, link.producers
        )

    def _opens(self, entry: _Entry, closing: HandlingId, since: Tick, newest: _Entry) -> bool:
        """Whether another newest version may open a row: by its handling, or by being younger than the one before.

        The row's own handling and age hold as ever; where they are at least as strict as those of the newest before,
        that it is younger now opens nothing.
        """
        if not narrows(self._classes.handlings[closing], newest.handling):
            return True
        younger = newest.before is None or newest.row.accepted > since
        own_is_as_strict = entry.row.handling == closing and entry.row.accepted <= since
        return self._age_counts and younger and not own_is_as_strict


def _chain(entries: Sequence[_Entry]) -> list[_Chained]:
    objects: dict[StixId, list[_Entry]] = defaultdict(list)
    for entry in entries:
        objects[entry.row.object_id].append(entry)
    return [link for versions in objects.values() for link in _linked(versions)]


def _linked(versions: Sequence[_Entry]) -> Iterator[_Chained]:
    """Link the versions of one object, of which there is mostly one."""
    if len(versions) == 1:
        alone, own = versions[0], versions[0].row.handling
        yield _Chained(alone, alone, alone, Guard(own, own, own))
        return
    for entry, place in zip(versions, places([_link(entry) for entry in versions]), strict=True):
        newest, producers = versions[place.newest_here], versions[place.newest_anywhere]
        guard = Guard(own=entry.row.handling, newest=newest.row.handling, producers=producers.row.handling)
        yield _Chained(entry, newest, producers, guard)


def _link(entry: _Entry) -> Link:
    return Link(collection=entry.row.collection, version_tick=entry.row.version_tick, handling=entry.handling)


def _row(addition: Addition, handling: HandlingId) -> Row:
    checked = addition.checked
    return Row(
        stamp=_UNPLACED,
        accepted=_UNPLACED.tick,
        collection=addition.collection,
        object_id=checked.id,
        type=checked.type,
        version=addition.version,
        version_tick=addition.version_tick,
        created=checked.created,
        created_by_ref=checked.created_by_ref,
        revoked=checked.revoked,
        digest=checked.digest,
        handling=handling,
    )


def _placing(link: _Chained, guard: GuardId) -> Placing:
    return Placing(
        guard=guard,
        latest=link.newest is link.entry,
        newest_accepted=link.newest.row.accepted,
        producers_accepted=link.producers.row.accepted,
    )
