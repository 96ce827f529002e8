"""Accounts: one row each."""

from collections.abc import Sequence
from typing import Any

from hub.domain.directory import Account, Role
from hub.domain.identifiers import AccountId, OrganisationId
from hub.store.database import Database


def account_of(row: Sequence[Any]) -> Account:
    """Read a row of (id, organisation, roles, purpose, active)."""
    account_id, organisation, roles, purpose, active = row
    return Account(
        id=AccountId(account_id),
        organisation=OrganisationId(organisation),
        roles=frozenset(Role(role) for role in roles),
        purpose=purpose,
        active=active,
    )


def list_accounts(database: Database) -> tuple[Account, ...]:
    """Return every account in order of id."""
    rows = database.execute(
        'SELECT id, organisation, roles, purpose, active FROM accounts ORDER BY id COLLATE "C"'
    ).fetchall()
    return tuple(account_of(row) for row in rows)


def accounts_of_organisation(database: Database, organisation: OrganisationId) -> tuple[Account, ...]:
    """Return the accounts of one organisation in order of id."""
    rows = database.execute(
        'SELECT id, organisation, roles, purpose, active FROM accounts WHERE organisation = %s ORDER BY id COLLATE "C"',
        (organisation,),
    ).fetchall()
    return tuple(account_of(row) for row in rows)


def find_account(database: Database, account_id: AccountId) -> Account | None:
    """Return the account of an id."""
    row = database.execute(
        "SELECT id, organisation, roles, purpose, active FROM accounts WHERE id = %s",
        (account_id,),
    ).fetchone()
    return None if row is None else account_of(row)


def lock_account(database: Database, account_id: AccountId) -> Account | None:
    """Return the account of an id, and let nobody else change it before this transaction ends."""
    row = database.execute(
        "SELECT id, organisation, roles, purpose, active FROM accounts WHERE id = %s FOR NO KEY UPDATE",
        (account_id,),
    ).fetchone()
    return None if row is None else account_of(row)


def insert_account(database: Database, account: Account) -> bool:
    """Add an account; False where its id is taken."""
    added = database.execute(
        "INSERT INTO accounts (id, organisation, roles, purpose, active) VALUES (%s, %s, %s, %s, %s)"
        " ON CONFLICT (id) DO NOTHING",
        (account.id, account.organisation, sorted(account.roles), account.purpose, account.active),
    )
    return added.rowcount == 1


def update_account(database: Database, account: Account) -> None:
    """Write what may change of an account: all but its id and organisation."""
    database.execute(
        "UPDATE accounts SET roles = %s, purpose = %s, active = %s WHERE id = %s",
        (sorted(account.roles), account.purpose, account.active, account.id),
    )
