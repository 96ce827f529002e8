"""Publish checked objects: facts, decision, rows and outcomes, all in the caller's transaction."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from hub.bus.heads import News, joined
from hub.domain.clock import instant_of, timestamp_of
from hub.domain.identifiers import AccountId, CollectionId, OrganisationId, StixId, SubmissionId, Tick
from hub.domain.submissions import CheckedObject, Marking, Outcome, StoredVersion
from hub.policy.publishing import may_publish
from hub.services.access import REFUSALS
from hub.services.clearances import Clearances
from hub.services.publishing.batches import Batch
from hub.services.publishing.docket import Docket
from hub.services.publishing.placing import Addition, Placement
from hub.store.database import Database
from hub.store.facts import Facts
from hub.store.grounds import Grounds, take_grounds
from hub.store.log.head import Head
from hub.store.log.markings import find_markings
from hub.store.log.rows import Level, PlacedRow, newest_levels, own_rows, published_since

_NOBODY: Final[frozenset[OrganisationId]] = frozenset()
_ELSEWHERE: Final = CollectionId("")
"""A collection that was added after this process started, which is any but the one it publishes in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What became of each object of each batch, and what there is to announce after the commit, if anything.

    `head` is how far the log reaches now.
    """

    outcomes: Mapping[SubmissionId, list[Outcome]]
    head: Head
    news: News | None = None


def _any_policy(_: int) -> None:
    """Take the policy that there is."""


class Publishing:
    """Judges and stores batches; every effect is in the transaction that it is handed."""

    def __init__(self, clearances: Clearances, numbers: Mapping[CollectionId, int]) -> None:
        self._clearances = clearances
        self._numbers = numbers
        self._collections = {number: collection for collection, number in numbers.items()}

    def publish(
        self, database: Database, batches: Sequence[Batch], *, now: Tick, confirm: Callable[[int], None] = _any_policy
    ) -> Published:
        """Store what the rules accept of some batches and return the outcome of each object.

        The caller writes down what has become of them, and keeps the head, in the same transaction. Before anything is
        judged `confirm` is given the policy epoch by whose facts it will be, and raises where that will not do.

        INVARIANT: none of the batches brings what another one names, so that it does not matter which is first.

        The log is held from here to the commit, and with it what the rules look at, so that a suspension that was
        acknowledged lets nothing through.
        """
        grounds = take_grounds(database, {checked.id for batch in batches for checked in batch.objects})
        facts = self._clearances.facts(database, epoch=grounds.epoch)
        confirm(facts.epoch)
        outcomes: dict[SubmissionId, list[Outcome]] = {}
        rightful: dict[AccountId, list[Batch]] = defaultdict(list)
        for batch in batches:
            right = may_publish(facts.world, batch.account, batch.collection)
            if right.allowed:
                rightful[batch.account].append(batch)
            else:
                outcomes[batch.submission] = _refusals(batch, right.reason)
        news = []
        for account, theirs in rightful.items():
            told = self._publish_for(database, account, theirs, grounds, facts, outcomes, now=now)
            news += [told] if told else []
        return Published(outcomes=outcomes, head=grounds.head, news=joined(news))

    def _publish_for(  # noqa: PLR0913, PLR0917 - what publishing rests on
        self,
        database: Database,
        account: AccountId,
        batches: Sequence[Batch],
        grounds: Grounds,
        facts: Facts,
        outcomes: dict[SubmissionId, list[Outcome]],
        *,
        now: Tick,
    ) -> News | None:
        """Publish the batches of one account, and add the outcomes of each."""
        producer = facts.world.accounts[account].organisation
        objects = [checked for batch in batches for checked in batch.objects]
        publishers = {checked.id: grounds.publishers.get(checked.id, _NOBODY) for checked in objects}
        stored = own_rows(database, producer, [name for name, known in publishers.items() if producer in known])
        versions = self._versions(stored, facts)
        others = frozenset(name for name, known in publishers.items() if known - {producer})
        markings = self._known_markings(database, objects, account, facts)
        levels = newest_levels(database, producer, {name for checked in objects for name in checked.refs})
        additions: list[Addition] = []
        at = instant_of(now)
        stored_at = Tick(max(now, grounds.head.tick + 1))
        for batch in batches:
            docket = Docket(
                batch=batch,
                stored_at=stored_at,
                overtaken=_overtaken(database, producer, batch, versions),
                producer=producer,
                identities=facts.identities,
                number=self._numbers[batch.collection.id],
                versions=versions,
                others=others,
                markings=markings,
                levels=_levels(batch, levels),
            )
            outcomes[batch.submission] = [docket.hear(checked, at=at) for checked in batch.objects]
            additions += docket.additions
        changed = {addition.checked.id for addition in additions}
        return Placement(database, grounds.head, facts, producer).write(
            [placed for placed in stored if placed.row.object_id in changed], additions, now=now
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
        self, database: Database, objects: Sequence[CheckedObject], account: AccountId, facts: Facts
    ) -> dict[StixId, list[Marking]]:
        """Return what marking references mean: the producer's own definition, else all that the account may read."""
        references = {reference for checked in objects for reference in checked.marking_refs}
        if not references:
            return {}
        producer = facts.world.accounts[account].organisation
        readable = self._clearances.readable(facts, account)
        own: dict[StixId, list[Marking]] = defaultdict(list)
        seen: dict[StixId, list[Marking]] = defaultdict(list)
        for found in find_markings(database, references):
            if found.producer == producer:
                own[found.id].append(found.marking)
            elif found.guard in readable:
                seen[found.id].append(found.marking)
        return {**seen, **own}


def _overtaken(
    database: Database, producer: OrganisationId, batch: Batch, versions: Mapping[StixId, Sequence[StoredVersion]]
) -> frozenset[StixId]:
    """Return the objects without versions of which something else was published while the batch waited, if it has."""
    if not batch.waited:
        return frozenset()
    known = [checked.id for checked in batch.objects if checked.version is None and versions.get(checked.id)]
    return published_since(database, producer, known, since=batch.received, but_by=batch.submission)


def _levels(batch: Batch, stored: Mapping[StixId, Level]) -> dict[StixId, Level]:
    """Return the levels of what the batch refers to: the stored, and those of its envelope where they are higher."""
    references = {reference for checked in batch.objects for reference in checked.refs}
    levels = {name: stored[name] for name in references & stored.keys()}
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
