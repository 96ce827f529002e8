"""Nothing means no: what is missing, empty, unknown or expired denies, and never raises."""

from dataclasses import replace
from datetime import timedelta

import pytest

from hub.domain.agreements import Clause
from hub.domain.directory import OrganisationKind
from hub.domain.handling import Audience, Tlp
from hub.domain.identifiers import AccountId, MemberCode, OrganisationId
from hub.policy.visibility import readable_age
from hub.policy.world import World
from tests.unit.policy.countries import NOW, REGION, account, agreement, answer, audience, clause, handling, region

INACTIVE = "deny SR-01 inactive"
MISSED = "deny SR-11 no-agreement"
EMPTY = World(members={}, organisations={}, accounts={}, agreements=())
EVERYWHERE = region(agreement(clause(origins=["*"], destinations=["*"])))


def without(world: World, *, members: str = "", organisations: str = "") -> World:
    """Return a world that knows one member or organisation less."""
    return replace(
        world,
        members={code: found for code, found in world.members.items() if code != members},
        organisations={name: found for name, found in world.organisations.items() if name != organisations},
    )


@pytest.mark.parametrize("reader", ["fj-cert/nobody", "nobody", "", "*"])
@pytest.mark.parametrize("world", [REGION, EMPTY])
def test_SR_01_an_unknown_account_reads_nothing(world: World, reader: str) -> None:
    assert answer(world, reader, handling(Tlp.CLEAR)) == INACTIVE
    assert readable_age(world, AccountId(reader), handling(Tlp.CLEAR), at=NOW) is None


def test_SR_01_an_account_of_an_unknown_organisation_reads_nothing() -> None:
    world = without(EVERYWHERE, organisations="pg-cert")
    assert answer(world, "pg-cert/ana", handling(Tlp.CLEAR)) == INACTIVE
    assert answer(world, "pg-cert/ana", handling(Tlp.CLEAR, producer="pg-cert")) == INACTIVE


def test_SR_01_an_account_of_an_unknown_member_reads_nothing() -> None:
    assert answer(without(EVERYWHERE, members="PG"), "pg-cert/ana", handling(Tlp.CLEAR)) == INACTIVE


def test_SR_01_an_organisation_of_no_member_reads_nothing_unless_it_is_the_hub() -> None:
    stateless = replace(REGION.organisations[OrganisationId("fj-uni")], member=None)
    world = replace(EVERYWHERE, organisations={**REGION.organisations, stateless.id: stateless})
    assert answer(world, "fj-uni/ana", handling(Tlp.CLEAR)) == INACTIVE
    assert stateless.kind is not OrganisationKind.HUB


@pytest.mark.parametrize("tlp", Tlp)
def test_SR_11_content_of_an_unknown_producer_is_denied_even_when_clear(tlp: Tlp) -> None:
    unknown = handling(tlp, audience("pg-cert/ana"), producer="atlantis-cert")
    assert answer(EVERYWHERE, "pg-cert/ana", unknown) == MISSED
    assert readable_age(EVERYWHERE, AccountId("pg-cert/ana"), unknown, at=NOW) is None


@pytest.mark.parametrize("tlp", Tlp)
def test_SR_11_content_of_a_producer_of_an_unknown_member_is_denied_even_when_clear(tlp: Tlp) -> None:
    world = without(EVERYWHERE, members="FJ")
    assert answer(world, "pg-cert/ana", handling(tlp, audience("pg-cert/ana"))) == MISSED


def test_SR_10_an_unknown_server_serves_nobody() -> None:
    served = replace(REGION.organisations[OrganisationId("pg-grid")], served_by=OrganisationId("pg-gone"))
    world = replace(EVERYWHERE, organisations={**REGION.organisations, served.id: served})
    assert answer(world, "pg-grid/ana", handling(Tlp.AMBER)) == MISSED


@pytest.mark.parametrize("tlp", [Tlp.GREEN, Tlp.AMBER, Tlp.AMBER_STRICT])
def test_SR_11_without_an_agreement_nothing_crosses_a_border(tlp: Tlp) -> None:
    assert answer(REGION, "pg-cert/ana", handling(tlp)) == MISSED


def test_SR_11_an_agreement_without_clauses_opens_nothing() -> None:
    world = region(replace(agreement(), clauses=()))
    assert answer(world, "pg-cert/ana", handling(Tlp.GREEN)) == MISSED


@pytest.mark.parametrize(
    "terms",
    [
        replace(clause(), origins=frozenset()),
        replace(clause(), destinations=frozenset()),
        replace(clause(), types=frozenset()),
        replace(clause(), purposes=frozenset()),
    ],
    ids=["from", "to", "types", "purposes"],
)
def test_SR_11_an_empty_list_in_a_clause_names_nothing(terms: Clause) -> None:
    assert answer(region(agreement(terms)), "pg-cert/ana", handling(Tlp.GREEN)) == MISSED


def test_SR_11_a_purpose_that_is_empty_is_not_listed() -> None:
    silent = account("pg-cert/ana", purpose="")
    terms = replace(clause(), purposes=frozenset({"network-defence"}))
    world = replace(region(agreement(terms)), accounts={silent.id: silent})
    assert answer(world, "pg-cert/ana", handling(Tlp.GREEN)) == MISSED


def test_SR_11_an_agreement_expires_at_its_very_last_instant() -> None:
    world = region(replace(agreement(), valid_until=NOW))
    assert answer(world, "pg-cert/ana", handling(Tlp.GREEN), at=NOW) == MISSED
    assert answer(world, "pg-cert/ana", handling(Tlp.GREEN), at=NOW - timedelta(microseconds=1)).startswith("allow")


def test_SR_11_an_age_of_no_days_passes_only_what_is_new() -> None:
    world = region(agreement(replace(clause(), max_age_days=0)))
    assert answer(world, "pg-cert/ana", handling(Tlp.GREEN), days_old=0).startswith("allow")
    assert answer(world, "pg-cert/ana", handling(Tlp.GREEN), days_old=1) == MISSED


def test_SR_11_everybody_does_not_include_an_observer() -> None:
    assert answer(EVERYWHERE, "la-cert/ana", handling(Tlp.GREEN)) == MISSED


def test_SR_01_a_suspended_member_is_shut_out_though_it_is_named() -> None:
    world = region(agreement(clause(destinations=["MX"])))
    assert answer(world, "mx-cert/ana", handling(Tlp.GREEN, audience("MX", "mx-cert"))) == INACTIVE


def test_SR_04_an_audience_names_nobody_by_default() -> None:
    assert answer(EVERYWHERE, "pg-cert/ana", handling(Tlp.CLEAR, Audience())) == "deny SR-04 not-in-audience"


def test_SR_04_no_member_is_not_a_name() -> None:
    """The hub's own accounts belong to no member; an audience of members never means them."""
    members = Audience(members=frozenset(REGION.members) | {MemberCode("")})
    assert answer(EVERYWHERE, "hub/ana", handling(Tlp.CLEAR, members)) == "deny SR-04 not-in-audience"


def test_SR_10_a_limit_of_age_beyond_all_time_is_no_error() -> None:
    world = region(agreement(replace(clause(), max_age_days=10**12)))
    assert answer(world, "pg-cert/ana", handling(Tlp.GREEN), days_old=400).startswith("allow")
