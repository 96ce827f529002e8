"""Every conflict has an agreement that makes it, and one beside it that does not."""

from dataclasses import replace
from datetime import timedelta

import pytest

from hub.domain.agreements import Agreement, Clause, Effect, Reach
from hub.domain.directory import MemberStatus
from hub.domain.handling import Tlp
from hub.domain.identifiers import MemberCode, OrganisationId
from hub.policy.changes.candidates import Adoption, MemberTurn, changed
from hub.policy.changes.conflicts.finding import conflicts_of, conflicts_told
from hub.policy.changes.conflicts.nouns import Citation, Conflict
from hub.policy.world import World
from tests.unit.policy.countries import NOW, REGION, agreement, clause, region

PLAIN = clause()
EXCLUDE = Effect.EXCLUDE


def _conflicts(adopted: Agreement, world: World = REGION, types: frozenset[str] | None = None) -> list[Conflict]:
    return list(conflicts_of(adopted, changed(world, Adoption(agreement=adopted)), at=NOW, types=types))


def _codes(adopted: Agreement, world: World = REGION, types: frozenset[str] | None = None) -> set[str]:
    return {conflict.code for conflict in _conflicts(adopted, world, types)}


def test_an_agreement_that_can_apply_conflicts_with_nothing() -> None:
    assert _codes(agreement(), types=frozenset({"indicator"})) == set()


@pytest.mark.parametrize(
    ("code", "idle"),
    [
        ("MEMBER_UNKNOWN", replace(PLAIN, destinations=frozenset({"PG", "AQ"}))),
        ("MEMBER_SUSPENDED", replace(PLAIN, destinations=frozenset({"PG", "MX"}))),
        ("ONLY_DOMESTIC", replace(PLAIN, destinations=frozenset({"FJ"}))),
        ("COVERS_NOBODY", replace(PLAIN, destinations=frozenset({"MX"}))),
        ("CEILING_CLEAR", replace(PLAIN, tlp_max=Tlp.CLEAR)),
        ("PURPOSE_UNDECLARED", replace(PLAIN, purposes=frozenset({"research", "marketing"}))),
        ("TYPE_UNSEEN", replace(PLAIN, types=frozenset({"indicator", "indicater"}))),
        ("RECIPIENT_ELSEWHERE", replace(PLAIN, recipients=frozenset({OrganisationId("sg-cert")}))),
        ("NOBODY_SERVED", replace(PLAIN, destinations=frozenset({"SG"}), reach=Reach.CONSTITUENTS)),
    ],
)
def test_a_clause_that_cannot_apply_is_found_where_it_stands(code: str, idle: Clause) -> None:
    adopted = agreement(replace(PLAIN, number="9"), idle, name="new")
    found = {each.code: each for each in _conflicts(adopted, types=frozenset({"indicator"}))}
    assert found[code].cites[0] == Citation(adopted.id, 1, "1")
    assert code not in _codes(agreement(name="new"), types=frozenset({"indicator"}))


def test_an_observer_is_not_reached_by_everybody() -> None:
    observers = replace(
        REGION, members={code: replace(each, status=MemberStatus.OBSERVER) for code, each in REGION.members.items()}
    )
    assert "COVERS_NOBODY" in _codes(agreement(clause(destinations="*")), observers)
    assert "COVERS_NOBODY" not in _codes(agreement(clause(destinations=["LA"])), observers)


def test_nobody_consents_where_there_is_no_cert() -> None:
    without = replace(
        REGION,
        organisations={
            name: each for name, each in REGION.organisations.items() if name not in ("fj-cert", "fj-water")
        },
    )
    assert "NOBODY_CONSENTS" in _codes(agreement(), without)
    assert "NOBODY_CONSENTS" not in _codes(agreement(replace(PLAIN, tlp_max=Tlp.GREEN)), without)
    assert "NOBODY_CONSENTS" not in _codes(agreement())


def test_an_agreement_that_is_over_is_said_to_be() -> None:
    assert "ALREADY_OVER" in _codes(replace(agreement(), valid_until=NOW))
    assert "ALREADY_OVER" not in _codes(replace(agreement(), valid_until=NOW + timedelta(seconds=1)))


def test_what_exclusions_close_wholly_is_shadowed_and_cites_them() -> None:
    one = agreement(clause(destinations=["PG"]), name="no-pg", effect=EXCLUDE)
    other = agreement(clause(destinations=["SG"]), name="no-sg", effect=EXCLUDE)
    wide = agreement(clause(destinations=["PG", "SG"]), name="wide")
    (shadowed,) = (each for each in _conflicts(wide, region(one, other)) if each.code == "SHADOWED")
    assert [citation.agreement for citation in shadowed.cites] == ["wide", "no-pg", "no-sg"]
    assert "SHADOWED" not in _codes(wide, region(one))


@pytest.mark.parametrize(
    "partial",
    [
        replace(PLAIN, tlp_max=Tlp.AMBER),
        replace(PLAIN, types=frozenset({"indicator"})),
        replace(PLAIN, purposes=frozenset({"research"})),
        replace(PLAIN, max_age_days=3),
    ],
)
def test_an_exclusion_that_names_a_part_closes_the_whole(partial: Clause) -> None:
    assert "EXCLUSION_IS_WHOLE" in _codes(agreement(partial, effect=EXCLUDE))
    assert "EXCLUSION_IS_WHOLE" not in _codes(agreement(effect=EXCLUDE))


@pytest.mark.parametrize(
    ("narrow", "wide"),
    [
        (PLAIN, clause(origins="*", destinations="*")),
        (replace(PLAIN, types=frozenset({"malware"})), PLAIN),
        (replace(PLAIN, max_age_days=3), replace(PLAIN, max_age_days=4)),
        (PLAIN, replace(PLAIN, reach=Reach.CONSTITUENTS)),
        (replace(PLAIN, tlp_max=Tlp.GREEN), PLAIN),
    ],
)
def test_a_clause_that_another_contains_is_redundant_and_the_other_is_not(narrow: Clause, wide: Clause) -> None:
    assert "REDUNDANT" in _codes(agreement(narrow, name="new"), region(agreement(wide, name="old")))
    assert "REDUNDANT" not in _codes(agreement(wide, name="new"), region(agreement(narrow, name="old")))


def test_of_two_equal_clauses_of_one_agreement_the_second_is_redundant() -> None:
    found = [each for each in _conflicts(agreement(PLAIN, replace(PLAIN, number="2"))) if each.code == "REDUNDANT"]
    assert [each.cites[0].clause for each in found] == ["2"]


def test_an_agreement_that_is_not_in_force_makes_nothing_redundant() -> None:
    later = replace(agreement(name="old"), valid_from=NOW + timedelta(days=1))
    assert "REDUNDANT" not in _codes(agreement(name="new"), region(later))


def test_a_limit_of_age_that_a_lower_clause_does_not_have_is_undercut() -> None:
    young = agreement(replace(PLAIN, max_age_days=3), name="new")
    lower = agreement(replace(PLAIN, tlp_max=Tlp.GREEN), name="old")
    assert _codes(young, region(lower)) == {"AGE_UNDERCUT"}
    assert _codes(agreement(name="new"), region(lower)) == set()


def test_an_excluded_member_may_be_reached_over_another() -> None:
    exclusion = agreement(clause(destinations=["SG"]), name="no-sg", effect=EXCLUDE)
    first = agreement(replace(clause(destinations=["PG"]), tlp_max=Tlp.AMBER), name="fj-pg")
    second = agreement(replace(clause(origins=["PG"], destinations=["SG"]), tlp_max=Tlp.GREEN), name="pg-sg")
    (way,) = _conflicts(second, region(exclusion, first))
    assert way.code == "ONWARD_PATH"
    assert [citation.agreement for citation in way.cites] == ["no-sg", "fj-pg", "pg-sg"]
    assert "PG may read FJ and pass it on to SG, up to green" in way.sentence
    assert [each.code for each in _conflicts(exclusion, region(first, second))] == ["ONWARD_PATH"]


@pytest.mark.parametrize(
    "harmless",
    [
        replace(clause(origins=["PG"], destinations=["SG"]), tlp_max=Tlp.CLEAR),
        replace(clause(origins=["PG"], destinations=["SG"]), types=frozenset({"tool"})),
        clause(origins=["SG"], destinations=["PG"]),
    ],
)
def test_what_nothing_can_pass_over_is_no_way_around(harmless: Clause) -> None:
    exclusion = agreement(clause(destinations=["SG"]), name="no-sg", effect=EXCLUDE)
    first = agreement(replace(clause(destinations=["PG"]), types=frozenset({"indicator"})), name="fj-pg")
    assert "ONWARD_PATH" not in _codes(agreement(harmless, name="new"), region(exclusion, first))


def test_a_way_that_is_excluded_itself_is_none() -> None:
    exclusion = agreement(clause(destinations=["SG"]), name="no-sg", effect=EXCLUDE)
    closed = agreement(clause(origins=["PG"], destinations=["SG"]), name="no-pg-sg", effect=EXCLUDE)
    world = region(exclusion, closed, agreement(name="fj-pg"))
    assert "ONWARD_PATH" not in _codes(agreement(clause(origins=["PG"], destinations=["SG"]), name="new"), world)


def test_a_party_is_told_only_what_rests_on_its_own_agreements() -> None:
    adopted = agreement(replace(PLAIN, purposes=frozenset({"marketing"})), name="new")
    world = changed(region(_foreign("old")), Adoption(agreement=adopted))
    assert {each.code for each in conflicts_of(adopted, world, at=NOW)} == {"REDUNDANT", "PURPOSE_UNDECLARED"}
    assert conflicts_told(adopted, world, MemberCode("FJ"), at=NOW) == ()


@pytest.mark.parametrize("effect", list(Effect))
def test_a_party_is_told_the_same_whatever_others_have_agreed(effect: Effect) -> None:
    """What others have agreed comes first, and would be cited in the place of what the party knows."""
    adopted, own = agreement(name="new"), agreement(name="own")
    told = [
        conflicts_told(adopted, changed(region(*others, own), Adoption(agreement=adopted)), MemberCode("FJ"), at=NOW)
        for others in ((), (replace(_foreign("first"), effect=effect),))
    ]
    assert [each.code for each in told[0]] == ["REDUNDANT"]
    assert told[0] == told[1]


def _foreign(name: str) -> Agreement:
    others = frozenset({MemberCode("SG")})
    known = agreement(clause(origins="*", destinations="*"), name=name)
    return replace(known, parties=others, signed_by=others)


def test_every_sentence_says_something_and_cites_the_agreement() -> None:
    suspended = changed(REGION, MemberTurn(member=MemberCode("PG"), status=MemberStatus.SUSPENDED))
    odd = Clause(number="1", origins=frozenset({"AQ"}), destinations=frozenset({"PG"}), tlp_max=Tlp.CLEAR)
    for conflict in _conflicts(agreement(odd), suspended):
        assert conflict.sentence.endswith(".")
        assert all(citation.agreement == "fj-pg" for citation in conflict.cites)
