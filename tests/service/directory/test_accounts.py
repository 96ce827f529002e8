"""Accounts: named after their organisation, with roles and one purpose, each change written once."""

from collections.abc import Callable
from functools import partial

import pytest

from hub.domain.directory import Account, OrganisationKind, Role
from hub.domain.errors import ConflictError, HubError, NotFoundError, RequestError
from hub.domain.identifiers import AccountId, OrganisationId
from hub.services.directory.accounts import (
    add_account,
    disable_account,
    enable_account,
    list_accounts,
    set_purpose,
    set_roles,
    show_account,
)
from hub.services.directory.organisations import add_organisation
from hub.services.directory.tokens import IssuedToken, list_tokens
from hub.store.database import Pool
from tests.service.directory.chronicle import change
from tests.service.directory.forum import ACTOR, ANA, AU_CERT, NOW, account, organisation
from tests.support.acts import made


def add(pool: Pool, wanted: Account | None = None, *, days: int = 365) -> IssuedToken:
    return add_account(pool, wanted or account(), token_days=days, act=made(ACTOR, at=NOW))


def refused(pool: Pool, wanted: Account, error: type[HubError], sentence: str) -> None:
    with change(pool) as seen, pytest.raises(error, match=sentence):
        add(pool, wanted)
    assert (seen.entries, seen.epochs) == ([], 0)


def test_an_added_account_is_shown_and_written_with_its_token(pool: Pool) -> None:
    wanted = account(roles=frozenset({Role.PRODUCER, Role.ANALYST}), purpose="research")
    with change(pool) as seen:
        issued = add(pool, wanted)
    assert show_account(pool, ANA) == wanted
    assert list_tokens(pool, ANA) == (issued.token,)
    assert seen.entries == [(ACTOR, "account.add", ANA), (ACTOR, "token.add", ANA)]
    assert seen.epochs == 1


def test_accounts_are_listed_in_order_of_id_or_of_one_organisation(pool: Pool) -> None:
    for name in ("nz-cert/zoe", "au-cert/ben", "au-cert/ana"):
        add(pool, account(name))
    assert [known.id for known in list_accounts(pool)] == ["au-cert/ana", "au-cert/ben", "nz-cert/zoe"]
    assert [known.id for known in list_accounts(pool, organisation=AU_CERT)] == ["au-cert/ana", "au-cert/ben"]
    with pytest.raises(NotFoundError, match="no organisation xx"):
        list_accounts(pool, organisation=OrganisationId("xx"))


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.AUDITOR])
def test_a_role_of_the_forum_is_for_the_hubs_own_organisations(pool: Pool, role: Role) -> None:
    refused(
        pool, account(roles=frozenset({role, Role.ANALYST})), RequestError, f"^{role}: for accounts of the hub's own"
    )
    add(pool)
    with change(pool) as seen, pytest.raises(RequestError, match="au-cert is a cert"):
        set_roles(pool, ANA, roles=frozenset({role}), act=made(ACTOR, at=NOW))
    assert (seen.entries, seen.epochs) == ([], 0)
    desk = organisation("desk", kind=OrganisationKind.HUB, member=None)
    add_organisation(pool, desk, act=made(ACTOR, at=NOW))
    add(pool, account("desk/olga", roles=frozenset({role})))
    assert show_account(pool, AccountId("desk/olga")).roles == {role}


def test_an_account_is_added_once(pool: Pool) -> None:
    add(pool)
    refused(pool, account(), ConflictError, "au-cert/ana is there already")
    assert len(list_tokens(pool, ANA)) == 1


def test_an_account_needs_a_known_organisation(pool: Pool) -> None:
    refused(pool, account("au-power/ana"), NotFoundError, "no organisation au-power")


@pytest.mark.parametrize(
    "name",
    ["ana", "au-cert/", "/ana", "au-cert/Ana", "au-cert/.ana", "au-cert/a b", "au-cert/a/b", "au-cert/a:b", "AU/ana"],
)
def test_an_account_is_organisation_slash_name(pool: Pool, name: str) -> None:
    refused(pool, account(name), RequestError, "no account; it is ORGANISATION/NAME")


def test_a_name_has_at_most_63_characters(pool: Pool) -> None:
    add(pool, account("au-cert/" + "a" * 63))
    refused(pool, account("au-cert/" + "a" * 64), RequestError, "at most 63")


def test_an_account_has_a_role(pool: Pool) -> None:
    refused(pool, account(roles=frozenset()), RequestError, "at least one role")


@pytest.mark.parametrize("purpose", ["", "*", "Network defence", "-a"])
def test_a_purpose_is_one_that_agreements_can_name(pool: Pool, purpose: str) -> None:
    refused(pool, account(purpose=purpose), RequestError, "no purpose")


@pytest.mark.parametrize(
    ("act", "action", "undo"),
    [
        (disable_account, "account.disable", enable_account),
        (
            partial(set_roles, roles=frozenset({Role.PRODUCER})),
            "account.roles",
            partial(set_roles, roles=frozenset({Role.ANALYST})),
        ),
        (
            partial(set_purpose, purpose="research"),
            "account.purpose",
            partial(set_purpose, purpose="network-defence"),
        ),
    ],
    ids=["disable", "roles", "purpose"],
)
def test_each_change_is_written_once_and_undone(
    pool: Pool, act: Callable[..., Account], action: str, undo: Callable[..., Account]
) -> None:
    add(pool)
    with change(pool) as seen:
        changed = act(pool, ANA, act=made(ACTOR))
        assert act(pool, ANA, act=made(ACTOR)) == changed
    assert changed != account()
    assert show_account(pool, ANA) == changed
    assert seen.entries == [(ACTOR, action, ANA)]
    assert seen.epochs == 1
    with change(pool) as seen:
        assert undo(pool, ANA, act=made(ACTOR)) == account()
    assert show_account(pool, ANA) == account()
    assert (len(seen.entries), seen.epochs) == (1, 1)


def test_roles_and_purpose_are_held_to_the_same_rules_later(pool: Pool) -> None:
    add(pool)
    with pytest.raises(RequestError, match="at least one role"):
        set_roles(pool, ANA, roles=frozenset(), act=made(ACTOR))
    with pytest.raises(RequestError, match="no purpose"):
        set_purpose(pool, ANA, purpose="*", act=made(ACTOR))
    assert show_account(pool, ANA) == account()


def test_an_unknown_account_is_not_found(pool: Pool) -> None:
    for act in (disable_account, enable_account):
        with pytest.raises(NotFoundError, match="no account au-cert/zoe"):
            act(pool, AccountId("au-cert/zoe"), act=made(ACTOR))
    with pytest.raises(NotFoundError, match="no account au-cert/zoe"):
        show_account(pool, AccountId("au-cert/zoe"))
