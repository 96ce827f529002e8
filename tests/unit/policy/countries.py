"""A small region for the tests of the rules: three members, an observer, a suspended member, and the hub itself."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hub.domain.agreements import Agreement, AgreementState, Clause, Effect
from hub.domain.directory import Account, Member, MemberStatus, Organisation, OrganisationKind, Role
from hub.domain.handling import Audience, Handling, Tlp
from hub.domain.identifiers import AccountId, AgreementId, MemberCode, OrganisationId
from hub.policy.decisions import Decision
from hub.policy.reading import decide
from hub.policy.world import World

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
START = datetime(2026, 1, 1, tzinfo=UTC)

MEMBERS = {
    MemberCode(code): Member(code=MemberCode(code), name=code, status=status)
    for code, status in {
        "FJ": MemberStatus.ACTIVE,
        "PG": MemberStatus.ACTIVE,
        "SG": MemberStatus.ACTIVE,
        "LA": MemberStatus.OBSERVER,
        "MX": MemberStatus.SUSPENDED,
    }.items()
}


def organisation(
    name: str, kind: OrganisationKind, *, served_by: str | None = None, cross_border: bool = False
) -> Organisation:
    """Return an active organisation; its member is in its name: `fj-cert`."""
    code, _, _ = name.partition("-")
    return Organisation(
        id=OrganisationId(name),
        member=None if kind is OrganisationKind.HUB else MemberCode(code.upper()),
        kind=kind,
        name=name,
        served_by=None if served_by is None else OrganisationId(served_by),
        cross_border=cross_border,
        active=True,
        identity=None,
    )


ORGANISATIONS = {
    found.id: found
    for found in (
        organisation("fj-cert", OrganisationKind.CERT),
        organisation("fj-water", OrganisationKind.CONSTITUENT, served_by="fj-cert", cross_border=True),
        organisation("fj-bank", OrganisationKind.PARTNER, served_by="fj-cert"),
        organisation("fj-branch", OrganisationKind.PARTNER, served_by="fj-bank"),
        organisation("fj-uni", OrganisationKind.PARTNER),
        organisation("pg-cert", OrganisationKind.CERT),
        organisation("pg-grid", OrganisationKind.CONSTITUENT, served_by="pg-cert", cross_border=True),
        organisation("pg-mine", OrganisationKind.PARTNER, served_by="pg-grid"),
        organisation("pg-abroad", OrganisationKind.PARTNER, served_by="fj-cert"),
        organisation("sg-cert", OrganisationKind.CERT),
        organisation("la-cert", OrganisationKind.CERT),
        organisation("mx-cert", OrganisationKind.CERT),
        organisation("hub", OrganisationKind.HUB),
    )
}


def account(name: str, *, purpose: str = "network-defence") -> Account:
    """Return an active account that may publish and read; its organisation is in its name: `fj-cert/ana`."""
    owner, _, _ = name.partition("/")
    return Account(
        id=AccountId(name),
        organisation=OrganisationId(owner),
        roles=frozenset({Role.PRODUCER, Role.ANALYST}),
        purpose=purpose,
        active=True,
    )


ACCOUNTS = {
    found.id: found
    for owner in ORGANISATIONS
    for found in (account(f"{owner}/ana"), account(f"{owner}/ben", purpose="research"))
}

REGION = World(members=MEMBERS, organisations=ORGANISATIONS, accounts=ACCOUNTS, agreements=())


def clause(number: str = "1", *, origins: Iterable[str] = ("FJ",), destinations: Iterable[str] = ("PG",)) -> Clause:
    """Return a clause from Fiji to Papua New Guinea that lets everything through that reach allows."""
    return Clause(number=number, origins=frozenset(origins), destinations=frozenset(destinations), tlp_max=Tlp.RED)


def agreement(*clauses: Clause, name: str = "fj-pg", effect: Effect = Effect.PERMIT) -> Agreement:
    """Return an agreement that is in force since `START`; with no clause given it holds `clause()`."""
    parties = frozenset({MemberCode("FJ"), MemberCode("PG")})
    return Agreement(
        id=AgreementId(name),
        version=1,
        title=name,
        effect=effect,
        state=AgreementState.ACTIVE,
        parties=parties,
        signed_by=parties,
        valid_from=START,
        valid_until=None,
        clauses=clauses or (clause(),),
    )


def region(*agreements: Agreement) -> World:
    """Return the region with these agreements and no others."""
    return replace(REGION, agreements=agreements)


def handling(tlp: Tlp, *audiences: Audience, producer: str = "fj-cert", type_: str = "indicator") -> Handling:
    """Return the handling of an object of `fj-cert`, narrowed to the audiences."""
    return Handling(producer=OrganisationId(producer), type=type_, tlp=tlp, audiences=frozenset(audiences))


def audience(*names: str) -> Audience:
    """Return the audience of names as they look: `PG`, `pg-cert`, `pg-cert/ana`."""
    return Audience(
        members=frozenset(MemberCode(name) for name in names if name.isupper()),
        organisations=frozenset(OrganisationId(name) for name in names if name.islower() and "/" not in name),
        accounts=frozenset(AccountId(name) for name in names if "/" in name),
    )


def ask(world: World, reader: str, what: Handling, *, days_old: float = 0, at: datetime = NOW) -> Decision:
    """Decide for a reader of the region about something that was added some days ago."""
    return decide(world, AccountId(reader), what, added=at - timedelta(days=days_old), at=at)


def answer(world: World, reader: str, what: Handling, *, days_old: float = 0, at: datetime = NOW) -> str:
    """Decide as `ask`, and return the decision in three words: `allow SR-05 clear`."""
    decision = ask(world, reader, what, days_old=days_old, at=at)
    return f"{'allow' if decision.allowed else 'deny'} {decision.rule} {decision.reason}"
