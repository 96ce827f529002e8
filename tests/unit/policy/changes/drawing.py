"""Worlds, logs and changes drawn from a seed: quick enough for a thousand, the same at every run."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random
from typing import TypeVar

from hub.domain.agreements import ANY, Agreement, AgreementState, Clause, Effect, Reach
from hub.domain.directory import MemberStatus
from hub.domain.handling import Audience, Classes, Guard, Handling, Tlp
from hub.domain.identifiers import AgreementId, GuardId, HandlingId, MemberCode
from hub.policy.changes.candidates import (
    AccountTurn,
    Adoption,
    AgreementTurn,
    Change,
    Consent,
    ConsentTurn,
    MemberTurn,
    OrganisationTurn,
    PairTurn,
    Standing,
    changed,
)
from hub.policy.world import World
from tests.unit.policy.countries import ACCOUNTS, MEMBERS, NOW, ORGANISATIONS, REGION

Thing = TypeVar("Thing")

TYPES = ("indicator", "malware", "tool")
PURPOSES = ("network-defence", "research")
NAMES = ("alpha", "beta", "gamma")
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A version in the log: how long ago it and the two newest of its object were accepted."""

    guard: GuardId
    latest: bool
    ages: tuple[timedelta, timedelta, timedelta]


def draw_world(random: Random) -> World:
    """Draw a region that stands and has agreed as it may."""
    statuses = {code: random.choice([each.status] * 3 + list(MemberStatus)) for code, each in MEMBERS.items()}
    off = set(_some(random, [*ORGANISATIONS, *ACCOUNTS], at_most=3))
    consenting = set(_some(random, ORGANISATIONS, at_most=3))
    return replace(
        REGION,
        members={code: replace(each, status=statuses[code]) for code, each in MEMBERS.items()},
        organisations={
            name: replace(each, active=name not in off, cross_border=each.cross_border or name in consenting)
            for name, each in ORGANISATIONS.items()
        },
        accounts={name: replace(each, active=name not in off) for name, each in ACCOUNTS.items()},
        agreements=tuple(draw_agreement(random, name) for name in _some(random, NAMES, at_most=3)),
    )


def draw_agreement(random: Random, name: str) -> Agreement:
    """Draw an agreement that is mostly in force, or soon."""
    parties = frozenset(MemberCode(code) for code in random.choice([(), (), ("FJ", "PG"), ("PG", "SG", "FJ")]))
    begins = NOW + timedelta(days=random.choice([-9, -9, -1, 2]))
    return Agreement(
        id=AgreementId(name),
        version=1,
        title="Drawn",
        effect=random.choice([Effect.PERMIT, Effect.PERMIT, Effect.PERMIT, Effect.EXCLUDE]),
        state=random.choice([AgreementState.ACTIVE, AgreementState.ACTIVE, AgreementState.SUSPENDED]),
        parties=parties,
        signed_by=parties,
        valid_from=begins,
        valid_until=random.choice([None, None, begins + timedelta(days=12)]),
        clauses=tuple(_draw_clause(random, str(number)) for number in range(1, random.randint(1, 3) + 1)),
    )


def _draw_clause(random: Random, number: str) -> Clause:
    return Clause(
        number=number,
        origins=_names(random, list(MEMBERS)),
        destinations=_names(random, list(MEMBERS)),
        tlp_max=random.choice(list(Tlp)),
        types=_names(random, TYPES),
        purposes=_names(random, PURPOSES),
        reach=random.choice(list(Reach)),
        recipients=frozenset(_some(random, ORGANISATIONS, at_most=2)),
        max_age_days=random.choice([None, None, 1, 2, 3]),
    )


def draw_classes(random: Random) -> Classes:
    """Draw handlings, and guards of which some close older versions."""
    handlings = {_draw_handling(random): None for _ in range(random.randint(8, 16))}
    numbers = [HandlingId(number) for number in range(1, len(handlings) + 1)]
    guards = {Guard(number, number, number) for number in numbers}
    guards |= {Guard(*random.choices(numbers, k=3)) for _ in range(4)}
    return Classes(
        handlings=dict(zip(numbers, handlings, strict=True)),
        guards={GuardId(number): guard for number, guard in enumerate(sorted(guards), 1)},
    )


def _draw_handling(random: Random) -> Handling:
    return Handling(
        producer=random.choice(list(ORGANISATIONS)),
        type=random.choice(TYPES),
        tlp=random.choice(list(Tlp)),
        audiences=frozenset(_draw_audience(random) for _ in range(random.choice([0, 0, 0, 0, 1, 2]))),
        unknown_marking=random.random() < 0.1,
    )


def _draw_audience(random: Random) -> Audience:
    return Audience(
        members=frozenset(_some(random, MEMBERS, at_most=3)),
        organisations=frozenset(_some(random, ORGANISATIONS, at_most=3)),
        accounts=frozenset(_some(random, ACCOUNTS, at_most=3)),
    )


def draw_rows(random: Random, classes: Classes) -> list[Row]:
    """Draw a log; some guards stay without a version. No age is near a limit, for the clock of a database goes on."""
    guards = random.sample(list(classes.guards), k=max(1, len(classes.guards) - 2))
    return [
        Row(
            guard=random.choice(guards),
            latest=random.random() < 0.7,
            ages=(random.randint(1, 120) * HOUR, random.randint(1, 60) * HOUR, random.randint(1, 60) * HOUR),
        )
        for _ in range(30)
    ]


def draw_change(random: Random, world: World) -> Change:
    """Draw a change that can be made to a world and that makes it another; half of them concern agreements."""
    while True:
        change = _draw_change_of_agreements(random, world) if random.random() < 0.5 else _draw_turn(random)
        if changed(world, change) != world:
            return change


def _draw_turn(random: Random) -> Change:
    standing = random.choice(list(Standing))
    one, other = random.sample(list(MEMBERS), k=2)
    organisation = random.choice(list(ORGANISATIONS))
    turns: list[Change] = [
        MemberTurn(member=one, status=random.choice(list(MemberStatus))),
        OrganisationTurn(organisation=organisation, standing=standing),
        AccountTurn(account=random.choice(list(ACCOUNTS)), standing=standing),
        PairTurn(one=one, other=other, standing=standing),
        ConsentTurn(organisation=organisation, consent=random.choice(list(Consent))),
    ]
    return random.choice(turns)


def _draw_change_of_agreements(random: Random, world: World) -> Change:
    if world.agreements and random.random() < 0.4:
        state = random.choice([AgreementState.ACTIVE, AgreementState.SUSPENDED, AgreementState.ENDED])
        return AgreementTurn(agreement=random.choice(world.agreements).id, state=state)
    return Adoption(agreement=replace(draw_agreement(random, random.choice(NAMES)), version=2))


def _names(random: Random, pool: Sequence[str]) -> frozenset[str]:
    return (
        frozenset({ANY})
        if random.random() < 0.4
        else frozenset(random.sample(pool, k=random.randint(2, min(3, len(pool)))))
    )


def _some(random: Random, pool: Iterable[Thing], *, at_most: int) -> list[Thing]:
    every = list(pool)
    return random.sample(every, k=random.randint(0, min(at_most, len(every))))
