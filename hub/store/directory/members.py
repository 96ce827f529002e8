"""Member countries: one row each."""

from collections.abc import Sequence
from typing import Any

from hub.domain.directory import Member, MemberStatus
from hub.domain.identifiers import MemberCode
from hub.store.database import Database


def member_of(row: Sequence[Any]) -> Member:
    """Read a row of (code, name, status)."""
    code, name, status = row
    return Member(code=MemberCode(code), name=name, status=MemberStatus(status))


def list_members(database: Database) -> tuple[Member, ...]:
    """Return every member in order of code."""
    rows = database.execute('SELECT code, name, status FROM members ORDER BY code COLLATE "C"').fetchall()
    return tuple(member_of(row) for row in rows)


def find_member(database: Database, code: MemberCode) -> Member | None:
    """Return the member of a code."""
    row = database.execute("SELECT code, name, status FROM members WHERE code = %s", (code,)).fetchone()
    return None if row is None else member_of(row)


def lock_member(database: Database, code: MemberCode) -> Member | None:
    """Return the member of a code, and let nobody else change it or its organisations before this transaction ends."""
    row = database.execute(
        "SELECT code, name, status FROM members WHERE code = %s FOR NO KEY UPDATE",
        (code,),
    ).fetchone()
    return None if row is None else member_of(row)


def insert_member(database: Database, member: Member) -> bool:
    """Add a member; False where its code is taken."""
    added = database.execute(
        "INSERT INTO members (code, name, status) VALUES (%s, %s, %s) ON CONFLICT (code) DO NOTHING",
        (member.code, member.name, member.status),
    )
    return added.rowcount == 1


def update_member(database: Database, member: Member) -> None:
    """Write everything but the code."""
    database.execute(
        "UPDATE members SET name = %s, status = %s WHERE code = %s",
        (member.name, member.status, member.code),
    )
