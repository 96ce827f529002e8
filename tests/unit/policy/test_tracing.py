"""The way to a decision: it leads where `decide` does, in every world, and says a word for each rule passed."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given

from hub.domain.agreements import Agreement, AgreementState, Effect
from hub.domain.handling import Handling, Tlp
from hub.domain.identifiers import AccountId, OrganisationId
from hub.policy.clauses import Step
from hub.policy.reading import RULES, decide_by_age
from hub.policy.tracing import MISSES, Trace, trace, trace_by_age
from hub.policy.world import World
from tests.unit.policy.countries import NOW, agreement, clause, region
from tests.unit.policy.second.drawing import drawn
from tests.unit.policy.test_second_implementation import world_of
from tests.unit.policy.worlds import ages, handlings, instants, prove, readers, worlds

AMBER = Handling(producer=OrganisationId("fj-cert"), type="malware", tlp=Tlp.AMBER)
READER = AccountId("pg-cert/ana")


@prove
@given(worlds, readers, handlings, ages, instants)
def test_the_way_leads_to_the_decision(
    world: World, reader: AccountId, handling: Handling, age: timedelta, at: datetime
) -> None:
    traced = trace_by_age(world, reader, handling, age=age, at=at)
    assert traced.decision == decide_by_age(world, reader, handling, age=age, at=at)
    assert traced.why
    granting = [each for each in traced.clauses if each.step == "granted"]
    assert bool(granting) == (traced.decision.rule == "SR-10")
    if granting:
        assert (granting[0].agreement, granting[0].clause) == (traced.decision.agreement, traced.decision.clause)


def test_every_answer_of_ten_thousand_drawn_decisions_has_words() -> None:
    seen = set()
    for facts, questions in drawn(7, 10_000):
        world = world_of(facts)
        for asked in questions:
            traced = trace(world, asked.reader, asked.handling, added=asked.date_added, at=asked.at)
            age = asked.at - asked.date_added
            assert traced.decision == decide_by_age(world, asked.reader, asked.handling, age=age, at=asked.at)
            numbers = ["SR-01", *RULES, "SR-10", "SR-11"]
            assert [passed.rule for passed in traced.passed] == numbers[: numbers.index(traced.decision.rule)]
            seen |= {traced.decision.reason, traced.decision.miss} | {each.step for each in traced.clauses}
    assert {"excluded", "agreement", "strict-organisation", "inactive", "hub-staff", "excludes", "granted"} <= seen
    assert set(MISSES) <= seen
    assert {step.miss for step in Step if step is not Step.NONE} <= seen


def test_SR_05_says_which_level_it_is() -> None:
    assert {passed.rule: passed.why for passed in _trace(region(), AMBER).passed}[
        "SR-05"
    ] == "level is amber, not clear"


@pytest.mark.parametrize(
    ("conditions", "words"),
    [
        ({"types": frozenset({"indicator"})}, "the type is malware; the clause is for indicator"),
        ({"tlp_max": Tlp.GREEN}, "level is amber; the clause ends at green"),
        (
            {"purposes": frozenset({"research", "training"})},
            "the account declares network-defence; the clause asks for research, training",
        ),
        ({"max_age_days": 1}, "the version is 2 days old; the clause ends at 1 days"),
    ],
)
def test_SR_10_says_at_which_condition_a_clause_missed(conditions: dict[str, Any], words: str) -> None:
    traced = _trace(region(_agreement(conditions)), AMBER)
    assert [(each.title, each.version, each.clause, each.why) for each in traced.clauses] == [
        ("Pacific exchange", 3, "2", words)
    ]


def test_SR_10_names_the_clause_that_grants() -> None:
    assert _trace(region(_agreement({})), AMBER).why == (
        "it is granted by clause 2 of pacific (version 3, “Pacific exchange”)"
    )


def test_SR_09_names_the_clause_that_excludes() -> None:
    excluding = replace(_agreement({}), effect=Effect.EXCLUDE)
    traced = _trace(region(excluding), AMBER)
    assert (
        traced.why == "its way to the reader's country is closed by clause 2 of pacific (version 3, “Pacific exchange”)"
    )
    assert [each.step for each in traced.clauses] == ["excludes"]


def test_SR_11_says_what_a_suspended_agreement_lacks() -> None:
    suspended = replace(_agreement({}), state=AgreementState.SUSPENDED)
    traced = _trace(region(suspended), AMBER)
    assert traced.why == "no agreement grants it: what leads there is not in force"
    assert [each.why for each in traced.clauses] == ["the agreement is suspended, not active"]


def _trace(world: World, handling: Handling) -> Trace:
    return trace(world, READER, handling, added=NOW - timedelta(days=2), at=NOW)


def _agreement(conditions: dict[str, Any]) -> Agreement:
    agreed = agreement(replace(clause("2"), **conditions), name="pacific")
    return replace(agreed, version=3, title="Pacific exchange")
