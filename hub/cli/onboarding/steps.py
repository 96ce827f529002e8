"""What onboarding does to the directory, each step safe to repeat: what is there already stays as it is."""

from dataclasses import dataclass
from datetime import datetime

from hub.domain.directory import Account, Act, Member, MemberStatus, Organisation, OrganisationKind, Role
from hub.domain.errors import ConflictError
from hub.domain.identifiers import AccountId, MemberCode, OrganisationId
from hub.services.directory import accounts, members, organisations, tokens
from hub.store.database import Pool

ROLES = frozenset({Role.PRODUCER, Role.ANALYST, Role.ADMINISTRATOR})
"""What the first account of a CERT may do: publish, read, and keep its organisation's accounts, tokens and keys."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstAccount:
    """The account of the sheet, with the token that was made for it now."""

    account: AccountId
    secret: str
    expires: datetime


def find_member(pool: Pool, code: MemberCode) -> Member | None:
    """Return the member of a code."""
    return next((member for member in members.list_members(pool) if member.code == code), None)


def find_cert(pool: Pool, code: MemberCode) -> Organisation | None:
    """Return the member's active national CERT; None where there is none, or no such member yet."""
    if find_member(pool, code) is None:
        return None
    known = organisations.list_organisations(pool, member=code)
    return next((each for each in known if each.kind is OrganisationKind.CERT and each.active), None)


def ensure_member(pool: Pool, code: MemberCode, name: str, *, act: Act) -> Member:
    """Return the member, added as an active one where it was not there; raise ConflictError where it is suspended."""
    known = find_member(pool, code)
    if known is None:
        return members.add_member(pool, Member(code=code, name=name, status=MemberStatus.ACTIVE), act=act)
    if known.status is MemberStatus.SUSPENDED:
        raise ConflictError(f"{code} is suspended; hub member activate {code} first, where that is meant.")
    return known


def give_token(pool: Pool, account: AccountId, purpose: str, *, days: int, act: Act) -> FirstAccount:
    """Give the account a token, the first of a new account or one more."""
    organisation = OrganisationId(account.partition("/")[0])
    there = any(each.id == account for each in accounts.list_accounts(pool, organisation=organisation))
    if there:
        issued = tokens.add_token(pool, account, days=days, act=act)
    else:
        wanted = Account(id=account, organisation=organisation, roles=ROLES, purpose=purpose, active=True)
        issued = accounts.add_account(pool, wanted, token_days=days, act=act)
    return FirstAccount(account=account, secret=issued.secret, expires=issued.token.expires)
