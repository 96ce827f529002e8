"""The whole directory at once, for the world that the rules look at."""

from hub.domain.directory import Account, Member, Organisation
from hub.domain.identifiers import AccountId, MemberCode, OrganisationId
from hub.store.database import Database
from hub.store.directory.accounts import list_accounts
from hub.store.directory.members import list_members
from hub.store.directory.organisations import list_organisations


def load_directory(
    database: Database,
) -> tuple[dict[MemberCode, Member], dict[OrganisationId, Organisation], dict[AccountId, Account]]:
    """Return all members, organisations and accounts by their ids. Call it in a snapshot: it is three statements."""
    members = {member.code: member for member in list_members(database)}
    organisations = {organisation.id: organisation for organisation in list_organisations(database)}
    accounts = {account.id: account for account in list_accounts(database)}
    return members, organisations, accounts


def is_new(database: Database) -> bool:
    """Tell whether nothing has ever been kept in this database."""
    row = database.execute("SELECT to_regclass('members') IS NULL").fetchone()
    return row is not None and bool(row[0])
