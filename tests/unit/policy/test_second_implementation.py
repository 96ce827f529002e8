"""The reading rules against a second implementation, written from the document alone: they never differ.

HUB_TEST_DECISIONS=1000000 asks for more decisions than the usual number, HUB_TEST_SEED=2 for others.
"""

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from hub.domain.agreements import Clause
from hub.domain.directory import MemberStatus
from hub.domain.identifiers import Tick
from hub.policy.clauses import Step
from hub.policy.decisions import Decision
from hub.policy.reading import decide
from hub.policy.versions import Link, narrows, places
from hub.policy.visibility import ALWAYS, readable_age
from hub.policy.world import World
from tests.unit.policy.second.drawing import INSTANT, Drawn, drawn, handling
from tests.unit.policy.second.reading import answer, version_may_be_read
from tests.unit.policy.second.records import Answer, Facts
from tests.unit.policy.second.vectors import vectors

DECISIONS = int(os.environ.get("HUB_TEST_DECISIONS", "100000"))
SEED = int(os.environ.get("HUB_TEST_SEED", "1"))
FEW = 10_000
SHARED = Path(__file__).resolve().parents[3] / "../shared/policy/vectors.json"

REASONS = {
    "SR-01": ["inactive"],
    "SR-02": ["own-organisation"],
    "SR-03": ["unknown-marking"],
    "SR-04": ["not-in-audience"],
    "SR-05": ["clear"],
    "SR-06": ["hub-staff"],
    "SR-07": ["red-not-named"],
    "SR-08": [
        *("red-named", "green-domestic", "national-cert", "named"),
        *("client-of-producer", "amber-not-client", "strict-organisation"),
    ],
    "SR-09": ["excluded"],
    "SR-10": ["agreement"],
    "SR-11": ["no-agreement"],
}
ANSWERS = [f"{rule} {reason}" for rule, reasons in REASONS.items() for reason in reasons]
MISSES = ["none", "not-in-force", "type", "tlp-ceiling", "purpose", "age", "consent", "reach"]
EDGES = [
    *("allowed exactly at valid_from", "allowed exactly at the age", "missed exactly at valid_until"),
    *("allowed under one of several versions", "allowed by clause 10", "allowed by a word", "allowed from the hub"),
    *("allowed an observer", "allowed by two audiences", "denied from an unknown producer"),
]


@dataclass(slots=True)
class Comparison:
    """What came of asking both: how often each answer was given, and the questions at which they differ."""

    answers: Counter[str] = field(default_factory=Counter)
    misses: Counter[str] = field(default_factory=Counter)
    edges: Counter[str] = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)


def world_of(facts: Facts) -> World:
    """Give the hub's rules the same facts."""
    return World(
        members=facts.members,
        organisations=facts.organisations,
        accounts=facts.accounts,
        agreements=facts.agreements,
    )


def spoken(decision: Decision) -> Answer:
    """Put a decision into the words of the second implementation."""
    return Answer(
        allowed=decision.allowed,
        rule=decision.rule,
        reason=decision.reason,
        agreement=decision.agreement,
        version=decision.agreement_version,
        clause=decision.clause,
        miss=decision.miss,
    )


def second(facts: Facts, asked: Drawn) -> Answer:
    """Ask the second implementation."""
    return answer(facts, asked.reader, asked.handling, date_added=asked.date_added, at=asked.at)


def edges_of(facts: Facts, asked: Drawn, given: Answer) -> Iterator[str]:
    """Name the edges that a question touches, as far as its answer shows it."""
    if given.rule == "SR-10":
        yield from edges_of_a_grant(facts, asked, given)
    if given.miss == "not-in-force" and asked.at in {found.valid_until for found in facts.agreements}:
        yield "missed exactly at valid_until"
    if given.rule == "SR-11" and asked.handling.producer not in facts.organisations:
        yield "denied from an unknown producer"


def edges_of_a_grant(facts: Facts, asked: Drawn, given: Answer) -> Iterator[str]:
    """Name the edges that the cited clause and its reader stand at."""
    versions = [one for one in facts.agreements if one.id == given.agreement]
    cited = [one for one in versions if one.version == given.version]
    clauses = [clause for one in cited for clause in one.clauses if clause.number == given.clause]
    organisation = facts.organisations[facts.accounts[asked.reader].organisation]
    member = facts.members[organisation.member] if organisation.member else None
    edges = {
        "allowed exactly at valid_from": asked.at in {one.valid_from for one in cited},
        "allowed exactly at the age": asked.at - asked.date_added in {age_of(clause) for clause in clauses},
        "allowed under one of several versions": len(versions) > len(cited),
        "allowed by clause 10": given.clause == "10",
        "allowed by a word": given.clause == "annex",
        "allowed from the hub": asked.handling.producer == "hub",
        "allowed an observer": member is not None and member.status is MemberStatus.OBSERVER,
        "allowed by two audiences": len(asked.handling.audiences) > 1,
    }
    yield from (edge for edge, touched in edges.items() if touched)


def age_of(clause: Clause) -> timedelta | None:
    """Return the age that a clause allows."""
    return None if clause.max_age_days is None else timedelta(days=clause.max_age_days)


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    """Ask both everything that is drawn."""
    compared = Comparison()
    for facts, questions in drawn(SEED, DECISIONS):
        world = world_of(facts)
        for asked in questions:
            first = decide(world, asked.reader, asked.handling, added=asked.date_added, at=asked.at)
            given = second(facts, asked)
            compared.answers[f"{given.rule} {given.reason}"] += 1
            compared.misses[str(given.miss)] += 1
            compared.edges.update(edges_of(facts, asked, given))
            if spoken(first) != given:
                compared.differences.append(f"{asked}\n  the hub: {first}\n  the document: {given}")
    return compared


def test_the_hub_decides_as_the_second_implementation(comparison: Comparison) -> None:
    assert comparison.differences[:3] == []
    assert comparison.answers.total() == DECISIONS


@pytest.mark.parametrize("given", ANSWERS)
def test_the_comparison_came_upon_every_rule_and_reason(comparison: Comparison, given: str) -> None:
    assert comparison.answers[given] >= DECISIONS // 500
    assert set(comparison.answers) == set(ANSWERS)


@pytest.mark.parametrize("miss", MISSES)
def test_the_comparison_came_upon_every_nearest_miss(comparison: Comparison, miss: str) -> None:
    assert comparison.misses[miss] >= DECISIONS // 500
    assert set(MISSES) == {step.miss for step in Step if step is not Step.GRANTED}


@pytest.mark.parametrize("edge", EDGES)
def test_the_comparison_came_upon_every_edge(comparison: Comparison, edge: str) -> None:
    assert comparison.edges[edge] >= DECISIONS // 5000
    assert set(comparison.edges) <= set(EDGES)


def test_the_readable_age_is_the_last_at_which_the_second_implementation_allows() -> None:
    horizons: Counter[str] = Counter()
    for facts, questions in drawn(SEED + 1, FEW):
        world = world_of(facts)
        for asked in questions:
            horizon = readable_age(world, asked.reader, asked.handling, at=asked.at)
            oldest = timedelta(days=20_000) if horizon == ALWAYS else horizon
            last = replace(asked, date_added=asked.at - (oldest or timedelta(0)))
            assert second(facts, last).allowed == (horizon is not None)
            if horizon not in (None, ALWAYS):
                assert not second(facts, replace(last, date_added=last.date_added - INSTANT)).allowed
            horizons["none" if horizon is None else "always" if horizon == ALWAYS else "some days"] += 1
    assert all(horizons[kind] >= FEW // 200 for kind in ("none", "always", "some days")), horizons


def chains(seed: int) -> Iterator[tuple[Facts, Drawn, list[Link]]]:
    """Draw objects of two to four versions, in one collection or two, all of one producer."""
    lot = Random(seed)  # noqa: S311 - a lottery for tests, the same at every run
    for facts, questions in drawn(seed, FEW):
        for asked in questions:
            account = facts.accounts.get(asked.reader)
            if account is not None:
                ticks = lot.sample(range(100), lot.randint(2, 4))
                collections = lot.choice(("a", "ab"))
                yield (
                    facts,
                    asked,
                    [
                        Link(
                            collection=lot.choice(collections),
                            version_tick=Tick(tick),
                            handling=replace(
                                handling(lot, facts, account),
                                producer=asked.handling.producer,
                                type=asked.handling.type,
                            ),
                        )
                        for tick in ticks
                    ],
                )


def test_no_version_is_read_that_its_own_facts_or_those_of_the_newest_close() -> None:
    """In a single collection the hub opens exactly what the document does; in several it may close more."""
    outcomes: Counter[tuple[bool, bool]] = Counter()
    for facts, asked, links in chains(SEED + 2):
        world = world_of(facts)
        allows = [
            decide(world, asked.reader, link.handling, added=asked.date_added, at=asked.at).allowed for link in links
        ]
        newest = max(links, key=lambda link: link.version_tick).handling
        for index, place in enumerate(places(links)):
            read = allows[index] and allows[place.newest_here] and allows[place.newest_anywhere]
            may = version_may_be_read(
                facts,
                asked.reader,
                (links[index].handling, asked.date_added),
                (newest, asked.date_added),
                at=asked.at,
            )
            alone = len({link.collection for link in links}) == 1
            assert read == may if alone else read <= may
            outcomes[allows[index], may] += 1
    assert min(outcomes[True, True], outcomes[True, False], outcomes[False, False]) >= FEW // 50, outcomes


def test_what_is_said_to_narrow_gives_to_nobody_in_the_second_implementation() -> None:
    """Versions of one object, and each with a little more asked of its readers."""
    outcomes: Counter[tuple[bool, bool]] = Counter()
    for facts, asked, links in chains(SEED + 3):
        for link in links:
            before, other = asked.handling, link.handling
            after = replace(other, audiences=before.audiences | other.audiences, tlp=max(before.tlp, other.tlp))
            had, has = (second(facts, replace(asked, handling=what)).allowed for what in (before, after))
            if narrows(before, after):
                assert has <= had, (before, after, asked.reader)
                outcomes[had, has] += 1
    assert min(outcomes[True, True], outcomes[True, False], outcomes[False, False]) >= FEW // 200, outcomes


@pytest.mark.parametrize(
    "file",
    [
        Path(__file__).parent / "vectors.json",
        pytest.param(SHARED, marks=pytest.mark.skipif(not SHARED.exists(), reason="the shared vectors are not here")),
    ],
    ids=["own", "shared"],
)
def test_the_second_implementation_decides_the_vectors_as_they_expect(file: Path) -> None:
    facts, cases = vectors(file)
    wrong = []
    for case in cases:
        given = answer(facts, case.reader, case.handling, date_added=case.date_added, at=case.at)
        if {key: getattr(given, key) for key in case.expect} != case.expect:
            wrong.append((case.id, case.expect, given))
    assert wrong == []
    assert len(cases) >= 90
