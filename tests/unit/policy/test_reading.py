"""SR-01 to SR-08: the rules of reading that ask no agreement."""

from dataclasses import replace

import pytest

from hub.domain.agreements import Effect
from hub.domain.directory import MemberStatus
from hub.domain.handling import Tlp
from hub.domain.identifiers import AccountId, MemberCode, OrganisationId
from tests.unit.policy.countries import REGION, agreement, answer, audience, clause, handling, region

AMBERS = (Tlp.AMBER, Tlp.AMBER_STRICT)


def test_SR_01_an_inactive_account_reads_nothing() -> None:
    ana = AccountId("fj-cert/ana")
    world = replace(REGION, accounts={**REGION.accounts, ana: replace(REGION.accounts[ana], active=False)})
    assert answer(world, "fj-cert/ana", handling(Tlp.CLEAR)) == "deny SR-01 inactive"
    assert answer(world, "fj-cert/ben", handling(Tlp.CLEAR)) == "allow SR-02 own-organisation"


def test_SR_01_an_account_of_an_inactive_organisation_reads_nothing() -> None:
    cert = OrganisationId("pg-cert")
    closed = replace(REGION.organisations[cert], active=False)
    world = replace(REGION, organisations={**REGION.organisations, cert: closed})
    assert answer(world, "pg-cert/ana", handling(Tlp.CLEAR)) == "deny SR-01 inactive"


def test_SR_01_a_reader_of_a_suspended_member_reads_not_even_its_own() -> None:
    assert answer(REGION, "mx-cert/ana", handling(Tlp.CLEAR)) == "deny SR-01 inactive"
    assert answer(REGION, "mx-cert/ana", handling(Tlp.CLEAR, producer="mx-cert")) == "deny SR-01 inactive"


def test_SR_01_an_observer_is_not_inactive() -> None:
    assert answer(REGION, "la-cert/ana", handling(Tlp.CLEAR)) == "allow SR-05 clear"


def test_SR_01_content_of_a_suspended_member_stays_readable() -> None:
    assert answer(REGION, "fj-cert/ana", handling(Tlp.CLEAR, producer="mx-cert")) == "allow SR-05 clear"


@pytest.mark.parametrize("tlp", Tlp)
def test_SR_02_the_producer_reads_its_own_whatever_its_marking(tlp: Tlp) -> None:
    own = replace(handling(tlp, audience("sg-cert")), unknown_marking=True)
    assert answer(REGION, "fj-cert/ben", own) == "allow SR-02 own-organisation"


def test_SR_02_the_hub_reads_its_own() -> None:
    assert answer(REGION, "hub/ana", handling(Tlp.AMBER, producer="hub")) == "allow SR-02 own-organisation"


def test_SR_03_an_unknown_marking_closes_to_all_but_the_producer() -> None:
    closed = replace(handling(Tlp.CLEAR), unknown_marking=True)
    for reader in ("fj-water/ana", "pg-cert/ana", "hub/ana"):
        assert answer(REGION, reader, closed) == "deny SR-03 unknown-marking"


def test_SR_03_comes_before_the_audience() -> None:
    closed = replace(handling(Tlp.GREEN, audience("fj-water/ana")), unknown_marking=True)
    assert answer(REGION, "fj-water/ana", closed) == "deny SR-03 unknown-marking"
    assert answer(REGION, "fj-bank/ana", closed) == "deny SR-03 unknown-marking"


@pytest.mark.parametrize("name", ["PG", "pg-grid", "pg-grid/ana"])
def test_SR_04_an_audience_lets_past_whom_it_names_by_member_organisation_or_account(name: str) -> None:
    narrowed = handling(Tlp.CLEAR, audience(name))
    assert answer(REGION, "pg-grid/ana", narrowed) == "allow SR-05 clear"
    assert answer(REGION, "sg-cert/ana", narrowed) == "deny SR-04 not-in-audience"


def test_SR_04_an_audience_of_one_account_shuts_out_its_colleagues() -> None:
    assert answer(REGION, "pg-grid/ben", handling(Tlp.CLEAR, audience("pg-grid/ana"))) == "deny SR-04 not-in-audience"


def test_SR_04_several_audiences_must_all_name_the_reader() -> None:
    both = handling(Tlp.CLEAR, audience("PG", "SG"), audience("pg-grid", "FJ"))
    assert answer(REGION, "pg-grid/ana", both) == "allow SR-05 clear"
    assert answer(REGION, "pg-cert/ana", both) == "deny SR-04 not-in-audience"
    assert answer(REGION, "fj-water/ana", both) == "deny SR-04 not-in-audience"


def test_SR_04_an_audience_that_names_nobody_is_for_nobody() -> None:
    assert answer(REGION, "fj-water/ana", handling(Tlp.CLEAR, audience())) == "deny SR-04 not-in-audience"
    assert answer(REGION, "pg-cert/ana", handling(Tlp.GREEN, audience(), audience("PG"))) == (
        "deny SR-04 not-in-audience"
    )


@pytest.mark.parametrize("reader", ["fj-uni/ana", "pg-mine/ben", "la-cert/ana", "hub/ana"])
def test_SR_05_clear_is_for_every_active_reader(reader: str) -> None:
    assert answer(REGION, reader, handling(Tlp.CLEAR)) == "allow SR-05 clear"


def test_SR_05_clear_passes_an_exclusion() -> None:
    world = region(agreement(name="no", effect=Effect.EXCLUDE))
    assert answer(world, "pg-cert/ana", handling(Tlp.CLEAR)) == "allow SR-05 clear"


@pytest.mark.parametrize("tlp", [Tlp.GREEN, Tlp.AMBER, Tlp.AMBER_STRICT, Tlp.RED])
def test_SR_06_running_the_hub_is_no_reason_to_read(tlp: Tlp) -> None:
    world = region(agreement(clause(origins=["*"], destinations=["*"])))
    assert answer(world, "hub/ana", handling(tlp)) == "deny SR-06 hub-staff"
    assert answer(world, "hub/ana", handling(tlp, audience("hub/ana"))) == "deny SR-06 hub-staff"


@pytest.mark.parametrize("names", [[], [["FJ", "PG"]], [["fj-water", "pg-cert"]]])
def test_SR_07_red_needs_a_named_account(names: list[list[str]]) -> None:
    red = handling(Tlp.RED, *(audience(*some) for some in names))
    assert answer(region(agreement()), "fj-water/ana", red) == "deny SR-07 red-not-named"
    assert answer(region(agreement()), "pg-cert/ana", red) == "deny SR-07 red-not-named"


def test_SR_07_one_of_several_audiences_may_name_the_account() -> None:
    red = handling(Tlp.RED, audience("FJ"), audience("fj-water/ana"))
    assert answer(REGION, "fj-water/ana", red) == "allow SR-08 red-named"


def test_SR_07_a_national_cert_is_not_named_by_its_office() -> None:
    assert answer(REGION, "fj-cert/ana", handling(Tlp.RED, producer="fj-water")) == "deny SR-07 red-not-named"


def test_SR_08_red_at_home_is_for_the_accounts_named() -> None:
    red = handling(Tlp.RED, audience("fj-bank/ana"))
    assert answer(REGION, "fj-bank/ana", red) == "allow SR-08 red-named"
    assert answer(REGION, "fj-bank/ben", red) == "deny SR-04 not-in-audience"


@pytest.mark.parametrize("reader", ["fj-water/ana", "fj-bank/ben", "fj-branch/ana", "fj-uni/ana"])
def test_SR_08_green_at_home_is_for_everybody(reader: str) -> None:
    assert answer(REGION, reader, handling(Tlp.GREEN)) == "allow SR-08 green-domestic"


@pytest.mark.parametrize("tlp", AMBERS)
def test_SR_08_the_national_cert_reads_the_ambers_of_its_country(tlp: Tlp) -> None:
    assert answer(REGION, "fj-cert/ana", handling(tlp, producer="fj-uni")) == "allow SR-08 national-cert"


@pytest.mark.parametrize("tlp", AMBERS)
@pytest.mark.parametrize("name", ["fj-uni", "fj-uni/ana"])
def test_SR_08_the_ambers_at_home_are_for_those_named(tlp: Tlp, name: str) -> None:
    assert answer(REGION, "fj-uni/ana", handling(tlp, audience(name))) == "allow SR-08 named"


def test_SR_08_being_named_as_a_member_is_not_being_named_for_amber() -> None:
    assert answer(REGION, "fj-uni/ana", handling(Tlp.AMBER, audience("FJ"))) == "deny SR-08 amber-not-client"


def test_SR_08_amber_at_home_is_for_the_producers_clients() -> None:
    assert answer(REGION, "fj-bank/ana", handling(Tlp.AMBER)) == "allow SR-08 client-of-producer"
    assert answer(REGION, "fj-uni/ana", handling(Tlp.AMBER)) == "deny SR-08 amber-not-client"


def test_SR_08_a_client_of_a_client_is_no_client() -> None:
    assert answer(REGION, "fj-branch/ana", handling(Tlp.AMBER)) == "deny SR-08 amber-not-client"


def test_SR_08_amber_does_not_flow_from_the_client_to_its_fellow() -> None:
    assert answer(REGION, "fj-bank/ana", handling(Tlp.AMBER, producer="fj-water")) == "deny SR-08 amber-not-client"


def test_SR_08_strict_stays_in_the_organisation() -> None:
    assert answer(REGION, "fj-bank/ana", handling(Tlp.AMBER_STRICT)) == "deny SR-08 strict-organisation"


def test_SR_08_no_agreement_changes_what_holds_at_home() -> None:
    home = clause(origins=["FJ"], destinations=["FJ"])
    permit, exclude = agreement(home), agreement(home, name="no", effect=Effect.EXCLUDE)
    assert answer(region(permit), "fj-uni/ana", handling(Tlp.AMBER)) == "deny SR-08 amber-not-client"
    assert answer(region(exclude), "fj-bank/ana", handling(Tlp.AMBER)) == "allow SR-08 client-of-producer"


def test_SR_08_is_about_the_member_and_not_the_service() -> None:
    """An organisation abroad is no domestic client, whoever serves it."""
    assert answer(REGION, "pg-abroad/ana", handling(Tlp.AMBER)) == "deny SR-11 no-agreement"


def test_SR_08_an_observer_has_a_home_too() -> None:
    member = REGION.members[MemberCode("LA")]
    assert member.status is MemberStatus.OBSERVER
    green = handling(Tlp.GREEN, producer="la-cert")
    bank = replace(REGION.organisations[OrganisationId("fj-uni")], member=member.code)
    world = replace(REGION, organisations={**REGION.organisations, bank.id: bank})
    assert answer(world, "fj-uni/ana", green) == "allow SR-08 green-domestic"
