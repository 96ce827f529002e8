"""The publisher of a transaction, held still until it ends."""

from hub.domain.directory import Member, Principal
from hub.domain.identifiers import AccountId, MemberCode
from hub.store.database import Database
from hub.store.directory.accounts import account_of
from hub.store.directory.members import member_of
from hub.store.directory.organisations import organisation_of


def hold_principal(database: Database, account: AccountId) -> Principal | None:
    """Return an account with what it belongs to, which nobody can change until this transaction ends."""
    found = database.execute(
        "SELECT a.id, a.organisation, a.roles, a.purpose, a.active,"
        " o.id, o.member, o.kind, o.name, o.served_by, o.cross_border, o.active, o.identity"
        " FROM accounts a JOIN organisations o ON o.id = a.organisation WHERE a.id = %s FOR SHARE",
        (account,),
    ).fetchone()
    if found is None:
        return None
    held = organisation_of(found[5:])
    return Principal(
        account=account_of(found[:5]),
        organisation=held,
        member=None if held.member is None else _hold_member(database, held.member),
    )


def _hold_member(database: Database, code: MemberCode) -> Member:
    (row,) = database.execute("SELECT code, name, status FROM members WHERE code = %s FOR SHARE", (code,)).fetchall()
    return member_of(row)
