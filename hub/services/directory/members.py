"""Members: who takes part in the forum, and where each stands."""

from collections.abc import Callable
from dataclasses import asdict, replace

from hub.domain.directory import Act, Member, MemberStatus
from hub.domain.errors import ConflictError, NotFoundError
from hub.domain.identifiers import MemberCode
from hub.services.directory import names
from hub.services.policy_change import policy_change
from hub.store.database import Pool
from hub.store.directory import members as stored
from hub.store.ledger import record


def list_members(pool: Pool) -> tuple[Member, ...]:
    """Return every member in order of code."""
    with pool.statement() as database:
        return stored.list_members(database)


def member_codes(pool: Pool) -> frozenset[MemberCode]:
    """Return the code of every member."""
    return frozenset(member.code for member in list_members(pool))


def show_member(pool: Pool, code: MemberCode) -> Member:
    """Return one member; raise NotFoundError."""
    with pool.statement() as database:
        return _known(stored.find_member(database, code), code)


def add_member(pool: Pool, member: Member, *, act: Act) -> Member:
    """Add a member; raise RequestError for what no member is called, ConflictError where it is there."""
    member = replace(member, code=names.member_code(member.code), name=names.line(member.name))
    with pool.transaction() as database, policy_change(database, act):
        if not stored.insert_member(database, member):
            raise ConflictError(f"{member.code} is a member already; see hub member show {member.code}.")
        detail = {"name": member.name, "status": member.status}
        record(database, actor=act.actor, action="member.add", subject=member.code, detail=detail)
    return member


def activate_member(pool: Pool, code: MemberCode, *, act: Act) -> Member:
    """Let the member's organisations read and publish, and be covered by agreements with every active member."""
    return _set_status(pool, code, MemberStatus.ACTIVE, action="member.activate", act=act)


def observe_member(pool: Pool, code: MemberCode, *, act: Act) -> Member:
    """Make the member an observer: it reads what agreements grant it by name, and publishes nothing (PR-01)."""
    return _set_status(pool, code, MemberStatus.OBSERVER, action="member.observe", act=act)


def suspend_member(pool: Pool, code: MemberCode, *, act: Act) -> Member:
    """Close the hub to every account of the member (SR-01, PR-01); what it has published stays."""
    return _set_status(pool, code, MemberStatus.SUSPENDED, action="member.suspend", act=act)


def change_member(pool: Pool, code: MemberCode, change: Callable[[Member], Member], *, act: Act) -> Member:
    """Change name and status together: `change` gives the member that is to be."""

    def amend(known: Member) -> Member:
        wanted = change(known)
        return replace(known, name=names.line(wanted.name), status=wanted.status)

    return _amend(pool, code, amend, action="member.change", act=act)


def _set_status(pool: Pool, code: MemberCode, status: MemberStatus, *, action: str, act: Act) -> Member:
    return _amend(pool, code, lambda known: replace(known, status=status), action=action, act=act)


def _amend(pool: Pool, code: MemberCode, amend: Callable[[Member], Member], *, action: str, act: Act) -> Member:
    with pool.transaction() as database:
        known = _known(stored.lock_member(database, code), code)
        act.expects(known)
        changed = amend(known)
        if changed == known:
            return known
        with policy_change(database, act):
            stored.update_member(database, changed)
            was, now = asdict(known), asdict(changed)
            detail = {key: [was[key], now[key]] for key in now if now[key] != was[key]}
            record(database, actor=act.actor, action=action, subject=code, detail=detail)
    return changed


def _known(member: Member | None, code: MemberCode) -> Member:
    if member is None:
        raise NotFoundError(f"There is no member {code}; hub member list names them all.")
    return member
