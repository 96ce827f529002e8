"""Random changes of random worlds, for the properties of what a change does."""

from dataclasses import replace

from hypothesis import strategies as st

from hub.domain.agreements import AgreementState
from hub.domain.directory import MemberStatus
from hub.domain.handling import Classes, Guard
from hub.domain.identifiers import GuardId, HandlingId, OrganisationId
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
)
from hub.policy.world import World
from tests.unit.policy import worlds
from tests.unit.policy.countries import ACCOUNTS, MEMBERS, ORGANISATIONS

TURNED = (AgreementState.ACTIVE, AgreementState.SUSPENDED, AgreementState.ENDED)


@st.composite
def standing_worlds(draw: st.DrawFn) -> World:
    """Draw a world in which members, organisations and accounts stand as they may."""
    world = draw(worlds.worlds)
    members = {
        code: replace(known, status=draw(st.sampled_from([known.status, known.status, *MemberStatus])))
        for code, known in world.members.items()
    }
    off = draw(worlds.some(st.sampled_from([*ORGANISATIONS, *ACCOUNTS])))
    consenting = draw(worlds.some(st.sampled_from(list(ORGANISATIONS))))
    organisations = {
        name: replace(known, active=name not in off, cross_border=known.cross_border or name in consenting)
        for name, known in world.organisations.items()
    }
    if draw(st.booleans()):
        del organisations[OrganisationId("fj-bank")]
    accounts = {name: replace(known, active=name not in off) for name, known in world.accounts.items()}
    return replace(world, members=members, organisations=organisations, accounts=accounts)


def changes(world: World) -> st.SearchStrategy[Change]:
    """Draw a change that can be made to a world."""
    standings, members = st.sampled_from(Standing), st.sampled_from(list(MEMBERS))
    pairs = st.lists(members, min_size=2, max_size=2, unique=True)
    possible: list[st.SearchStrategy[Change]] = [
        st.builds(Adoption, agreement=worlds.agreements),
        st.builds(MemberTurn, member=members, status=st.sampled_from(MemberStatus)),
        st.builds(OrganisationTurn, organisation=st.sampled_from(list(world.organisations)), standing=standings),
        st.builds(AccountTurn, account=st.sampled_from(list(ACCOUNTS)), standing=standings),
        st.builds(lambda two, standing: PairTurn(one=two[0], other=two[1], standing=standing), pairs, standings),
        st.builds(
            ConsentTurn, organisation=st.sampled_from(list(world.organisations)), consent=st.sampled_from(Consent)
        ),
    ]
    if world.agreements:
        named = st.sampled_from([known.id for known in world.agreements])
        possible.append(st.builds(AgreementTurn, agreement=named, state=st.sampled_from(TURNED)))
    return st.one_of(possible)


@st.composite
def classes(draw: st.DrawFn) -> Classes:
    """Draw a few handlings, and guards of any three of them."""
    handlings = draw(st.lists(worlds.handlings, min_size=1, max_size=6, unique=True))
    parts = st.integers(1, len(handlings))
    guards = draw(st.lists(st.tuples(parts, parts, parts), max_size=6, unique=True))
    every = [(part, part, part) for part in range(1, len(handlings) + 1)] + guards
    return Classes(
        handlings={HandlingId(number): handling for number, handling in enumerate(handlings, 1)},
        guards={GuardId(number): Guard(*map(HandlingId, three)) for number, three in enumerate(every, 1)},
    )
