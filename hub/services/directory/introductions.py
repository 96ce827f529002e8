"""Introductions: who vouched for a member, and whom to call there. The rules do not look at them."""

import re
from typing import Final

from hub.domain.directory import Act, Contact, Introduction
from hub.domain.errors import NotFoundError, RequestError
from hub.domain.identifiers import MemberCode
from hub.services.directory import names
from hub.store.database import Pool
from hub.store.directory import introductions as stored
from hub.store.directory.members import find_member, lock_member
from hub.store.ledger import record

_EMAIL: Final = re.compile(r"[^@\s\x00-\x1f\x7f]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
_PHONE: Final = re.compile(r"\+[1-9][0-9]{6,14}")
_NOBODY: Final = Introduction(sponsor=None, contacts=())


def show_introduction(pool: Pool, member: MemberCode) -> Introduction:
    """Return the introduction of a member, one without contacts where nobody has given any; raise NotFoundError."""
    with pool.statement() as database:
        if find_member(database, member) is None:
            raise _no_member(member)
        return stored.find_introduction(database, member) or _NOBODY


def introduce_member(pool: Pool, member: MemberCode, introduction: Introduction, *, act: Act) -> Introduction:
    """Keep who vouched for a member and whom to call there, in place of what was kept before.

    Raise RequestError for what no contact is, NotFoundError where member or sponsor are not there.
    """
    check_introduction(member, introduction)
    with pool.transaction() as database:
        if lock_member(database, member) is None:
            raise _no_member(member)
        if introduction.sponsor is not None and find_member(database, introduction.sponsor) is None:
            raise _no_member(introduction.sponsor)
        known = stored.find_introduction(database, member)
        act.expects(known or _NOBODY)
        if known != introduction:
            stored.write_introduction(database, member, introduction)
            detail = {"sponsor": introduction.sponsor, "contacts": sorted(each.kind for each in introduction.contacts)}
            record(database, actor=act.actor, action="member.introduce", subject=member, detail=detail)
    return introduction


def check_introduction(member: MemberCode, introduction: Introduction) -> None:
    """Check an introduction by itself, whatever the directory holds; raise RequestError."""
    for contact in introduction.contacts:
        _check(contact)
    if introduction.sponsor == member:
        raise RequestError(f"{member} cannot vouch for itself.")


def _check(contact: Contact) -> None:
    names.line(contact.name)
    if not _EMAIL.fullmatch(contact.email):
        raise RequestError(f"{contact.email!r} is no e-mail address.")
    if contact.phone is not None and not _PHONE.fullmatch(contact.phone):
        raise RequestError(f"{contact.phone!r} is no telephone number; it is + and 7 to 15 digits, like +61255501234.")


def _no_member(code: MemberCode) -> NotFoundError:
    return NotFoundError(f"There is no member {code}; hub member list names them all.")
