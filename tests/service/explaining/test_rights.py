"""What a reader may see, and why a class is closed to it: as the rules decide, and no more than it may know."""

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from hypothesis import given, settings

from hub.domain.agreements import Agreement, AgreementState, Effect
from hub.domain.handling import Handling, Tlp
from hub.domain.identifiers import AccountId, MemberCode, OrganisationId
from hub.policy.clauses import Naming, naming_of
from hub.policy.decisions import Decision
from hub.policy.reading import decide_by_age
from hub.policy.world import World
from hub.services.explaining.classes import explain_class
from hub.services.explaining.kinds import ProducerKind, kind_of
from hub.services.explaining.rights import Addressed, Right, Rights, rights_of
from hub.services.explaining.terms import Terms
from tests.unit.policy.changes.drawing import draw_world
from tests.unit.policy.countries import NOW, agreement, clause, region
from tests.unit.policy.second.drawing import drawn
from tests.unit.policy.test_second_implementation import world_of
from tests.unit.policy.worlds import ages, handlings, instants, prove, readers, worlds

NO_TERMS = Terms(obligations={})
ANA = AccountId("pg-cert/ana")


def looked_up(world: World, found: Rights, handling: Handling, age: timedelta) -> list[Right]:
    """Return the rights that a reader would find for an object, reading them as they are documented."""
    reader, producer = world.principal(found.account), world.organisation(handling.producer)
    if reader is None or producer is None:
        return []
    kind, naming = kind_of(producer, reader), naming_of(handling.audiences, reader)
    if kind is not ProducerKind.OWN and (handling.unknown_marking or naming is Naming.OUTSIDE):
        return []
    named = naming is Naming.ACCOUNT or (naming is Naming.ORGANISATION and handling.tlp is not Tlp.RED)
    return [
        right
        for right in found.rights
        if producer.member in right.origins
        and kind in right.producers
        and (Addressed.NAMED if named else Addressed.ANYONE) in right.addressed
        and handling.tlp in right.levels
        and (handling.type in right.types if right.types is not None else handling.type not in right.except_types)
        and (right.older_than is None or age > right.older_than)
        and (right.max_age is None or age <= right.max_age)
    ]


def check(world: World, reader: AccountId, handling: Handling, age: timedelta, at: datetime) -> Decision:
    """Compare what is found in the rights with what the rules decide; return that."""
    decision = decide_by_age(world, reader, handling, age=age, at=at)
    found = rights_of(world, NO_TERMS, reader, at=at)
    rights = looked_up(world, found, handling, age)
    if world.organisation(handling.producer) is None:
        return decision
    assert len(rights) == decision.allowed
    for right in rights:
        answer = right.answer
        assert (answer.rule, answer.reason, answer.agreement, answer.agreement_version, answer.clause) == (
            decision.rule,
            decision.reason,
            decision.agreement,
            decision.agreement_version,
            decision.clause,
        )
    return decision


@settings(prove, max_examples=100)
@given(worlds, readers, handlings, ages, instants)
def test_the_rights_agree_with_the_decision(
    world: World, reader: AccountId, handling: Handling, age: timedelta, at: datetime
) -> None:
    check(world, reader, handling, age, at)


def test_the_rights_agree_with_drawn_decisions() -> None:
    allowed = {
        check(world_of(facts), asked.reader, asked.handling, asked.at - asked.date_added, asked.at).reason
        for facts, questions in drawn(10, 90)
        for asked in questions
    }
    assert {"agreement", "clear", "own-organisation", "excluded", "no-agreement", "client-of-producer"} <= allowed


@settings(prove, max_examples=40)
@given(worlds, readers, instants)
def test_the_rights_hold_until_they_say(world: World, reader: AccountId, at: datetime) -> None:
    found = rights_of(world, NO_TERMS, reader, at=at)
    end = at + timedelta(days=10) if found.until is None else found.until - timedelta(microseconds=1)
    later = rights_of(world, NO_TERMS, reader, at=end)
    assert set(later.rights) == set(found.rights)
    if found.until is not None:
        assert set(rights_of(world, NO_TERMS, reader, at=found.until).rights) != set(found.rights)


def test_the_rights_are_the_same_word_for_word_whatever_others_have_agreed() -> None:
    """Worlds drawn from seeds, each with and without an agreement of two members that have nothing of the reader."""
    told = 0
    for seed in range(3):
        random = Random(seed)  # noqa: S311 - the same worlds at every run
        world = draw_world(random)
        for reader, account in world.accounts.items():
            own = world.organisations[account.organisation].member
            one, other = random.sample(sorted(code for code in world.members if code != own), 2)
            wanted = replace(clause(origins=[one], destinations=[other]), types=frozenset({"secret"}), max_age_days=17)
            parties = frozenset({one, other})
            hidden = replace(agreement(wanted, name="hidden"), parties=parties, signed_by=parties)
            there = rights_of(replace(world, agreements=(*world.agreements, hidden)), NO_TERMS, reader, at=NOW)
            assert there == rights_of(world, NO_TERMS, reader, at=NOW), (seed, reader)
            told += len(there.rights)
    assert told > 100


def test_the_baseline_is_few_lines() -> None:
    baseline = replace(
        agreement(replace(clause(origins=["*"], destinations=["*"]), tlp_max=Tlp.GREEN), name="baseline"),
        parties=frozenset(),
        signed_by=frozenset(),
    )
    found = rights_of(region(baseline), NO_TERMS, ANA, at=NOW)
    assert len(found.rights) <= 10
    assert found.until is None


@prove
@given(worlds, readers, handlings, instants)
def test_a_class_is_open_exactly_where_the_rules_open_it(
    world: World, reader: AccountId, handling: Handling, at: datetime
) -> None:
    principal = world.principal(reader)
    if principal is None:
        return
    traced = explain_class(world, principal, handling, at=at)
    decision = decide_by_age(world, reader, handling, age=timedelta(0), at=at)
    assert traced.decision.allowed == decision.allowed
    if decision.allowed:
        assert traced.decision == decision


AMBER = Handling(producer=OrganisationId("fj-cert"), type="indicator", tlp=Tlp.AMBER)
RESEARCH = replace(clause("2"), purposes=frozenset({"research"}))


def told_to_ana(*agreements: Agreement) -> tuple[str | None, list[str]]:
    world = region(*agreements)
    principal = world.principal(ANA)
    assert principal is not None
    traced = explain_class(world, principal, AMBER, at=NOW)
    return traced.decision.miss, [each.why for each in traced.clauses]


def test_SR_11_a_reader_is_told_what_it_misses_of_agreements_that_its_member_has_signed() -> None:
    assert told_to_ana(agreement(RESEARCH)) == (
        "purpose",
        ["the account declares network-defence; the clause asks for research"],
    )


def test_SR_11_a_reader_is_told_nothing_of_agreements_among_others_that_are_open_to_all() -> None:
    others = frozenset({MemberCode("FJ"), MemberCode("SG")})
    among_others = replace(
        agreement(replace(RESEARCH, destinations=frozenset({"*"}))), parties=others, signed_by=others
    )
    assert told_to_ana(among_others) == ("none", [])


def test_SR_11_a_reader_is_told_of_a_clause_that_names_its_member() -> None:
    alone = frozenset({MemberCode("FJ")})
    assert told_to_ana(replace(agreement(RESEARCH), parties=alone, signed_by=alone))[0] == "purpose"


def test_SR_11_a_reader_is_told_nothing_of_drafts_and_of_proposals_to_others() -> None:
    alone = frozenset({MemberCode("FJ")})
    draft = replace(agreement(RESEARCH), state=AgreementState.DRAFT)
    proposed = replace(agreement(RESEARCH), parties=alone, signed_by=frozenset(), state=AgreementState.PROPOSED)
    assert told_to_ana(draft, proposed) == ("none", [])


def test_SR_09_an_exclusion_that_a_reader_may_not_know_looks_as_if_there_were_no_agreement() -> None:
    others = frozenset({MemberCode("FJ"), MemberCode("SG")})
    hidden = replace(
        agreement(replace(clause(), destinations=frozenset({"*"})), name="a", effect=Effect.EXCLUDE),
        parties=others,
        signed_by=others,
    )
    assert told_to_ana(hidden, agreement(clause(), name="b")) == ("none", [])
