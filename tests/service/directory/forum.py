"""A small forum to change: two members with a CERT each, and one clock."""

from datetime import UTC, datetime
from typing import Final

from hub.domain.directory import Account, Member, MemberStatus, Organisation, OrganisationKind, Role
from hub.domain.identifiers import AccountId, MemberCode, OrganisationId, StixId
from hub.services.directory.members import add_member
from hub.services.directory.organisations import add_organisation
from hub.store.database import Pool
from tests.support.acts import made

NOW: Final = datetime(2026, 3, 1, 12, tzinfo=UTC)
ACTOR: Final = "cli:olga"
AU: Final = MemberCode("AU")
NZ: Final = MemberCode("NZ")
AU_CERT: Final = OrganisationId("au-cert")
AU_POWER: Final = OrganisationId("au-power")
AU_TELCO: Final = OrganisationId("au-telco")
NZ_CERT: Final = OrganisationId("nz-cert")
ANA: Final = AccountId("au-cert/ana")


def member(code: str, *, name: str = "A country", status: MemberStatus = MemberStatus.ACTIVE) -> Member:
    return Member(code=MemberCode(code), name=name, status=status)


def organisation(  # noqa: PLR0913 - each test names the facts that it is about
    organisation_id: str,
    *,
    kind: OrganisationKind = OrganisationKind.CONSTITUENT,
    member: str | None = "AU",
    name: str = "An organisation",
    served_by: str | None = None,
    identity: str | None = None,
) -> Organisation:
    return Organisation(
        id=OrganisationId(organisation_id),
        member=None if member is None else MemberCode(member),
        kind=kind,
        name=name,
        served_by=None if served_by is None else OrganisationId(served_by),
        cross_border=False,
        active=True,
        identity=None if identity is None else StixId(identity),
    )


def account(
    account_id: str = ANA, *, roles: frozenset[Role] = frozenset({Role.ANALYST}), purpose: str = "network-defence"
) -> Account:
    return Account(
        id=AccountId(account_id),
        organisation=OrganisationId(account_id.partition("/")[0]),
        roles=roles,
        purpose=purpose,
        active=True,
    )


def found_forum(pool: Pool) -> None:
    add_member(pool, member("AU"), act=made(ACTOR))
    add_member(pool, member("NZ"), act=made(ACTOR))
    add_organisation(pool, organisation("au-cert", kind=OrganisationKind.CERT), act=made(ACTOR))
    add_organisation(pool, organisation("nz-cert", kind=OrganisationKind.CERT, member="NZ"), act=made(ACTOR))
