"""Accounts: the people and programs of an organisation, what each may do and what for."""

from collections.abc import Callable
from dataclasses import replace

from hub.domain.directory import Account, Act, Organisation, Role
from hub.domain.errors import ConflictError, NotFoundError, RequestError
from hub.domain.identifiers import AccountId, OrganisationId
from hub.policy.permissions import roles_open_to
from hub.services.directory import names
from hub.services.directory.tokens import IssuedToken, expiry, issue, no_account
from hub.services.policy_change import policy_change
from hub.store.database import Pool
from hub.store.directory import accounts as stored
from hub.store.directory.organisations import find_organisation
from hub.store.ledger import record


def list_accounts(pool: Pool, *, organisation: OrganisationId | None = None) -> tuple[Account, ...]:
    """Return every account, or those of one organisation, in order of id; raise NotFoundError for an unknown one."""
    with pool.statement() as database:
        if organisation is None:
            return stored.list_accounts(database)
        if find_organisation(database, organisation) is None:
            raise _no_organisation(organisation)
        return stored.accounts_of_organisation(database, organisation)


def show_account(pool: Pool, account_id: AccountId) -> Account:
    """Return one account; raise NotFoundError."""
    with pool.statement() as database:
        return _known(stored.find_account(database, account_id), account_id)


def add_account(pool: Pool, account: Account, *, token_days: int, act: Act) -> IssuedToken:
    """Add an account and give it its first token.

    Raise RequestError for what no account is or may be, NotFoundError where its organisation is not there,
    ConflictError where it is there itself.
    """
    _check(account)
    expires = expiry(token_days, at=act.at)
    with pool.transaction() as database:
        _check_roles(account, find_organisation(database, account.organisation))
        with policy_change(database, act):
            if not stored.insert_account(database, account):
                raise ConflictError(
                    f"{account.id} is there already; hub account token add {account.id} gives it another token."
                )
            detail = {"roles": sorted(account.roles), "purpose": account.purpose}
            record(database, actor=act.actor, action="account.add", subject=account.id, detail=detail)
            return issue(database, account.id, expires=expires, act=act)


def disable_account(pool: Pool, account_id: AccountId, *, act: Act) -> Account:
    """Close the hub to the account (SR-01, PR-01), whatever tokens it holds."""
    return _amend(pool, account_id, lambda known: replace(known, active=False), action="account.disable", act=act)


def enable_account(pool: Pool, account_id: AccountId, *, act: Act) -> Account:
    """Open the hub to the account again, with the tokens that it still holds."""
    return _amend(pool, account_id, lambda known: replace(known, active=True), action="account.enable", act=act)


def set_roles(pool: Pool, account_id: AccountId, *, roles: frozenset[Role], act: Act) -> Account:
    """Let the account do this and nothing else; raise RequestError for no role at all."""
    return _amend(pool, account_id, lambda known: replace(known, roles=roles), action="account.roles", act=act)


def set_purpose(pool: Pool, account_id: AccountId, *, purpose: str, act: Act) -> Account:
    """Declare what the account uses content for, which clauses of agreements ask after."""
    return _amend(pool, account_id, lambda known: replace(known, purpose=purpose), action="account.purpose", act=act)


def change_account(pool: Pool, account_id: AccountId, change: Callable[[Account], Account], *, act: Act) -> Account:
    """Change what the account may do and what for, together: `change` gives the account that is to be."""

    def amend(known: Account) -> Account:
        wanted = change(known)
        return replace(known, roles=wanted.roles, purpose=wanted.purpose)

    return _amend(pool, account_id, amend, action="account.change", act=act)


def _amend(pool: Pool, account_id: AccountId, amend: Callable[[Account], Account], *, action: str, act: Act) -> Account:
    with pool.transaction() as database:
        known = _known(stored.lock_account(database, account_id), account_id)
        act.expects(known)
        changed = amend(known)
        _check(changed)
        if changed == known:
            return known
        if changed.roles - known.roles:
            _check_roles(changed, find_organisation(database, changed.organisation))
        with policy_change(database, act):
            stored.update_account(database, changed)
            was, now = _facts(known), _facts(changed)
            detail = {key: [was[key], now[key]] for key in now if now[key] != was[key]}
            record(database, actor=act.actor, action=action, subject=account_id, detail=detail)
    return changed


def _facts(account: Account) -> dict[str, object]:
    return {"roles": sorted(account.roles), "purpose": account.purpose, "active": account.active}


def _check(account: Account) -> None:
    if names.organisation_of_account(names.account_id(account.id)) != account.organisation:
        raise RequestError(f"{account.id} begins with another organisation than {account.organisation}.")
    names.purpose(account.purpose)
    if not account.roles:
        raise RequestError(f"An account has at least one role: {', '.join(Role)}.")


def _check_roles(account: Account, organisation: Organisation | None) -> None:
    if organisation is None:
        raise _no_organisation(account.organisation)
    strange = account.roles - roles_open_to(organisation.kind)
    if strange:
        raise RequestError(
            f"{' and '.join(sorted(strange))}: for accounts of the hub's own organisations (kind hub) alone, and"
            f" {organisation.id} is a {organisation.kind}."
        )


def _known(account: Account | None, account_id: AccountId) -> Account:
    if account is None:
        raise no_account(account_id)
    return account


def _no_organisation(organisation: OrganisationId) -> NotFoundError:
    return NotFoundError(f"There is no organisation {organisation}; hub organisation list names them all.")
