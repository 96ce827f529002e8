"""From an object and what its markings mean to the handling that the rules decide on."""

from collections.abc import Mapping, Sequence

from hub.domain.handling import Audience, Handling, Tlp
from hub.domain.identifiers import OrganisationId, StixId
from hub.domain.submissions import CheckedObject, Marking, MarkingKind


def classify(
    checked: CheckedObject,
    *,
    producer: OrganisationId,
    default_tlp: Tlp,
    markings: Mapping[StixId, Sequence[Marking]],
) -> Handling:
    """Return the handling of an object version.

    `markings` holds, for every marking reference that can be resolved, what is defined under that id; where several
    producers define it, all of them bind. A reference that is missing there is an unknown marking.
    """
    audiences: set[Audience] = set()
    unknown = False
    for reference in checked.marking_refs:
        defined = markings.get(reference, ())
        unknown = unknown or not defined
        for marking in defined:
            if marking.kind is MarkingKind.AUDIENCE and marking.audience is not None:
                audiences.add(marking.audience)
            elif marking.kind is not MarkingKind.STATEMENT:
                unknown = True
    return Handling(
        producer=producer,
        type=checked.type,
        tlp=default_tlp if checked.tlp is None else checked.tlp,
        audiences=frozenset(audiences),
        unknown_marking=unknown,
    )
