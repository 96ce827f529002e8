"""Who may administer what, role by role; and that nothing means no."""

from dataclasses import replace

import pytest

from hub.domain.directory import (
    Account,
    Member,
    MemberStatus,
    Organisation,
    OrganisationKind,
    Principal,
    Role,
)
from hub.domain.identifiers import AccountId, MemberCode, OrganisationId
from hub.policy.permissions import FORUM_ROLES, Permission, may, may_give, may_of_account, may_somewhere, roles_open_to

AU = Member(code=MemberCode("AU"), name="Australia", status=MemberStatus.ACTIVE)
OWN, OTHER, DESK = OrganisationId("au-cert"), OrganisationId("nz-cert"), OrganisationId("desk")

READS = {
    Permission.READ_DIRECTORY,
    Permission.READ_ORGANISATION,
    Permission.READ_ACCOUNTS,
    Permission.READ_KEYS,
    Permission.READ_AGREEMENTS,
    Permission.SIMULATE,
    Permission.EXPLAIN,
    Permission.READ_SUBMISSIONS,
    Permission.READ_LEDGER,
    Permission.READ_METRICS,
    Permission.READ_SUBSCRIPTIONS,
    Permission.READ_OWN,
}
SUBSCRIPTIONS = {
    Permission.READ_SUBSCRIPTIONS,
    Permission.STEER_SUBSCRIPTIONS,
    Permission.KEEP_SUBSCRIPTIONS,
}
KEEPS = SUBSCRIPTIONS | {
    Permission.READ_ORGANISATION,
    Permission.READ_ACCOUNTS,
    Permission.CHANGE_ACCOUNTS,
    Permission.READ_KEYS,
    Permission.CHANGE_KEYS,
    Permission.READ_AGREEMENTS,
    Permission.SIGN_AGREEMENTS,
    Permission.WITHDRAW_AGREEMENTS,
    Permission.READ_SUBMISSIONS,
    Permission.READ_OWN,
}


def somebody(*roles: Role, kind: OrganisationKind = OrganisationKind.CERT) -> Principal:
    hub = kind is OrganisationKind.HUB
    organisation = Organisation(
        id=DESK if hub else OWN,
        member=None if hub else AU.code,
        kind=kind,
        name="Example",
        served_by=None,
        cross_border=False,
        active=True,
        identity=None,
    )
    account = Account(
        id=AccountId(f"{organisation.id}/ana"),
        organisation=organisation.id,
        roles=frozenset(roles),
        purpose="network-defence",
        active=True,
    )
    return Principal(account=account, organisation=organisation, member=None if hub else AU)


def desk(*roles: Role) -> Principal:
    return somebody(*roles, kind=OrganisationKind.HUB)


def held(principal: Principal, organisation: OrganisationId | None = None) -> set[Permission]:
    return {permission for permission in Permission if may(principal, permission, organisation)}


def test_an_operator_does_everything_but_sign_and_hold_the_secrets_of_subscribers() -> None:
    never = {Permission.SIGN_AGREEMENTS, Permission.KEEP_SUBSCRIPTIONS}
    assert held(desk(Role.OPERATOR)) == set(Permission) - never
    assert held(desk(Role.OPERATOR), OTHER) == held(desk(Role.OPERATOR))


def test_an_auditor_reads_everything_and_changes_nothing() -> None:
    assert held(desk(Role.AUDITOR)) == held(desk(Role.AUDITOR), OTHER) == READS


def test_an_administrator_keeps_the_own_organisation_alone() -> None:
    ada = somebody(Role.ADMINISTRATOR)
    assert held(ada, OWN) == KEEPS
    assert held(ada, OTHER) == held(ada) == {Permission.READ_OWN}


@pytest.mark.parametrize("roles", [(), (Role.ANALYST,), (Role.PRODUCER, Role.ANALYST)])
def test_others_see_what_is_their_own(roles: tuple[Role, ...]) -> None:
    assert held(somebody(*roles), OWN) == {Permission.READ_OWN, Permission.READ_SUBMISSIONS}
    assert held(somebody(*roles), OTHER) == held(somebody(*roles)) == {Permission.READ_OWN}


@pytest.mark.parametrize("role", sorted(FORUM_ROLES))
@pytest.mark.parametrize("kind", [kind for kind in OrganisationKind if kind is not OrganisationKind.HUB])
def test_a_role_of_the_forum_is_nothing_in_a_members_organisation(role: Role, kind: OrganisationKind) -> None:
    assert held(somebody(role, kind=kind)) == {Permission.READ_OWN}
    assert role not in roles_open_to(kind)


def test_an_administrator_of_the_hubs_own_organisation_keeps_nothing() -> None:
    assert held(desk(Role.ADMINISTRATOR), DESK) == {Permission.READ_OWN, Permission.READ_SUBMISSIONS}


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("hub", [True, False], ids=["hub", "member"])
def test_who_is_shut_out_may_nothing(role: Role, hub: bool) -> None:  # noqa: FBT001 - pytest gives it
    known = desk(role) if hub else somebody(role)
    shut = [
        replace(known, account=replace(known.account, active=False)),
        replace(known, organisation=replace(known.organisation, active=False)),
        replace(known, account=replace(known.account, organisation=OTHER)),
        replace(known, member=replace(AU, code=MemberCode("NZ"))),
        replace(known, member=replace(AU, status=MemberStatus.SUSPENDED)),
    ]
    if not hub:
        shut.append(replace(known, member=None))
    for principal in shut:
        assert held(principal, principal.organisation.id) == set()


def of_account(principal: Principal, account: AccountId, organisation: OrganisationId) -> set[Permission]:
    return {each for each in Permission if may_of_account(principal, each, account, organisation)}


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("hub", [True, False], ids=["hub", "member"])
def test_everybody_keeps_the_own_accounts_subscriptions(role: Role, hub: bool) -> None:  # noqa: FBT001 - pytest gives it
    known = desk(role) if hub else somebody(role)
    own = of_account(known, known.account.id, known.organisation.id)
    assert own - held(known, known.organisation.id) <= SUBSCRIPTIONS <= own


def test_a_colleagues_subscriptions_are_for_the_administrator() -> None:
    colleague = AccountId(f"{OWN}/bo")
    assert not SUBSCRIPTIONS & of_account(somebody(Role.PRODUCER, Role.ANALYST), colleague, OWN)
    assert of_account(somebody(Role.ADMINISTRATOR), colleague, OWN) >= SUBSCRIPTIONS
    assert not SUBSCRIPTIONS & of_account(somebody(Role.ADMINISTRATOR), AccountId(f"{OTHER}/bo"), OTHER)


def test_who_is_shut_out_has_no_subscriptions() -> None:
    known = somebody(Role.ANALYST)
    shut = replace(known, account=replace(known.account, active=False))
    assert of_account(shut, shut.account.id, OWN) == set()


def test_who_holds_a_permission_somewhere() -> None:
    assert may_somewhere(somebody(Role.ADMINISTRATOR), Permission.READ_ACCOUNTS)
    assert not may_somewhere(somebody(Role.ANALYST), Permission.READ_ACCOUNTS)


@pytest.mark.parametrize("role", list(Role))
def test_only_operators_give_the_roles_of_the_forum(role: Role) -> None:
    roles = frozenset({role, Role.ANALYST})
    assert may_give(desk(Role.OPERATOR), roles)
    for other in (desk(Role.AUDITOR), desk(Role.ADMINISTRATOR), somebody(Role.ADMINISTRATOR)):
        assert may_give(other, roles) == (role not in FORUM_ROLES)
