"""Introductions of members: one row each, none where nobody has given one."""

import msgspec
from psycopg.types.json import Jsonb

from hub.domain.directory import Contact, Introduction
from hub.domain.identifiers import MemberCode
from hub.store.database import Database


def find_introduction(database: Database, member: MemberCode) -> Introduction | None:
    """Return the introduction of a member."""
    row = database.execute("SELECT sponsor, contacts FROM introductions WHERE member = %s", (member,)).fetchone()
    if row is None:
        return None
    sponsor, contacts = row
    return Introduction(sponsor=sponsor, contacts=msgspec.convert(contacts, tuple[Contact, ...]))


def write_introduction(database: Database, member: MemberCode, introduction: Introduction) -> None:
    """Keep an introduction in place of the one before."""
    database.execute(
        "INSERT INTO introductions (member, sponsor, contacts) VALUES (%s, %s, %s)"
        " ON CONFLICT (member) DO UPDATE SET sponsor = excluded.sponsor, contacts = excluded.contacts",
        (member, introduction.sponsor, Jsonb(msgspec.to_builtins(introduction.contacts))),
    )
