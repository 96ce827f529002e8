"""What of a submission is published together, in which order, and at which levels its objects refer to one another."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from hub.domain.catalogue import Collection
from hub.domain.identifiers import AccountId, StixId, SubmissionId, Tick
from hub.domain.submissions import CheckedObject
from hub.store.log.rows import Level

MARKING_DEFINITION: Final = "marking-definition"


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Objects of one submission to publish together. `levels` are those of its whole envelope."""

    submission: SubmissionId
    account: AccountId
    collection: Collection
    received: Tick
    objects: Sequence[CheckedObject]
    levels: Mapping[StixId, Level]


def envelope_levels(objects: Iterable[CheckedObject], collection: Collection) -> dict[StixId, Level]:
    """Return the level of each object of an envelope, the highest where one id occurs more than once."""
    levels: dict[StixId, Level] = {}
    for checked in objects:
        tlp = collection.default_tlp if checked.tlp is None else checked.tlp
        known = levels.get(checked.id)
        levels[checked.id] = Level(tlp if known is None else max(known.tlp, tlp), checked.observable)
    return levels


def in_publishing_order(objects: Iterable[CheckedObject]) -> list[CheckedObject]:
    """Put marking-definitions before what they mark, and everything else in the order of the envelope."""
    waiting = sorted(objects, key=lambda checked: (checked.type != MARKING_DEFINITION, checked.position))
    definitions = [checked for checked in waiting if checked.type == MARKING_DEFINITION]
    ordered: list[CheckedObject] = []
    while definitions:
        unmet = {checked.id for checked in definitions}
        ready = [checked for checked in definitions if not checked.marking_refs & unmet] or definitions
        ordered += ready
        definitions = [checked for checked in definitions if checked not in ready]
    return ordered + waiting[len(ordered) :]
