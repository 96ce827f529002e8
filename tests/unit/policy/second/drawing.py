"""Worlds and questions drawn by lot, quickly and by a seed, close to every edge that the reading rules have."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from hub.domain.agreements import ANY, Agreement, AgreementState, Clause, Effect, Reach
from hub.domain.directory import Account, Member, MemberStatus, Organisation, OrganisationKind, Role
from hub.domain.handling import Audience, Handling, Tlp
from hub.domain.identifiers import AccountId, AgreementId, MemberCode, OrganisationId
from tests.unit.policy.second.reading import active_reader
from tests.unit.policy.second.records import Facts

NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)
DAY = timedelta(days=1)
INSTANT = timedelta(microseconds=1)
QUESTIONS_A_WORLD = 40

CODES = ("FJ", "PG", "SG", "LA", "MX")
UNKNOWN_CODE = "ZZ"
TYPES = ("indicator", "malware", "report")
PURPOSES = ("network-defence", "research", "incident-response")
NUMBERS = ("1", "2", "3", "10", "20", "annex")
AGREEMENTS = ("baseline", "fj-pg", "pacific", "treaty")


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """One question: may this account read, at an instant, what was added at another."""

    reader: AccountId
    handling: Handling
    date_added: datetime
    at: datetime


def drawn(seed: int, decisions: int) -> Iterator[tuple[Facts, list[Drawn]]]:
    """Draw worlds, each with its questions, until there are as many questions as asked for."""
    lot = Random(seed)  # noqa: S311 - a lottery for tests, the same at every run
    while decisions > 0:
        facts = world(lot)
        asked = [question(lot, facts) for _ in range(min(QUESTIONS_A_WORLD, decisions))]
        decisions -= len(asked)
        yield facts, asked


def world(lot: Random) -> Facts:
    """Draw who takes part and what they have agreed; every country has a CERT and two or three more bodies."""
    members = {code: Member(code=code, name=code, status=_status(lot, code)) for code in map(MemberCode, CODES)}
    bodies = [body for code in (*CODES, UNKNOWN_CODE) for body in _organisations(lot, code)]
    bodies.append(_organisation("hub", None, OrganisationKind.HUB, active=lot.random() < 0.9))
    accounts = [account for body in bodies for account in _accounts(lot, body.id)]
    accounts.extend(_accounts(lot, OrganisationId("atlantis-cert")))
    names = [body.id for body in bodies]
    return Facts(
        members=members,
        organisations={body.id: body for body in bodies},
        accounts={account.id: account for account in accounts},
        agreements=tuple(_agreement(lot, names) for _ in range(lot.randint(2, 7))),
    )


def question(lot: Random, facts: Facts) -> Drawn:
    """Draw a question: often about a neighbour's object, often for a named reader, often exactly at a limit."""
    accounts = list(facts.accounts.values())
    active = [account for account in accounts if active_reader(facts, account.id) is not None]
    account = lot.choice(accounts if lot.random() < 0.1 or not active else active)
    reader = AccountId("fj-cert/nobody") if lot.random() < 0.01 else account.id
    at = _instant(lot, facts)
    return Drawn(reader=reader, handling=handling(lot, facts, account), date_added=at - _age(lot, facts), at=at)


def handling(lot: Random, facts: Facts, account: Account) -> Handling:
    """Draw the handling of an object that this account, or somebody else, may be named for."""
    return Handling(
        producer=_producer(lot, facts, account),
        type=lot.choice(TYPES),
        tlp=lot.choice((Tlp.CLEAR, *[level for level in Tlp if level is not Tlp.CLEAR] * 3)),
        audiences=frozenset(_audience(lot, facts, account) for _ in range(lot.choice((0, 0, 0, 1, 1, 1, 2, 3)))),
        unknown_marking=lot.random() < 0.04,
    )


def _status(lot: Random, code: str) -> MemberStatus:
    usual = {"LA": MemberStatus.OBSERVER, "MX": MemberStatus.SUSPENDED}.get(code, MemberStatus.ACTIVE)
    return usual if lot.random() < 0.8 else lot.choice(list(MemberStatus))


def _organisations(lot: Random, code: str) -> Iterator[Organisation]:
    """Draw the CERT of a country, which serves some of the others; now and then somebody else does, or nobody."""
    cert = f"{code.lower()}-cert"
    servers = (cert, cert, cert, f"{code.lower()}-grid", "fj-cert", "gone-cert", None)
    yield _organisation(cert, code, OrganisationKind.CERT, active=lot.random() < 0.95)
    for name in ("grid", "bank", "uni")[: lot.randint(2, 3)]:
        kind = lot.choice((OrganisationKind.CONSTITUENT, OrganisationKind.PARTNER))
        member = None if lot.random() < 0.02 else code
        yield _organisation(
            f"{code.lower()}-{name}",
            member,
            kind,
            served_by=lot.choice(servers),
            cross_border=lot.choice(("yes", "no")),
            active=lot.random() < 0.95,
        )


def _organisation(  # noqa: PLR0913 - the facts of an organisation are these
    name: str,
    member: str | None,
    kind: OrganisationKind,
    *,
    active: bool,
    served_by: str | None = None,
    cross_border: str = "no",
) -> Organisation:
    return Organisation(
        id=OrganisationId(name),
        member=None if member is None else MemberCode(member),
        kind=kind,
        name=name,
        served_by=None if served_by is None else OrganisationId(served_by),
        cross_border=cross_border == "yes",
        active=active,
        identity=None,
    )


def _accounts(lot: Random, owner: OrganisationId) -> Iterator[Account]:
    for name in ("ana", "ben"):
        yield Account(
            id=AccountId(f"{owner}/{name}"),
            organisation=owner,
            roles=frozenset({lot.choice(list(Role))}),
            purpose=lot.choice(PURPOSES),
            active=lot.random() < 0.96,
        )


def _agreement(lot: Random, names: list[OrganisationId]) -> Agreement:
    """Draw one version of an agreement: mostly a permit, mostly signed and running; ids repeat, so versions meet."""
    parties = frozenset(map(MemberCode, lot.sample(CODES, lot.randint(0, 3))))
    start = NOON + lot.randint(-3, 1) * DAY
    return Agreement(
        id=AgreementId(lot.choice(AGREEMENTS)),
        version=lot.randint(1, 3),
        title="drawn",
        effect=Effect.EXCLUDE if lot.random() < 0.1 else Effect.PERMIT,
        state=AgreementState.ACTIVE if lot.random() < 0.85 else lot.choice(list(AgreementState)),
        parties=parties,
        signed_by=parties if lot.random() < 0.85 else frozenset(sorted(parties)[1:]),
        valid_from=start,
        valid_until=None if lot.random() < 0.5 else start + lot.randint(1, 4) * DAY,
        clauses=tuple(_clause(lot, names, number) for number in lot.sample(NUMBERS, lot.randint(1, 3))),
    )


def _clause(lot: Random, names: list[OrganisationId], number: str) -> Clause:
    return Clause(
        number=number,
        origins=_some(lot, (*CODES, ANY)),
        destinations=_some(lot, (*CODES, ANY)),
        tlp_max=lot.choice((Tlp.GREEN, Tlp.AMBER, Tlp.AMBER_STRICT, Tlp.RED, Tlp.RED)),
        types=_some(lot, TYPES),
        purposes=_some(lot, PURPOSES),
        reach=lot.choice(list(Reach)),
        recipients=frozenset(lot.sample(names, lot.choice((0, 0, 2, 5)))),
        max_age_days=lot.choice((None, None, 0, 1, 2, 3)),
    )


def _some(lot: Random, pool: tuple[str, ...]) -> frozenset[str]:
    """Draw everything, or some names, and rarely nothing at all."""
    if lot.random() < 0.4:
        return frozenset({ANY})
    return frozenset(lot.sample(pool, lot.choice((0, 1, 2, 2, 3))))


def _producer(lot: Random, facts: Facts, account: Account) -> OrganisationId:
    """Draw a producer: often of the reader's own country, rarely one that nobody knows."""
    luck = lot.random()
    if luck < 0.02:
        return OrganisationId("atlantis-cert")
    if luck < 0.06:
        return account.organisation
    country = account.organisation[:3]
    neighbours = [name for name in facts.organisations if name.startswith(country)]
    return lot.choice(neighbours) if luck < 0.3 and neighbours else lot.choice(list(facts.organisations))


def _audience(lot: Random, facts: Facts, account: Account) -> Audience:
    """Draw an audience that mostly means this account, in one of the three ways or in several."""
    member = MemberCode(account.organisation[:2].upper())
    mine = lot.choice(("account", "account", "organisation", "member", "member", "all", "nobody"))
    members = set(lot.sample(list(facts.members), lot.randint(0, 1)))
    organisations = set(lot.sample(list(facts.organisations), lot.randint(0, 1)))
    accounts = set(lot.sample(list(facts.accounts), lot.randint(0, 1)))
    return Audience(
        members=frozenset(members | {member} if mine in {"member", "all"} else members),
        organisations=frozenset(
            organisations | {account.organisation} if mine in {"organisation", "all"} else organisations
        ),
        accounts=frozenset(accounts | {account.id} if mine in {"account", "all"} else accounts),
    )


def _instant(lot: Random, facts: Facts) -> datetime:
    """Draw an instant: exactly where an agreement begins or ends, just before or after, or some other time."""
    if lot.random() < 0.5:
        return NOON + timedelta(hours=lot.randint(-48, 48))
    agreement = lot.choice(facts.agreements)
    limit = lot.choice((agreement.valid_from, agreement.valid_until or agreement.valid_from))
    return limit + lot.choice((-INSTANT, timedelta(0), timedelta(0), INSTANT))


def _age(lot: Random, facts: Facts) -> timedelta:
    """Draw an age: exactly as many days as some clause allows, just less or more, or some other age."""
    if lot.random() < 0.3:
        return timedelta(hours=lot.randint(0, 96))
    clause = lot.choice(lot.choice(facts.agreements).clauses)
    return timedelta(days=clause.max_age_days or 0) + lot.choice((-INSTANT, timedelta(0), timedelta(0), INSTANT))
