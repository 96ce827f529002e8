"""SR-09 to SR-11: what agreements close and open between members, and how near the nearest clause came."""

from dataclasses import replace
from datetime import timedelta

import pytest

from hub.domain.agreements import AgreementState, Clause, Effect, Reach
from hub.domain.handling import Tlp
from hub.domain.identifiers import MemberCode, OrganisationId
from hub.policy.world import World
from tests.unit.policy.countries import NOW, START, agreement, answer, ask, audience, clause, handling, region

GRANTED = "allow SR-10 agreement"
MISSED = "deny SR-11 no-agreement"
EXCLUDED = "deny SR-09 excluded"


def under(terms: Clause) -> World:
    """Return the region under one agreement of one clause."""
    return region(agreement(terms))


def miss(world: World, reader: str, tlp: Tlp, *, producer: str = "fj-cert", days_old: float = 0) -> str | None:
    """Return the nearest miss of a denial by SR-11."""
    decision = ask(world, reader, handling(tlp, producer=producer), days_old=days_old)
    assert (decision.allowed, decision.rule) == (False, "SR-11")
    return decision.miss


def test_SR_09_an_exclusion_in_force_closes_what_a_permit_opens() -> None:
    no = agreement(name="no", effect=Effect.EXCLUDE)
    decision = ask(region(agreement(), no), "pg-cert/ana", handling(Tlp.GREEN))
    assert (decision.allowed, decision.rule, decision.reason) == (False, "SR-09", "excluded")
    assert (decision.agreement, decision.agreement_version, decision.clause) == ("no", 1, "1")


def test_SR_09_an_exclusion_heeds_origin_and_destination_alone() -> None:
    narrow = replace(clause(), tlp_max=Tlp.CLEAR, types=frozenset(), purposes=frozenset(), max_age_days=1)
    world = region(agreement(), agreement(narrow, name="no", effect=Effect.EXCLUDE))
    assert answer(world, "pg-cert/ana", handling(Tlp.AMBER), days_old=9) == EXCLUDED


def test_SR_09_an_exclusion_is_one_way() -> None:
    both = clause(origins=["FJ", "PG"], destinations=["FJ", "PG"])
    world = region(agreement(both), agreement(name="no", effect=Effect.EXCLUDE))
    assert answer(world, "fj-cert/ana", handling(Tlp.GREEN, producer="pg-cert")) == GRANTED


def test_SR_09_an_exclusion_not_in_force_closes_nothing() -> None:
    no = replace(agreement(name="no", effect=Effect.EXCLUDE), state=AgreementState.SUSPENDED)
    assert answer(region(agreement(), no), "pg-cert/ana", handling(Tlp.GREEN)) == GRANTED


def test_SR_09_closes_to_named_accounts_too() -> None:
    world = region(agreement(), agreement(name="no", effect=Effect.EXCLUDE))
    assert answer(world, "pg-cert/ana", handling(Tlp.RED, audience("pg-cert/ana"))) == EXCLUDED


def test_SR_10_a_grant_cites_agreement_version_and_clause() -> None:
    second = replace(agreement(clause("7")), version=2)
    decision = ask(region(second), "pg-cert/ana", handling(Tlp.AMBER))
    assert (decision.allowed, decision.rule, decision.reason) == (True, "SR-10", "agreement")
    assert (decision.agreement, decision.agreement_version, decision.clause) == ("fj-pg", 2, "7")


def test_SR_10_the_first_granting_clause_is_cited_by_agreement_then_number_as_people_count() -> None:
    early, late = agreement(clause("10"), clause("2"), name="a"), agreement(clause("1"), name="b")
    decision = ask(region(late, early), "pg-cert/ana", handling(Tlp.GREEN))
    assert (decision.agreement, decision.clause) == ("a", "2")


def test_SR_10_a_clause_that_misses_is_passed_over_for_the_next() -> None:
    world = region(agreement(replace(clause("1"), tlp_max=Tlp.CLEAR), clause("2")))
    assert ask(world, "pg-cert/ana", handling(Tlp.GREEN)).clause == "2"


def test_SR_10_numbers_come_before_names() -> None:
    world = region(agreement(clause("annex"), clause("30")))
    assert ask(world, "pg-cert/ana", handling(Tlp.GREEN)).clause == "30"


def test_SR_10_everywhere_means_every_active_member() -> None:
    world = under(clause(origins=["*"], destinations=["*"]))
    assert answer(world, "sg-cert/ana", handling(Tlp.GREEN)) == GRANTED
    assert answer(world, "sg-cert/ana", handling(Tlp.GREEN, producer="mx-cert")) == GRANTED


def test_SR_10_an_observer_is_covered_only_by_name() -> None:
    assert miss(under(clause(destinations=["*"])), "la-cert/ana", Tlp.GREEN) == "none"
    assert answer(under(clause(destinations=["LA"])), "la-cert/ana", handling(Tlp.GREEN)) == GRANTED


def test_SR_10_beside_other_names_a_star_is_only_a_name() -> None:
    assert miss(under(clause(destinations=["*", "SG"])), "pg-cert/ana", Tlp.GREEN) == "none"
    assert miss(under(clause(origins=["*", "SG"])), "pg-cert/ana", Tlp.GREEN) == "none"
    assert answer(under(clause(destinations=["*", "SG"])), "sg-cert/ana", handling(Tlp.GREEN)) == GRANTED


def test_SR_10_the_hub_itself_is_an_origin_only_where_every_one_is() -> None:
    green = handling(Tlp.GREEN, producer="hub")
    assert answer(under(clause(origins=["*"])), "pg-cert/ana", green) == GRANTED
    assert answer(under(clause(origins=["FJ"])), "pg-cert/ana", green) == MISSED


def test_SR_10_type_ceiling_and_purpose_let_through_what_they_name() -> None:
    terms = replace(
        clause(), types=frozenset({"indicator"}), tlp_max=Tlp.AMBER, purposes=frozenset({"network-defence"})
    )
    assert answer(under(terms), "pg-cert/ana", handling(Tlp.AMBER)) == GRANTED


def test_SR_10_exactly_max_age_days_still_passes() -> None:
    world = under(replace(clause(), max_age_days=30))
    assert answer(world, "pg-cert/ana", handling(Tlp.GREEN), days_old=30) == GRANTED
    assert answer(world, "pg-cert/ana", handling(Tlp.GREEN), days_old=30 + 1e-9) == MISSED


def test_SR_10_a_constituents_amber_crosses_the_border_only_by_its_own_consent() -> None:
    for tlp in (Tlp.AMBER, Tlp.AMBER_STRICT):
        assert answer(under(clause()), "pg-cert/ana", handling(tlp, producer="fj-water")) == GRANTED
        assert answer(under(clause()), "pg-cert/ana", handling(tlp, producer="fj-bank")) == MISSED
    assert answer(under(clause()), "pg-cert/ana", handling(Tlp.GREEN, producer="fj-bank")) == GRANTED


def test_SR_10_green_reaches_everybody_at_the_receiving_member() -> None:
    assert answer(under(clause()), "pg-mine/ana", handling(Tlp.GREEN)) == GRANTED


def test_SR_10_red_reaches_the_named_account_wherever_it_sits() -> None:
    assert answer(under(clause()), "pg-mine/ana", handling(Tlp.RED, audience("pg-mine/ana"))) == GRANTED


def test_SR_10_red_abroad_without_an_agreement_reaches_nobody() -> None:
    assert answer(region(), "pg-mine/ana", handling(Tlp.RED, audience("pg-mine/ana"))) == MISSED


@pytest.mark.parametrize("tlp", [Tlp.AMBER, Tlp.AMBER_STRICT])
def test_SR_10_the_ambers_reach_the_cert_the_recipients_and_those_named(tlp: Tlp) -> None:
    world = under(replace(clause(), recipients=frozenset({OrganisationId("pg-mine")})))
    assert answer(world, "pg-cert/ana", handling(tlp)) == GRANTED
    assert answer(world, "pg-mine/ana", handling(tlp)) == GRANTED
    assert answer(world, "pg-grid/ana", handling(tlp, audience("pg-grid"))) == GRANTED
    assert answer(world, "pg-grid/ana", handling(tlp, audience("pg-grid/ana"))) == GRANTED
    assert answer(world, "pg-grid/ana", handling(tlp, audience("PG"))) == MISSED
    assert answer(world, "pg-grid/ana", handling(tlp)) == MISSED


def test_SR_10_amber_reaches_constituents_where_the_clause_says_so_and_strict_does_not() -> None:
    world = under(replace(clause(), reach=Reach.CONSTITUENTS))
    assert answer(world, "pg-grid/ana", handling(Tlp.AMBER)) == GRANTED
    assert answer(world, "pg-grid/ana", handling(Tlp.AMBER_STRICT)) == MISSED


def test_SR_10_constituents_are_those_served_by_a_cert_of_their_own_member() -> None:
    world = under(replace(clause(), reach=Reach.CONSTITUENTS))
    assert answer(world, "pg-mine/ana", handling(Tlp.AMBER)) == MISSED
    assert answer(world, "pg-abroad/ana", handling(Tlp.AMBER)) == MISSED


def test_SR_10_counts_only_permits() -> None:
    no = replace(agreement(effect=Effect.EXCLUDE), valid_until=NOW)
    assert miss(region(no), "pg-cert/ana", Tlp.GREEN) == "none"


def test_SR_10_another_version_of_the_agreement_speaks_for_itself() -> None:
    draft = replace(agreement(), version=2, state=AgreementState.DRAFT)
    assert ask(region(draft, agreement()), "pg-cert/ana", handling(Tlp.GREEN)).agreement_version == 1


def test_SR_11_the_nearest_miss_is_the_furthest_step() -> None:
    """Each clause stumbles one step later than the one before, and each time the decision names the later step."""
    none = clause(destinations=["SG"])
    steps = {
        "none": agreement(none, name="a"),
        "not-in-force": replace(agreement(name="b"), state=AgreementState.SUSPENDED),
        "type": agreement(replace(clause(), types=frozenset({"malware"})), name="c"),
        "tlp-ceiling": agreement(replace(clause(), tlp_max=Tlp.GREEN), name="d"),
        "purpose": agreement(replace(clause(), purposes=frozenset({"research"})), name="e"),
        "age": agreement(replace(clause(), max_age_days=1), name="f"),
    }
    standing = []
    for step, one in steps.items():
        standing.append(one)
        assert miss(region(*standing), "pg-grid/ana", Tlp.AMBER, producer="fj-bank", days_old=2) == step
        assert miss(region(*reversed(standing)), "pg-grid/ana", Tlp.AMBER, producer="fj-bank", days_old=2) == step


def test_SR_11_consent_is_a_nearer_miss_than_age_and_reach_nearer_still() -> None:
    aged = agreement(replace(clause(), max_age_days=1), name="a")
    whole = agreement(name="b")
    assert miss(region(aged, whole), "pg-grid/ana", Tlp.AMBER, producer="fj-bank", days_old=2) == "consent"
    assert miss(region(aged, whole), "pg-grid/ana", Tlp.AMBER, producer="fj-water", days_old=2) == "reach"


def test_SR_11_cites_no_agreement() -> None:
    decision = ask(region(replace(agreement(), valid_until=NOW)), "pg-cert/ana", handling(Tlp.GREEN))
    assert (decision.agreement, decision.agreement_version, decision.clause) == (None, None, None)


@pytest.mark.parametrize("state", [state for state in AgreementState if state is not AgreementState.ACTIVE])
def test_SR_11_an_agreement_that_is_not_active_is_not_in_force(state: AgreementState) -> None:
    assert miss(region(replace(agreement(), state=state)), "pg-cert/ana", Tlp.GREEN) == "not-in-force"


def test_SR_11_an_agreement_that_a_party_has_not_signed_is_not_in_force() -> None:
    unsigned = replace(agreement(), signed_by=frozenset({MemberCode("FJ"), MemberCode("SG")}))
    assert miss(region(unsigned), "pg-cert/ana", Tlp.GREEN) == "not-in-force"


def test_SR_11_an_agreement_without_parties_needs_no_signature() -> None:
    baseline = replace(agreement(), parties=frozenset(), signed_by=frozenset())
    assert answer(region(baseline), "pg-cert/ana", handling(Tlp.GREEN)) == GRANTED


def test_SR_11_an_agreement_is_in_force_from_its_first_instant_up_to_its_last() -> None:
    moment = timedelta(microseconds=1)
    world = region(replace(agreement(), valid_from=START, valid_until=NOW))
    green = handling(Tlp.GREEN)
    assert answer(world, "pg-cert/ana", green, at=START - moment) == MISSED
    assert answer(world, "pg-cert/ana", green, at=START) == GRANTED
    assert answer(world, "pg-cert/ana", green, at=NOW - moment) == GRANTED
    assert answer(world, "pg-cert/ana", green, at=NOW) == MISSED


def test_SR_10_cites_words_in_their_own_order_and_after_numbers() -> None:
    words = [clause("c"), clause("a"), clause("b")]
    assert ask(region(agreement(*words)), "pg-cert/ana", handling(Tlp.GREEN)).clause == "a"
    assert ask(region(agreement(*words, clause("9"))), "pg-cert/ana", handling(Tlp.GREEN)).clause == "9"
