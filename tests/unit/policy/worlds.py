"""Random agreements and handlings over the small region, for properties that must hold in every world."""

from datetime import datetime, timedelta
from functools import partial

from hypothesis import settings
from hypothesis import strategies as st

from hub.domain.agreements import ANY, Agreement, AgreementState, Clause, Effect, Reach
from hub.domain.handling import Audience, Handling, Tlp
from hub.domain.identifiers import AccountId, AgreementId, MemberCode, OrganisationId
from hub.policy.world import World
from tests.unit.policy.countries import ACCOUNTS, MEMBERS, NOW, ORGANISATIONS, region

prove = settings(derandomize=True, deadline=None, max_examples=200, database=None)
"""The same worlds at every run, however slow the machine."""

TYPES = ("indicator", "malware")
PURPOSES = ("network-defence", "research")

some = partial(st.frozensets, max_size=3)
ages = st.integers(0, 4).map(lambda halves: timedelta(days=halves / 2)) | st.timedeltas(timedelta(0), timedelta(days=4))
instants: st.SearchStrategy[datetime] = st.integers(-3, 3).map(lambda days: NOW + timedelta(days=days))
readers = st.sampled_from([*ACCOUNTS, AccountId("fj-cert/nobody")])
levels = st.sampled_from(Tlp)


def _names(pool: tuple[str, ...]) -> st.SearchStrategy[frozenset[str]]:
    return st.just(frozenset({ANY})) | some(st.sampled_from(pool))


clauses: st.SearchStrategy[Clause] = st.builds(
    Clause,
    number=st.sampled_from(["1", "2", "10", "annex"]),
    origins=_names(("FJ", "PG", "SG", "LA", "MX")),
    destinations=_names(("FJ", "PG", "SG", "LA", "MX")),
    tlp_max=levels,
    types=_names(TYPES),
    purposes=_names(PURPOSES),
    reach=st.sampled_from(Reach),
    recipients=some(st.sampled_from(list(ORGANISATIONS))),
    max_age_days=st.none() | st.integers(0, 3),
)

agreements: st.SearchStrategy[Agreement] = st.builds(
    Agreement,
    id=st.sampled_from([AgreementId(name) for name in "abc"]),
    version=st.integers(1, 2),
    title=st.just("drawn"),
    effect=st.sampled_from([Effect.PERMIT, Effect.PERMIT, Effect.PERMIT, Effect.EXCLUDE]),
    state=st.sampled_from([AgreementState.ACTIVE, AgreementState.ACTIVE, AgreementState.DRAFT]),
    parties=some(st.sampled_from([MemberCode("FJ"), MemberCode("PG")])),
    signed_by=st.just(frozenset({MemberCode("FJ"), MemberCode("PG")})) | some(st.sampled_from(list(MEMBERS))),
    valid_from=instants,
    valid_until=st.none() | instants,
    clauses=st.lists(clauses, max_size=3).map(tuple),
)

worlds: st.SearchStrategy[World] = st.lists(agreements, max_size=4).map(lambda drawn: region(*drawn))

audiences: st.SearchStrategy[Audience] = st.builds(
    Audience,
    members=some(st.sampled_from(list(MEMBERS))),
    organisations=some(st.sampled_from(list(ORGANISATIONS))),
    accounts=some(st.sampled_from(list(ACCOUNTS))),
)

handlings: st.SearchStrategy[Handling] = st.builds(
    Handling,
    producer=st.sampled_from([*ORGANISATIONS, OrganisationId("atlantis-cert")]),
    type=st.sampled_from(TYPES),
    tlp=levels,
    audiences=st.just(frozenset[Audience]()) | st.frozensets(audiences, max_size=2),
    unknown_marking=st.sampled_from([False, False, False, True]),
)
