"""From markings to a handling: the level, the audiences, and what the hub cannot read."""

import dataclasses
from collections.abc import Mapping, Sequence

import pytest
from msgspec.structs import replace

from hub.domain.handling import Handling, Tlp
from hub.domain.identifiers import OrganisationId, StixId
from hub.domain.submissions import Marking, MarkingKind
from hub.policy.classify import classify
from tests.unit.policy.countries import audience, handling
from tests.unit.policy.test_publishing import INDICATOR

PROOF, PACIFIC, OTHERS, SCHEME = (
    StixId(f"marking-definition--5c1b6f3a-2a5e-4f0e-9a57-0d5c8b6f0a1{n}") for n in range(4)
)
PG, SG = audience("PG"), audience("SG", "pg-cert/ana")
KNOWN: Mapping[StixId, Sequence[Marking]] = {
    PROOF: [Marking(kind=MarkingKind.STATEMENT)],
    PACIFIC: [Marking(kind=MarkingKind.AUDIENCE, audience=PG)],
    OTHERS: [Marking(kind=MarkingKind.AUDIENCE, audience=SG)],
    SCHEME: [Marking(kind=MarkingKind.OTHER)],
}


def handled(
    *refs: StixId, tlp: Tlp | None = Tlp.GREEN, markings: Mapping[StixId, Sequence[Marking]] = KNOWN
) -> Handling:
    """Classify an indicator of `fj-cert` in a collection whose default is amber."""
    return classify(
        replace(INDICATOR, tlp=tlp, marking_refs=frozenset(refs)),
        producer=OrganisationId("fj-cert"),
        default_tlp=Tlp.AMBER,
        markings=markings,
    )


@pytest.mark.parametrize("tlp", Tlp)
def test_the_level_is_that_of_the_marking_be_it_below_the_default(tlp: Tlp) -> None:
    assert handled(tlp=tlp) == handling(tlp)


def test_without_a_tlp_marking_the_default_of_the_collection_holds() -> None:
    assert handled(tlp=None) == handling(Tlp.AMBER)
    assert handled(PACIFIC, tlp=None) == handling(Tlp.AMBER, PG)


def test_the_type_is_that_of_the_object() -> None:
    found = classify(
        replace(INDICATOR, type="malware"), producer=OrganisationId("pg-cert"), default_tlp=Tlp.RED, markings={}
    )
    assert found == handling(Tlp.GREEN, producer="pg-cert", type_="malware")


def test_a_statement_changes_nothing() -> None:
    assert handled(PROOF) == handling(Tlp.GREEN)


def test_every_audience_narrows() -> None:
    assert handled(PACIFIC) == handling(Tlp.GREEN, PG)
    assert handled(PACIFIC, OTHERS, PROOF) == handling(Tlp.GREEN, PG, SG)


def test_where_several_producers_define_a_marking_all_of_them_bind() -> None:
    both = {PACIFIC: [*KNOWN[PACIFIC], *KNOWN[OTHERS]]}
    assert handled(PACIFIC, markings=both) == handling(Tlp.GREEN, PG, SG)
    worse = {PACIFIC: [*KNOWN[PACIFIC], *KNOWN[SCHEME]]}
    assert handled(PACIFIC, markings=worse) == dataclasses.replace(handling(Tlp.GREEN, PG), unknown_marking=True)


@pytest.mark.parametrize(
    "markings",
    [
        {},
        {SCHEME: []},
        {SCHEME: [Marking(kind=MarkingKind.OTHER)]},
        {SCHEME: [Marking(kind=MarkingKind.AUDIENCE)]},
    ],
    ids=["missing", "defined-by-nobody", "of-another-kind", "an-audience-of-which-nothing-is-known"],
)
def test_SR_03_what_the_hub_cannot_read_is_an_unknown_marking(markings: Mapping[StixId, Sequence[Marking]]) -> None:
    assert handled(SCHEME, markings=markings) == dataclasses.replace(handling(Tlp.GREEN), unknown_marking=True)


@pytest.mark.parametrize("known", [PROOF, PACIFIC, OTHERS])
def test_SR_03_a_marking_that_is_known_does_not_make_up_for_one_that_is_not(known: StixId) -> None:
    gone = StixId("marking-definition--5c1b6f3a-2a5e-4f0e-9a57-0d5c8b6f0a00")
    for unknown in (SCHEME, gone):
        assert handled(unknown, known).unknown_marking
        assert handled(unknown, known).audiences == handled(known).audiences
