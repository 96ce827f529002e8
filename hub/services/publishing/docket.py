"""The cases of one batch: what was known beforehand, and what each verdict adds for the next case."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Final

from hub.domain.clock import timestamp_of
from hub.domain.handling import Handling, Tlp
from hub.domain.identifiers import OrganisationId, StixId, Tick
from hub.domain.submissions import CheckedObject, Marking, Outcome, StoredVersion
from hub.policy.classify import classify
from hub.policy.publishing import PublishFacts, judge
from hub.services.publishing.batches import Batch
from hub.services.publishing.placing import Addition
from hub.stix.tlp import LEVELS
from hub.store.log.rows import Level

LANGUAGE_CONTENT: Final = "language-content"
_NONE: Final[frozenset[StixId]] = frozenset()
_NO_LEVELS: Final[Mapping[StixId, Tlp]] = MappingProxyType({})


@dataclass(slots=True, kw_only=True)
class Docket:
    """Hears the objects of a batch one after another; `additions` is what is to be stored.

    The TLP marking-definitions are nobody's: validation lets only canonical bodies pass, and any bundle may bring them.
    `stored_at` is later than all that the log holds. `overtaken` are the objects without versions of which something
    was published while the submission waited. `number` is the collection's in the store; `versions` are the producer's
    own by object, in whatever collection; `others` the ids that other organisations have published; `markings` what
    marking references mean; `levels` those of objects that may be referred to: the highest of what is stored and what
    the envelope holds, until a newest version from it is accepted.
    """

    batch: Batch
    stored_at: Tick
    overtaken: frozenset[StixId]
    producer: OrganisationId
    identities: Mapping[StixId, OrganisationId]
    number: int
    versions: defaultdict[StixId, list[StoredVersion]]
    others: frozenset[StixId]
    markings: dict[StixId, list[Marking]]
    levels: dict[StixId, Level]
    additions: list[Addition] = field(default_factory=list)
    _handlings: dict[tuple[str, Tlp | None, frozenset[StixId]], Handling] = field(default_factory=dict)

    def hear(self, checked: CheckedObject, *, at: datetime) -> Outcome:
        """Judge one object and keep it where it is accepted and not there already."""
        handling = self._handling(checked)
        versions = self.versions[checked.id]
        verdict = judge(self._facts(checked, handling, versions), at=at)
        version = checked.version or timestamp_of(self.batch.received)
        if verdict.code is not None:
            return Outcome(
                position=checked.position,
                id=checked.id,
                version=version,
                code=verdict.code,
                sentence=verdict.sentence,
            )
        twin = self._twin(checked, versions) if versions else None
        version = self._keep(checked, handling, versions) if twin is None else twin.version
        warnings = (*checked.warnings, *verdict.warnings)
        return Outcome(position=checked.position, id=checked.id, version=version, sentence="; ".join(warnings) or None)

    def _handling(self, checked: CheckedObject) -> Handling:
        """Class an object, once for all that are marked alike as long as no marking gets another meaning."""
        key = (checked.type, checked.tlp, checked.marking_refs)
        known = self._handlings.get(key)
        if known is None:
            known = self._handlings[key] = classify(
                checked, producer=self.producer, default_tlp=self.batch.collection.default_tlp, markings=self.markings
            )
        return known

    def _facts(self, checked: CheckedObject, handling: Handling, versions: list[StoredVersion]) -> PublishFacts:
        return PublishFacts(
            object=checked,
            handling=handling,
            creator=None if checked.created_by_ref is None else self.identities.get(checked.created_by_ref),
            unknown_refs=frozenset(checked.marking_refs - self.markings.keys()) if checked.marking_refs else _NONE,
            published_by_others=checked.id in self.others and checked.id not in LEVELS,
            stored=tuple(versions),
            referenced_levels=self._levels_of(checked) if checked.refs else _NO_LEVELS,
            default_applied=self.batch.collection.default_tlp if checked.tlp is None else None,
        )

    def _levels_of(self, checked: CheckedObject) -> dict[StixId, Tlp]:
        """Return the levels of what an object would give away."""
        return {
            name: self.levels[name].tlp
            for name in checked.refs
            if name in self.levels and (self.levels[name].observable or checked.type == LANGUAGE_CONTENT)
        }

    def _twin(self, checked: CheckedObject, versions: list[StoredVersion]) -> StoredVersion | None:
        """Return the version in this collection that the object only repeats."""
        here = [version for version in versions if version.collection == self.batch.collection.id]
        if checked.version_tick is not None:
            return next((version for version in here if version.version_tick == checked.version_tick), None)
        newest = max(here, key=lambda version: version.version_tick, default=None)
        return newest if newest is not None and newest.digest == checked.digest else None

    def _keep(self, checked: CheckedObject, handling: Handling, versions: list[StoredVersion]) -> str:
        """Add the object and return its version; one that has none of its own is given one."""
        tick = checked.version_tick
        version = checked.version
        if tick is None or version is None:
            tick = self._instant(checked.id, versions)
            version = timestamp_of(tick)
        self.additions.append(
            Addition(
                checked=checked,
                collection=self.number,
                submission=self.batch.submission,
                version=version,
                version_tick=tick,
                handling=handling,
            )
        )
        versions.append(
            StoredVersion(
                collection=self.batch.collection.id,
                version=version,
                version_tick=tick,
                created=checked.created,
                created_by_ref=checked.created_by_ref,
                revoked=checked.revoked,
                digest=checked.digest,
                tlp=handling.tlp,
            )
        )
        if checked.id in self.levels and tick == max(known.version_tick for known in versions):
            self.levels[checked.id] = self.batch.levels[checked.id]
        if checked.defines is not None:
            self.markings[checked.id] = [checked.defines]
            self._handlings.clear()
        return version

    def _instant(self, name: StixId, versions: Iterable[StoredVersion]) -> Tick:
        """Return when an object is stored that has no version of its own: by the log's clock, which never goes back.

        When its envelope was received would show, beside where it stands, what else there was in that. It counts only
        where the object was published again meanwhile: that is newer, and stays so.
        """
        taken = {known.version_tick for known in versions}
        tick = self.batch.received if name in self.overtaken else self.stored_at
        while tick in taken:
            tick = Tick(tick + 1)
        return tick
