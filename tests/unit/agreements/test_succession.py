"""Which version holds when: by the clock alone, and never two at once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from hub.domain.agreements import (
    AgreementDocument,
    AgreementRecord,
    AgreementState,
    AgreementVersion,
    Clause,
    Effect,
    Signature,
)
from hub.domain.handling import Tlp
from hub.domain.identifiers import AgreementId, KeyId, MemberCode
from hub.policy.agreements import life
from hub.policy.agreements.canonical import drafted
from hub.policy.agreements.succession import comes_into_force, succession
from hub.policy.clauses import in_force
from hub.policy.visibility import next_change
from hub.policy.world import World

DAY_0 = datetime(2026, 1, 1, tzinfo=UTC)
AU = MemberCode("AU")
MOMENT = timedelta(microseconds=1)
_CLAUSE = Clause(number="1", origins=frozenset({"AU"}), destinations=frozenset({"NZ"}), tlp_max=Tlp.AMBER)


def version_in_force(record: AgreementRecord, *, at: datetime) -> AgreementVersion | None:
    """Return the version that holds at an instant."""
    held = next((agreement.version for agreement in succession(record) if in_force(agreement, at=at)), None)
    return None if held is None else record.version(held)


def day(number: float) -> datetime:
    return DAY_0 + timedelta(days=number)


def version(
    number: int, *, begins: float, ends: float | None = None, activated: float | None = None, state: str = "active"
) -> AgreementVersion:
    document = AgreementDocument(
        id=AgreementId("au-nz"),
        version=number,
        title="Between two",
        effect=Effect.PERMIT,
        parties=frozenset({AU}),
        valid_from=day(begins),
        valid_until=None if ends is None else day(ends),
        clauses=(_CLAUSE,),
    )
    return replace(
        drafted(document, at=DAY_0),
        state=AgreementState(state),
        activated=None if activated is None else day(activated),
        signatures=(Signature(member=AU, key=KeyId("k"), value=bytes(64), actor="a", at=DAY_0),),
    )


def record(*versions: AgreementVersion) -> AgreementRecord:
    return AgreementRecord(id=AgreementId("au-nz"), versions=versions)


def held(agreement: AgreementRecord, at: float) -> int | None:
    found = version_in_force(agreement, at=day(at))
    return None if found is None else found.number


FIRST = version(1, begins=0, activated=0)


def test_a_version_holds_from_its_valid_from_or_its_activation_where_that_is_later() -> None:
    assert comes_into_force(version(1, begins=5, activated=2)) == day(5)
    assert comes_into_force(version(1, begins=1, activated=2)) == day(2)


def test_an_amendment_replaces_at_the_very_instant_it_comes_into_force_and_not_before() -> None:
    agreement = record(FIRST, version(2, begins=10, activated=3))
    first, second = succession(agreement)
    assert first.valid_until == second.valid_from == day(10)
    assert in_force(first, at=day(10) - MOMENT)
    assert not in_force(second, at=day(10) - MOMENT)
    assert in_force(second, at=day(10))
    assert not in_force(first, at=day(10))


def test_an_amendment_that_is_only_proposed_replaces_nothing() -> None:
    agreement = record(FIRST, version(2, begins=0, state="proposed"))
    assert held(agreement, 100) == 1


def test_a_draft_is_not_seen_by_any_rule() -> None:
    assert [agreement.version for agreement in succession(record(FIRST, version(2, begins=0, state="draft")))] == [1]


def test_what_has_come_to_nothing_before_it_was_active_is_not_seen_by_any_rule() -> None:
    assert succession(record(version(1, begins=0, state="ended"))) == ()


def test_three_versions_follow_each_other() -> None:
    agreement = record(FIRST, version(2, begins=10, activated=1), version(3, begins=20, activated=2))
    assert [held(agreement, at) for at in (0, 9.9, 10, 19.9, 20, 500)] == [1, 1, 2, 2, 3, 3]


def test_a_third_version_that_comes_before_the_second_leaves_it_no_time() -> None:
    agreement = record(FIRST, version(2, begins=20, activated=1), version(3, begins=10, activated=2))
    assert [held(agreement, at) for at in (0, 9.9, 10, 20, 500)] == [1, 1, 3, 3, 3]
    assert [each.version for each in succession(agreement)] == [1, 3]


def test_a_version_that_is_replaced_at_the_instant_it_would_begin_is_not_seen_by_any_rule() -> None:
    agreement = record(version(1, begins=10, activated=0), version(2, begins=10, activated=1))
    assert [each.version for each in succession(agreement)] == [2]


def test_an_older_version_does_not_come_back_when_the_newer_one_runs_out() -> None:
    agreement = record(FIRST, version(2, begins=10, ends=20, activated=1))
    assert [held(agreement, at) for at in (0, 10, 20)] == [1, 2, None]


def test_a_suspension_takes_all_versions_out_of_force_and_a_resumption_puts_them_where_they_would_be() -> None:
    agreement = record(FIRST, version(2, begins=10, activated=1))
    suspended = life.suspended(agreement)
    assert [held(suspended, at) for at in (0, 10, 500)] == [None, None, None]
    assert life.resumed(suspended) == agreement


def test_a_version_that_everybody_signs_while_the_agreement_is_suspended_waits_for_the_resumption() -> None:
    suspended = life.suspended(record(FIRST, version(2, begins=0, state="proposed")))
    signed = life.activated(suspended, 2, at=day(5))
    assert held(signed, 6) is None
    assert held(life.resumed(signed), 6) == 2


def test_the_end_ends_every_version() -> None:
    ended = life.ended(record(FIRST, version(2, begins=10, activated=1)), at=day(5))
    assert [held(ended, at) for at in (0, 5, 10)] == [None, None, None]


def test_an_activation_ends_the_proposals_before_it() -> None:
    agreement = record(FIRST, version(2, begins=0, state="proposed"), version(3, begins=0, state="proposed"))
    activated = life.activated(agreement, 3, at=day(1))
    assert [each.state.value for each in activated.versions] == ["active", "ended", "active"]


def test_the_clock_alone_is_told_of_each_change() -> None:
    agreement = record(FIRST, version(2, begins=10, ends=15, activated=3))
    world = World(members={}, organisations={}, accounts={}, agreements=succession(agreement))
    assert next_change(world, at=day(1)) == day(10)
    assert next_change(world, at=day(10)) == day(15)
    assert next_change(world, at=day(15)) is None


_DAYS = st.integers(0, 30)


@st.composite
def records(draw: st.DrawFn) -> AgreementRecord:
    """Draw an agreement of up to five versions, each anywhere in its life."""
    versions = []
    for number in range(1, draw(st.integers(1, 5)) + 1):
        begins = draw(_DAYS)
        state = draw(st.sampled_from(["draft", "proposed", "active", "active", "suspended", "ended"]))
        can_be_active = state in ("active", "suspended") or (state == "ended" and draw(st.booleans()))
        versions.append(
            version(
                number,
                begins=begins,
                ends=draw(st.none() | st.integers(begins + 1, 40)),
                activated=draw(_DAYS) if can_be_active else None,
                state=state,
            )
        )
    return record(*versions)


@given(records(), st.integers(0, 45 * 24))
def test_at_any_instant_at_most_one_version_is_in_force(agreement: AgreementRecord, hour: int) -> None:
    at = DAY_0 + timedelta(hours=hour)
    assert len([each for each in succession(agreement) if in_force(each, at=at)]) <= 1


@given(records())
def test_no_two_versions_share_an_instant_whatever_their_states(agreement: AgreementRecord) -> None:
    begun = [
        each
        for each, source in ((each, agreement.version(each.version)) for each in succession(agreement))
        if source is not None and source.activated is not None
    ]
    for earlier, later in pairwise(begun):
        assert earlier.valid_until is not None
        assert earlier.valid_until <= later.valid_from


@given(records(), st.integers(0, 45 * 24))
def test_what_is_in_force_is_the_newest_that_has_begun(agreement: AgreementRecord, hour: int) -> None:
    at = DAY_0 + timedelta(hours=hour)
    begun = [each for each in agreement.versions if each.activated is not None and comes_into_force(each) <= at]
    found = version_in_force(agreement, at=at)
    if found is not None:
        assert found == begun[-1]
        assert found.state is AgreementState.ACTIVE
