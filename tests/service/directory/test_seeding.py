"""Seeding: the files name members and organisations, the operators decide about them."""

from dataclasses import replace

import pytest

from hub.domain.catalogue import ALL, Catalogue
from hub.domain.directory import Member, MemberStatus, Organisation, OrganisationKind
from hub.domain.errors import ConfigurationError
from hub.domain.identifiers import OrganisationId
from hub.services.directory.accounts import add_account
from hub.services.directory.members import observe_member, show_member
from hub.services.directory.organisations import (
    add_organisation,
    disable_organisation,
    give_consent,
    list_organisations,
    serve_organisation,
    show_organisation,
)
from hub.store.database import Pool
from hub.store.directory import load_directory, seed_directory
from tests.service.directory.chronicle import change
from tests.service.directory.forum import ACTOR, ANA, AU, AU_CERT, AU_POWER, NOW, NZ, account, member, organisation
from tests.support.acts import made

CERT_IDENTITY = "identity--11111111-1111-4111-8111-111111111111"
POWER_IDENTITY = "identity--22222222-2222-4222-8222-222222222222"
FILES = "hub:files"

CERT = organisation("au-cert", kind=OrganisationKind.CERT, name="AU CERT", identity=CERT_IDENTITY)
POWER = organisation("au-power", name="AU Power", served_by="au-cert", identity=POWER_IDENTITY)
AUSTRALIA = member("AU", name="Australia")


def catalogue(*organisations: Organisation, members: tuple[Member, ...] = (AUSTRALIA,)) -> Catalogue:
    return Catalogue(collections=(ALL,), members=members, organisations=organisations)


def seed(pool: Pool, files: Catalogue) -> None:
    with pool.transaction() as database:
        seed_directory(database, files)


def test_what_the_files_name_is_added_and_written(empty: Pool) -> None:
    with change(empty) as seen:
        seed(empty, catalogue(CERT, POWER))
    assert show_member(empty, AU) == AUSTRALIA
    assert list_organisations(empty) == (CERT, POWER)
    assert seen.entries == [
        (FILES, "member.add", "AU"),
        (FILES, "organisation.add", "au-cert"),
        (FILES, "organisation.add", "au-power"),
    ]
    assert seen.epochs == 1


def test_a_second_time_changes_nothing(empty: Pool) -> None:
    seed(empty, catalogue(CERT, POWER))
    with change(empty) as seen:
        seed(empty, catalogue(CERT, POWER))
    assert (seen.entries, seen.epochs) == ([], 0)


def test_nothing_named_changes_nothing(empty: Pool) -> None:
    with change(empty) as seen:
        seed(empty, catalogue(members=()))
    assert (seen.entries, seen.epochs) == ([], 0)


def test_what_the_files_no_longer_name_stays(empty: Pool) -> None:
    seed(empty, catalogue(CERT, POWER))
    with change(empty) as seen:
        seed(empty, catalogue(CERT))
    assert list_organisations(empty) == (CERT, POWER)
    assert seen.entries == []


def test_new_names_and_identities_are_taken_over(empty: Pool) -> None:
    seed(empty, catalogue(CERT, POWER))
    renamed = replace(AUSTRALIA, name="The Commonwealth")
    moved = organisation("au-cert", kind=OrganisationKind.CERT, name="New CERT", identity=CERT_IDENTITY[:-1] + "2")
    with change(empty) as seen:
        seed(empty, catalogue(moved, POWER, members=(renamed,)))
    assert show_member(empty, AU) == renamed
    assert show_organisation(empty, AU_CERT) == moved
    assert seen.entries == [(FILES, "organisation.change", "au-cert"), (FILES, "member.change", "AU")]
    assert seen.epochs == 1


def test_what_operators_decided_is_not_touched(empty: Pool) -> None:
    seed(empty, catalogue(CERT, POWER))
    observe_member(empty, AU, act=made(ACTOR))
    disable_organisation(empty, AU_POWER, act=made(ACTOR))
    give_consent(empty, AU_POWER, act=made(ACTOR))
    serve_organisation(empty, AU_POWER, served_by=None, act=made(ACTOR))
    seed(empty, catalogue(CERT, replace(POWER, name="Renamed"), members=(replace(AUSTRALIA, name="Renamed"),)))
    assert show_member(empty, AU) == Member(code=AU, name="Renamed", status=MemberStatus.OBSERVER)
    assert show_organisation(empty, AU_POWER) == replace(
        POWER, name="Renamed", active=False, cross_border=True, served_by=None
    )


@pytest.mark.parametrize("kind", [OrganisationKind.PARTNER, OrganisationKind.CERT])
def test_an_organisation_that_is_another_kind_stops_the_start(pool: Pool, kind: OrganisationKind) -> None:
    disable_organisation(pool, AU_CERT, act=made(ACTOR))
    add_organisation(pool, organisation("au-power"), act=made(ACTOR))
    with change(pool) as seen, pytest.raises(ConfigurationError, match=f"au-power as {kind} of AU"):
        seed(pool, catalogue(replace(POWER, kind=kind)))
    assert (seen.entries, seen.epochs) == ([], 0)


@pytest.mark.parametrize("organisation_id", ["au-power", "au-telco"])
def test_an_identity_that_is_anothers_stops_the_start(pool: Pool, organisation_id: str) -> None:
    add_organisation(pool, organisation("au-power"), act=made(ACTOR))
    add_organisation(pool, organisation("au-lab", identity=POWER_IDENTITY), act=made(ACTOR))
    with change(pool) as seen, pytest.raises(ConfigurationError, match=f"{organisation_id} the identity .* au-lab's"):
        seed(pool, catalogue(replace(POWER, id=OrganisationId(organisation_id))))
    assert (seen.entries, seen.epochs) == ([], 0)


def test_a_second_national_cert_stops_the_start(pool: Pool) -> None:
    with change(pool) as seen, pytest.raises(ConfigurationError, match="hub organisation disable au-cert"):
        seed(pool, catalogue(replace(CERT, id=OrganisationId("au-ncsc"))))
    assert (seen.entries, seen.epochs) == ([], 0)


def test_a_national_cert_follows_a_disabled_one(pool: Pool) -> None:
    disable_organisation(pool, AU_CERT, act=made(ACTOR))
    successor = replace(CERT, id=OrganisationId("au-ncsc"))
    seed(pool, catalogue(successor))
    assert show_organisation(pool, successor.id) == successor


def test_the_whole_directory_is_loaded_by_id(pool: Pool) -> None:
    add_account(pool, account(), token_days=1, act=made(ACTOR, at=NOW))
    with pool.snapshot() as database:
        members, organisations, accounts = load_directory(database)
    assert members == {known: show_member(pool, known) for known in (AU, NZ)}
    assert organisations == {known.id: known for known in list_organisations(pool)}
    assert accounts == {ANA: account()}
