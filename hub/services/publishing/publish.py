"""Publish checked objects: facts, decision, rows and outcomes, all in the caller's transaction."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from hub.bus.heads import News
from hub.domain.clock import instant_of, timestamp_of
from hub.domain.directory import Principal
from hub.domain.identifiers import CollectionId, OrganisationId, StixId, Tick
from hub.domain.submissions import Marking, Outcome, StoredVersion
from hub.policy.publishing import may_publish
from hub.services.access import REFUSALS, world_of
from hub.services.clearances import Clearances
from hub.services.publishing.batches import Batch
from hub.services.publishing.docket import Docket
from hub.services.publishing.placing import Placement
from hub.store.database import Database
from hub.store.facts import Facts
from hub.store.log.head import lock_head
from hub.store.log.markings import find_markings
from hub.store.log.rows import Level, PlacedRow, known_ids, newest_levels, own_rows
from hub.store.principals import hold_principal

_ELSEWHERE: Final = CollectionId("")
"""A collection that was added after this process started, which is any but the one it publishes in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What became of each object of a batch, and what there is to announce after the commit, if anything."""

    outcomes: list[Outcome]
    news: News | None = None


class Publishing:
    """Judges and stores batches; every effect is in the transaction that it is handed."""

    def __init__(self, clearances: Clearances, numbers: Mapping[CollectionId, int]) -> None:
        self._clearances = clearances
        self._numbers = numbers
        self._collections = {number: collection for collection, number in numbers.items()}

    def publish(self, database: Database, batch: Batch, *, now: Tick) -> Published:
        """Store what the rules accept of a batch and return the outcome of each object.

        The account, its organisation and its member are held from here to the commit, so that a suspension that was
        acknowledged lets nothing through.
        """
        principal = hold_principal(database, batch.account)
        if principal is None:
            return Published(outcomes=_refusals(batch, "NOT_PRODUCER"))
        right = may_publish(world_of(principal), batch.account, batch.collection)
        if not right.allowed:
            return Published(outcomes=_refusals(batch, right.reason))
        head = lock_head(database)
        facts = self._clearances.facts(database)
        producer = principal.organisation.id
        known = known_ids(database, producer, {checked.id for checked in batch.objects})
        stored = own_rows(database, producer, known.own)
        docket = self._docket(database, batch, principal, facts, stored, known.others)
        at = instant_of(now)
        outcomes = [docket.hear(checked, at=at) for checked in batch.objects]
        changed = {addition.checked.id for addition in docket.additions}
        news = Placement(database, head, facts, producer).write(
            [placed for placed in stored if placed.row.object_id in changed], docket.additions, now=now
        )
        return Published(outcomes=outcomes, news=news)

    def _docket(  # noqa: PLR0913, PLR0917 - what a docket is made of
        self,
        database: Database,
        batch: Batch,
        principal: Principal,
        facts: Facts,
        stored: Sequence[PlacedRow],
        others: frozenset[StixId],
    ) -> Docket:
        producer = principal.organisation.id
        return Docket(
            batch=batch,
            producer=producer,
            identities=facts.identities,
            number=self._numbers[batch.collection.id],
            versions=self._versions(stored, facts),
            others=others,
            markings=self._known_markings(database, batch, principal, facts),
            levels=_levels(database, batch, producer),
        )

    def _versions(self, stored: Sequence[PlacedRow], facts: Facts) -> defaultdict[StixId, list[StoredVersion]]:
        versions: defaultdict[StixId, list[StoredVersion]] = defaultdict(list)
        for placed in stored:
            row = placed.row
            versions[row.object_id].append(
                StoredVersion(
                    collection=self._collections.get(row.collection, _ELSEWHERE),
                    version=row.version,
                    version_tick=row.version_tick,
                    created=row.created,
                    created_by_ref=row.created_by_ref,
                    revoked=row.revoked,
                    digest=row.digest,
                    tlp=facts.classes.handlings[row.handling].tlp,
                )
            )
        return versions

    def _known_markings(
        self, database: Database, batch: Batch, principal: Principal, facts: Facts
    ) -> dict[StixId, list[Marking]]:
        """Return what marking references mean: the producer's own definition, else all that the account may read."""
        references = {reference for checked in batch.objects for reference in checked.marking_refs}
        if not references:
            return {}
        readable = self._clearances.readable(facts, principal.account.id)
        own: dict[StixId, list[Marking]] = defaultdict(list)
        seen: dict[StixId, list[Marking]] = defaultdict(list)
        for found in find_markings(database, references):
            if found.producer == principal.organisation.id:
                own[found.id].append(found.marking)
            elif found.guard in readable:
                seen[found.id].append(found.marking)
        return {**seen, **own}


def _levels(database: Database, batch: Batch, producer: OrganisationId) -> dict[StixId, Level]:
    """Return the levels of what the batch refers to: the stored, and those of its envelope where they are higher."""
    references = {reference for checked in batch.objects for reference in checked.refs}
    levels = newest_levels(database, producer, references)
    for name in references & batch.levels.keys():
        levels[name] = max(levels.get(name, batch.levels[name]), batch.levels[name])
    return levels


def _refusals(batch: Batch, code: str) -> list[Outcome]:
    """Refuse every object of a batch, for a reason that lies with its account."""
    return [
        Outcome(
            position=checked.position,
            id=checked.id,
            version=checked.version or timestamp_of(batch.received),
            code=code,
            sentence=REFUSALS[code],
        )
        for checked in batch.objects
    ]
