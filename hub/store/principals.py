"""The publisher of a transaction, held still until it ends."""

from hub.domain.directory import Account, Member, MemberStatus, Organisation, OrganisationKind, Principal, Role
from hub.domain.identifiers import AccountId, MemberCode, OrganisationId, StixId
from hub.store.database import Database


def hold_principal(database: Database, account: AccountId) -> Principal | None:
    """Return an account with what it belongs to, which nobody can change until this transaction ends."""
    found = database.execute(
        "SELECT a.roles, a.purpose, a.active, o.id, o.member, o.kind, o.name, o.served_by, o.cross_border, o.active,"
        " o.identity FROM accounts a JOIN organisations o ON o.id = a.organisation WHERE a.id = %s FOR SHARE",
        (account,),
    ).fetchone()
    if found is None:
        return None
    roles, purpose, active, *organisation = found
    held = _organisation(organisation)
    return Principal(
        account=Account(
            id=account,
            organisation=held.id,
            roles=frozenset(Role(role) for role in roles),
            purpose=purpose,
            active=active,
        ),
        organisation=held,
        member=None if held.member is None else _hold_member(database, held.member),
    )


def _organisation(columns: list[object]) -> Organisation:
    name, member, kind, title, served_by, cross_border, active, identity = columns
    return Organisation(
        id=OrganisationId(str(name)),
        member=None if member is None else MemberCode(str(member)),
        kind=OrganisationKind(str(kind)),
        name=str(title),
        served_by=None if served_by is None else OrganisationId(str(served_by)),
        cross_border=bool(cross_border),
        active=bool(active),
        identity=None if identity is None else StixId(str(identity)),
    )


def _hold_member(database: Database, code: MemberCode) -> Member:
    ((name, status),) = database.execute(
        "SELECT name, status FROM members WHERE code = %s FOR SHARE", (code,)
    ).fetchall()
    return Member(code=code, name=name, status=MemberStatus(status))
