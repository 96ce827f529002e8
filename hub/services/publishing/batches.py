"""What of a submission is published together, in which order, and at which levels its objects refer to one another."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final

from hub.domain.catalogue import Collection
from hub.domain.identifiers import AccountId, StixId, SubmissionId, Tick
from hub.domain.submissions import CheckedObject
from hub.store.log.rows import Level

MARKING_DEFINITION: Final = "marking-definition"


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Objects of one submission to publish together. `levels` are those of its whole envelope.

    Whether it `waited` between being received, an instant of the log's clock then, and being published.
    """

    submission: SubmissionId
    account: AccountId
    collection: Collection
    received: Tick
    objects: Sequence[CheckedObject]
    levels: Mapping[StixId, Level]
    waited: bool = False

    @property
    def brings(self) -> frozenset[StixId]:
        """The ids of its objects."""
        return frozenset(checked.id for checked in self.objects)

    @property
    def names(self) -> frozenset[StixId]:
        """These, and the ids that its objects refer to or are marked with."""
        return self.brings.union(*(checked.refs | checked.marking_refs for checked in self.objects))


def are_apart(one: Batch, other: Batch) -> bool:
    """Whether neither batch brings an object that the other one brings, refers to or is marked with."""
    return one.brings.isdisjoint(other.names) and other.brings.isdisjoint(one.names)


def envelope_levels(objects: Sequence[CheckedObject], collection: Collection) -> dict[StixId, Level]:
    """Return the levels of those objects of an envelope to which others of it refer.

    It is the highest where one id occurs more than once.
    """
    referred = {name for checked in objects for name in checked.refs}
    levels: dict[StixId, Level] = {}
    for checked in objects if referred else ():
        if checked.id not in referred:
            continue
        tlp = collection.default_tlp if checked.tlp is None else checked.tlp
        known = levels.get(checked.id)
        levels[checked.id] = Level(tlp if known is None else max(known.tlp, tlp), checked.observable)
    return levels


def in_publishing_order(objects: Iterable[CheckedObject]) -> list[CheckedObject]:
    """Put marking-definitions before what they mark, SCOs before what refers to them, the rest as in the envelope."""
    definitions: list[CheckedObject] = []
    observables: list[CheckedObject] = []
    others: list[CheckedObject] = []
    for checked in sorted(objects, key=lambda checked: checked.position):
        if checked.type == MARKING_DEFINITION:
            definitions.append(checked)
        else:
            (observables if checked.observable else others).append(checked)
    return [
        *_needed_first(definitions, lambda checked: checked.marking_refs),
        *_needed_first(observables, lambda checked: checked.refs),
        *others,
    ]


def _needed_first(
    objects: Sequence[CheckedObject], needs: Callable[[CheckedObject], AbstractSet[StixId]]
) -> list[CheckedObject]:
    """Put each object after those it needs; of a circle somewhere a first one is taken. Nothing here recurses."""
    named: dict[StixId, list[CheckedObject]] = defaultdict(list)
    for checked in objects:
        named[checked.id].append(checked)
    ordered: list[CheckedObject] = []
    met: set[int] = set()
    waiting = [(checked, False) for checked in reversed(objects)]
    while waiting:
        checked, needs_are_met = waiting.pop()
        if needs_are_met:
            ordered.append(checked)
        elif checked.position not in met:
            met.add(checked.position)
            waiting.append((checked, True))
            needed = (each for name in needs(checked) & named.keys() for each in named[name])
            waiting += [(each, False) for each in sorted(needed, key=lambda each: -each.position)]
    return ordered
