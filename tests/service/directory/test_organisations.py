"""Organisations: where each may stand, and what becomes of one that stands wrong."""

import re
from collections.abc import Callable
from functools import partial

import pytest

from hub.domain.directory import Organisation, OrganisationKind
from hub.domain.errors import ConflictError, HubError, NotFoundError, RequestError
from hub.domain.identifiers import MemberCode, OrganisationId
from hub.services.directory.organisations import (
    add_organisation,
    disable_organisation,
    enable_organisation,
    give_consent,
    list_organisations,
    rename_organisation,
    serve_organisation,
    show_organisation,
    withdraw_consent,
)
from hub.store.database import Pool
from tests.service.directory.chronicle import change
from tests.service.directory.forum import ACTOR, AU_CERT, AU_POWER, AU_TELCO, NZ, organisation
from tests.support.acts import made

IDENTITY = "identity--11111111-1111-4111-8111-111111111111"


def refused(pool: Pool, wanted: Organisation, error: type[HubError], sentence: str) -> None:
    with change(pool) as seen, pytest.raises(error, match=sentence):
        add_organisation(pool, wanted, act=made(ACTOR))
    assert (seen.entries, seen.epochs) == ([], 0)


def test_an_added_organisation_is_shown_and_written(pool: Pool) -> None:
    with change(pool) as seen:
        added = add_organisation(
            pool, organisation("au-power", served_by="au-cert", identity=IDENTITY), act=made(ACTOR)
        )
    assert show_organisation(pool, AU_POWER) == added
    assert added == organisation("au-power", served_by="au-cert", identity=IDENTITY)
    assert seen.entries == [(ACTOR, "organisation.add", "au-power")]
    assert seen.epochs == 1


def test_an_identity_is_made_where_none_is_given(pool: Pool) -> None:
    added = add_organisation(pool, organisation("au-power"), act=made(ACTOR))
    assert re.fullmatch("identity--[0-9a-f-]{14}4[0-9a-f-]{21}", added.identity or "")


def test_the_hubs_own_organisation_has_neither_member_nor_made_identity(pool: Pool) -> None:
    added = add_organisation(pool, organisation("hub", kind=OrganisationKind.HUB, member=None), act=made(ACTOR))
    assert (added.member, added.identity) == (None, None)


def test_organisations_are_listed_in_order_of_id_or_of_one_member(pool: Pool) -> None:
    add_organisation(pool, organisation("au-power"), act=made(ACTOR))
    assert [known.id for known in list_organisations(pool)] == ["au-cert", "au-power", "nz-cert"]
    assert [known.id for known in list_organisations(pool, member=NZ)] == ["nz-cert"]
    with pytest.raises(NotFoundError, match="no member XX"):
        list_organisations(pool, member=MemberCode("XX"))


def test_an_organisation_is_added_once(pool: Pool) -> None:
    refused(pool, organisation("nz-cert"), ConflictError, "nz-cert is there already")


def test_an_identity_is_one_organisations(pool: Pool) -> None:
    add_organisation(pool, organisation("au-power", identity=IDENTITY), act=made(ACTOR))
    refused(pool, organisation("au-telco", identity=IDENTITY), ConflictError, "another organisation's")


def test_an_identity_is_a_stix_identity(pool: Pool) -> None:
    refused(pool, organisation("au-power", identity="identity--1"), RequestError, "no STIX identity")


@pytest.mark.parametrize("name", ["AU-cert", "au_cert", "au--cert", "-au", "au-", "au/cert", "au:cert", "", "a" * 64])
def test_an_organisation_id_is_one_that_agreements_can_name(pool: Pool, name: str) -> None:
    refused(pool, organisation(name), RequestError, "no organisation id")


def test_an_organisation_needs_a_known_member(pool: Pool) -> None:
    refused(pool, organisation("xx-power", member="XX"), NotFoundError, "no member XX")
    refused(pool, organisation("xx-power", member=None), RequestError, "belongs to a member country")


def test_the_hubs_own_organisation_belongs_to_no_member(pool: Pool) -> None:
    refused(pool, organisation("hub", kind=OrganisationKind.HUB), RequestError, "belong to no member")


def test_a_member_has_one_national_cert(pool: Pool) -> None:
    second = organisation("au-cert-2", kind=OrganisationKind.CERT)
    refused(pool, second, ConflictError, "au-cert is the national CERT of AU")


def test_the_role_of_national_cert_moves_to_a_successor_and_back(pool: Pool) -> None:
    successor = OrganisationId("au-ncsc")
    disable_organisation(pool, AU_CERT, act=made(ACTOR))
    add_organisation(pool, organisation(successor, kind=OrganisationKind.CERT), act=made(ACTOR))
    with change(pool) as seen, pytest.raises(ConflictError, match="au-ncsc is the national CERT of AU"):
        enable_organisation(pool, AU_CERT, act=made(ACTOR))
    assert (seen.entries, seen.epochs) == ([], 0)
    disable_organisation(pool, successor, act=made(ACTOR))
    assert enable_organisation(pool, AU_CERT, act=made(ACTOR)).active


def test_who_serves_is_known_and_of_the_same_member(pool: Pool) -> None:
    refused(pool, organisation("au-power", served_by="au-nobody"), NotFoundError, "no organisation au-nobody to serve")
    refused(pool, organisation("au-power", served_by="nz-cert"), RequestError, "not an organisation of the same member")
    refused(pool, organisation("au-power", served_by="au-power"), NotFoundError, "no organisation au-power to serve")


def test_nobody_serves_the_hubs_own_organisation(pool: Pool) -> None:
    hub = organisation("hub", kind=OrganisationKind.HUB, member=None, served_by="au-cert")
    refused(pool, hub, RequestError, "not an organisation of the same member")


def test_nobody_serves_itself_directly_or_through_others(pool: Pool) -> None:
    add_organisation(pool, organisation("au-power", served_by="au-cert"), act=made(ACTOR))
    add_organisation(pool, organisation("au-telco", served_by="au-power"), act=made(ACTOR))
    for server in (AU_CERT, AU_POWER, AU_TELCO):
        with change(pool) as seen, pytest.raises(RequestError, match="au-cert would serve itself"):
            serve_organisation(pool, AU_CERT, served_by=server, act=made(ACTOR))
        assert (seen.entries, seen.epochs) == ([], 0)


@pytest.mark.parametrize(
    ("act", "action", "undo"),
    [
        (disable_organisation, "organisation.disable", enable_organisation),
        (give_consent, "organisation.consent", withdraw_consent),
        (
            partial(serve_organisation, served_by=AU_CERT),
            "organisation.serve",
            partial(serve_organisation, served_by=None),
        ),
        (
            partial(rename_organisation, name="Power"),
            "organisation.rename",
            partial(rename_organisation, name="An organisation"),
        ),
    ],
    ids=["disable", "consent", "serve", "rename"],
)
def test_each_change_is_written_once_and_undone(
    pool: Pool, act: Callable[..., Organisation], action: str, undo: Callable[..., Organisation]
) -> None:
    before = add_organisation(pool, organisation("au-power"), act=made(ACTOR))
    with change(pool) as seen:
        changed = act(pool, AU_POWER, act=made(ACTOR))
        assert act(pool, AU_POWER, act=made(ACTOR)) == changed
    assert changed != before
    assert show_organisation(pool, AU_POWER) == changed
    assert seen.entries == [(ACTOR, action, "au-power")]
    assert seen.epochs == 1
    with change(pool) as seen:
        assert undo(pool, AU_POWER, act=made(ACTOR)) == before
    assert show_organisation(pool, AU_POWER) == before
    assert (len(seen.entries), seen.epochs) == (1, 1)


def test_an_unknown_organisation_is_not_found(pool: Pool) -> None:
    for act in (disable_organisation, enable_organisation, give_consent, withdraw_consent):
        with pytest.raises(NotFoundError, match="no organisation au-power"):
            act(pool, AU_POWER, act=made(ACTOR))
    with pytest.raises(NotFoundError, match="no organisation au-power"):
        show_organisation(pool, AU_POWER)
