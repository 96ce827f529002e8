"""Four members with a CERT, a key, an analyst, and an amber object each; what they agree, and what that opens."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from hub.domain.agreements import AgreementDocument, AgreementRecord, Clause, Effect
from hub.domain.directory import Account, Act, Member, MemberStatus, Organisation, OrganisationKind, Role
from hub.domain.handling import Guard, Handling, Tlp
from hub.domain.identifiers import AccountId, AgreementId, MemberCode, OrganisationId
from hub.policy.reading import decide_by_age
from hub.services.agreements.catalogue import show_agreement
from hub.services.directory.accounts import add_account
from hub.services.directory.members import add_member
from hub.services.directory.organisations import add_organisation
from hub.store.database import Pool
from hub.store.facts import load_facts
from hub.store.log.classes import intern_guards, intern_handlings
from hub.store.log.head import lock_head
from tests.support.acts import made
from tests.support.agreements import Signer, signer

NOW: Final = datetime(2026, 11, 1, 12, tzinfo=UTC)
DAY: Final = timedelta(days=1)
OLGA: Final = "cli:olga"
OMAR: Final = "cli:omar"
CODES: Final = ("AU", "JP", "NZ", "SG")
LEVELS: Final = (Tlp.CLEAR, Tlp.GREEN, Tlp.AMBER)
Readings = set[tuple[str, str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Forum:
    """The database, and a signer of each member's CERT."""

    pool: Pool
    signers: dict[str, Signer]

    def sees(self, *, at: datetime = NOW) -> Readings:
        """Return (origin, reader's member, level) of what crosses a border at an instant, by the rules."""
        with self.pool.snapshot() as database:
            facts = load_facts(database)
        return {
            (_code(handling.producer), _code(account.organisation), handling.tlp.label)
            for handling in facts.classes.handlings.values()
            for account in facts.world.accounts.values()
            if _code(handling.producer) != _code(account.organisation)
            and decide_by_age(facts.world, account.id, handling, age=timedelta(0), at=at).allowed
        }

    def amber(self, *, at: datetime = NOW) -> set[str]:
        """Return the ways that amber goes at an instant: `AU>NZ`."""
        return {f"{origin}>{reader}" for origin, reader, level in self.sees(at=at) if level == "amber"}

    def show(self, name: str) -> AgreementRecord:
        """Return an agreement as it stands."""
        return show_agreement(self.pool, AgreementId(name))

    def sign(self, name: str, *codes: str, number: int = 1, at: datetime = NOW) -> AgreementRecord:
        """Sign a version for some members."""
        for code in codes:
            self.signers[code].sign(self.pool, name, number, at=at)
        return self.show(name)


def olga(at: datetime = NOW) -> Act:
    """Return a change by the operator Olga."""
    return made(OLGA, at=at)


def omar(at: datetime = NOW) -> Act:
    """Return a change by the operator Omar."""
    return made(OMAR, at=at)


def clause(number: str = "1", *, origin: str = "AU", to: str = "NZ", tlp: Tlp = Tlp.AMBER) -> Clause:
    """Write a clause between two members, or `*`."""
    return Clause(number=number, origins=frozenset({origin}), destinations=frozenset({to}), tlp_max=tlp)


def document(
    name: str = "au-nz", *clauses: Clause, parties: str = "AU NZ", effect: Effect = Effect.PERMIT
) -> AgreementDocument:
    """Write a first version, valid since yesterday, amber both ways between Australia and New Zealand unless told."""
    return AgreementDocument(
        id=AgreementId(name),
        version=1,
        title=f"Agreement {name}",
        effect=effect,
        parties=frozenset(map(MemberCode, parties.split())),
        valid_from=NOW - DAY,
        valid_until=None,
        clauses=clauses or (clause("1"), clause("2", origin="NZ", to="AU")),
    )


def next_version(first: AgreementDocument, *clauses: Clause, begins: datetime = NOW - DAY) -> AgreementDocument:
    """Write the version after another one."""
    return replace(first, version=first.version + 1, clauses=clauses or first.clauses, valid_from=begins)


def found_forum(pool: Pool) -> Forum:
    """Found it."""
    for code in CODES:
        _add_country(pool, code)
    with pool.transaction() as database:
        lock_head(database)
        classes = load_facts(database).classes
        wanted = [
            Handling(producer=OrganisationId(f"{code.lower()}-cert"), type="indicator", tlp=level)
            for code in CODES
            for level in LEVELS
        ]
        numbers = intern_handlings(database, wanted, classes)
        intern_guards(database, [Guard(number, number, number) for number in numbers.values()], classes)
    return Forum(pool=pool, signers={code: signer(pool, f"{code.lower()}-cert") for code in CODES})


def _add_country(pool: Pool, code: str) -> None:
    act = made(OLGA, at=NOW - 2 * DAY)
    cert = OrganisationId(f"{code.lower()}-cert")
    add_member(pool, Member(code=MemberCode(code), name=code, status=MemberStatus.ACTIVE), act=act)
    add_organisation(
        pool,
        Organisation(
            id=cert,
            member=MemberCode(code),
            kind=OrganisationKind.CERT,
            name=code,
            served_by=None,
            cross_border=False,
            active=True,
            identity=None,
        ),
        act=act,
    )
    analyst = Account(
        id=AccountId(f"{cert}/ana"),
        organisation=cert,
        roles=frozenset({Role.ANALYST}),
        purpose="network-defence",
        active=True,
    )
    add_account(pool, analyst, token_days=1, act=act)


def _code(organisation: str) -> str:
    return organisation[:2].upper()
