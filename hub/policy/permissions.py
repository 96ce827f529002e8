"""Who may administer what: a closed list of permissions, and the one function that answers for them.

These are about the hub itself. What content an account reads and publishes is for the sharing rules alone.
"""

from enum import StrEnum
from typing import Final, assert_never

from hub.domain.directory import MemberStatus, OrganisationKind, Principal, Role
from hub.domain.identifiers import AccountId, OrganisationId

FORUM_ROLES: Final = frozenset({Role.OPERATOR, Role.AUDITOR})
"""Roles that reach beyond one's own organisation: only accounts of the hub's own organisations hold them."""


class Permission(StrEnum):
    """What somebody may do. Those of one organisation are asked for with the organisation that it is about."""

    READ_DIRECTORY = "directory.read"
    CHANGE_DIRECTORY = "directory.change"
    READ_ORGANISATION = "organisation.read"
    READ_ACCOUNTS = "accounts.read"
    CHANGE_ACCOUNTS = "accounts.change"
    READ_KEYS = "keys.read"
    CHANGE_KEYS = "keys.change"
    READ_AGREEMENTS = "agreements.read"
    CHANGE_AGREEMENTS = "agreements.change"
    SIGN_AGREEMENTS = "agreements.sign"
    WITHDRAW_AGREEMENTS = "agreements.withdraw"
    SIMULATE = "agreements.simulate"
    EXPLAIN = "explain"
    READ_SUBMISSIONS = "submissions.read"
    READ_LEDGER = "ledger.read"
    READ_METRICS = "metrics.read"
    READ_SUBSCRIPTIONS = "subscriptions.read"
    STEER_SUBSCRIPTIONS = "subscriptions.steer"
    KEEP_SUBSCRIPTIONS = "subscriptions.keep"
    READ_OWN = "own.read"


_OPERATORS: Final = frozenset(Permission) - {Permission.SIGN_AGREEMENTS, Permission.KEEP_SUBSCRIPTIONS}
"""Operators propose and suspend; they never sign for a party. They let subscriptions rest, replay and end, and hold no
secret of one."""

_AUDITORS: Final = frozenset(
    {
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
)
"""Auditors read everything except content and secrets, and change nothing."""

_ADMINISTRATORS: Final = frozenset(
    {
        Permission.READ_ORGANISATION,
        Permission.READ_ACCOUNTS,
        Permission.CHANGE_ACCOUNTS,
        Permission.READ_KEYS,
        Permission.CHANGE_KEYS,
        Permission.READ_AGREEMENTS,
        Permission.SIGN_AGREEMENTS,
        Permission.WITHDRAW_AGREEMENTS,
        Permission.READ_SUBSCRIPTIONS,
        Permission.STEER_SUBSCRIPTIONS,
        Permission.KEEP_SUBSCRIPTIONS,
    }
)
"""Administrators of a member's organisation: that organisation alone."""

_EVERYBODY: Final = frozenset({Permission.READ_OWN})

_OF_ONES_OWN: Final = frozenset(
    {Permission.READ_SUBSCRIPTIONS, Permission.STEER_SUBSCRIPTIONS, Permission.KEEP_SUBSCRIPTIONS}
)
"""What every account may do with what is its own."""


def may(principal: Principal, permission: Permission, organisation: OrganisationId | None = None) -> bool:
    """Tell whether somebody holds a permission, for one organisation or, where none is named, for all of them."""
    if not _stands(principal):
        return False
    if permission in _EVERYBODY or permission in _of_forum(principal):
        return True
    own = organisation is not None and organisation == principal.organisation.id
    if permission is Permission.READ_SUBMISSIONS:
        return own
    return own and permission in _of_administrator(principal)


def may_of_account(
    principal: Principal, permission: Permission, account: AccountId, organisation: OrganisationId
) -> bool:
    """Tell whether somebody holds a permission for what is an account's, of that organisation; their own included."""
    own = account == principal.account.id and permission in _OF_ONES_OWN
    return (own and _stands(principal)) or may(principal, permission, organisation)


def may_somewhere(principal: Principal, permission: Permission) -> bool:
    """Tell whether somebody holds a permission at all, be it for their own organisation alone."""
    return may(principal, permission, principal.organisation.id)


def may_give(principal: Principal, roles: frozenset[Role]) -> bool:
    """Tell whether somebody who keeps accounts may let one have these roles, or keep an account that has them."""
    return not roles & FORUM_ROLES or may(principal, Permission.CHANGE_DIRECTORY)


def roles_open_to(kind: OrganisationKind) -> frozenset[Role]:
    """Return the roles that accounts of such an organisation may hold."""
    match kind:
        case OrganisationKind.HUB:
            return frozenset(Role)
        case OrganisationKind.CERT | OrganisationKind.CONSTITUENT | OrganisationKind.PARTNER:
            return frozenset(Role) - FORUM_ROLES
        case _:
            assert_never(kind)


def _stands(principal: Principal) -> bool:
    """Tell whether the hub is open to somebody at all, and the three facts are about one and the same."""
    account, organisation, member = principal.account, principal.organisation, principal.member
    if not (account.active and organisation.active and account.organisation == organisation.id):
        return False
    if organisation.kind is OrganisationKind.HUB:
        return member is None and organisation.member is None
    return member is not None and member.code == organisation.member and member.status is not MemberStatus.SUSPENDED


def _of_forum(principal: Principal) -> frozenset[Permission]:
    if principal.organisation.kind is not OrganisationKind.HUB:
        return frozenset()
    held: frozenset[Permission] = frozenset()
    if Role.OPERATOR in principal.account.roles:
        held |= _OPERATORS
    if Role.AUDITOR in principal.account.roles:
        held |= _AUDITORS
    return held


def _of_administrator(principal: Principal) -> frozenset[Permission]:
    """Nothing in an organisation of the hub: who kept its accounts there could make themselves operators."""
    if principal.member is None or Role.ADMINISTRATOR not in principal.account.roles:
        return frozenset()
    return _ADMINISTRATORS
