"""The rules asked for many at once agree with the rules asked one by one, in every world that can be drawn."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hub.domain.agreements import Agreement, Effect
from hub.domain.handling import Audience, Handling, Tlp
from hub.domain.identifiers import AccountId, AgreementId
from hub.policy.changes.alike import Likeness
from hub.policy.reading import decide, decide_by_age
from hub.policy.versions import narrows
from hub.policy.visibility import ALWAYS, limits_age, next_change, readable_age
from hub.policy.world import World
from tests.unit.policy import worlds
from tests.unit.policy.countries import ACCOUNTS, NOW, REGION, START, agreement, audience, clause, handling, region

PG_CERT = AccountId("pg-cert/ana")
DAY = timedelta(days=1)


@worlds.prove
@given(worlds.worlds, worlds.readers, worlds.handlings, worlds.ages, worlds.instants)
def test_a_decision_allows_exactly_up_to_the_readable_age(
    world: World, reader: AccountId, what: Handling, age: timedelta, at: datetime
) -> None:
    horizon = readable_age(world, reader, what, at=at)
    allowed = decide(world, reader, what, added=at - age, at=at).allowed
    assert allowed == (horizon is not None and age <= horizon)


@worlds.prove
@given(worlds.worlds, worlds.readers, worlds.handlings, worlds.instants)
def test_the_readable_age_is_a_limit_that_some_clause_sets(
    world: World, reader: AccountId, what: Handling, at: datetime
) -> None:
    limits = {one.max_age_days for standing in world.agreements for one in standing.clauses}
    horizon = readable_age(world, reader, what, at=at)
    assert horizon in (None, ALWAYS) or horizon in {timedelta(days=days) for days in limits if days is not None}


@worlds.prove
@given(worlds.worlds, worlds.readers, worlds.handlings, worlds.instants, worlds.ages)
def test_no_answer_changes_before_the_next_change(
    world: World, reader: AccountId, what: Handling, at: datetime, age: timedelta
) -> None:
    change = next_change(world, at=at)
    last = at + DAY if change is None else change - timedelta(microseconds=1)
    assert change is None or change > at
    assert decide_by_age(world, reader, what, age=age, at=at) == decide_by_age(world, reader, what, age=age, at=last)


@worlds.prove
@given(worlds.worlds, worlds.handlings, worlds.ages)
def test_accounts_of_one_kind_get_the_same_decision(world: World, what: Handling, age: timedelta) -> None:
    named = frozenset(account for narrowing in what.audiences for account in narrowing.accounts)
    likeness = Likeness((world,), named)
    by_kind: dict[object, set[object]] = {}
    for reader, account in world.accounts.items():
        answers = by_kind.setdefault(likeness.of_reader(account), set())
        answers.add(decide_by_age(world, reader, what, age=age, at=NOW))
    assert all(len(answers) == 1 for answers in by_kind.values())


@worlds.prove
@given(worlds.worlds, worlds.readers, worlds.handlings, worlds.ages, worlds.agreements)
def test_a_further_permit_closes_nothing_and_a_further_exclusion_opens_nothing(
    world: World, reader: AccountId, what: Handling, age: timedelta, further: Agreement
) -> None:
    before = decide_by_age(world, reader, what, age=age, at=NOW).allowed
    after = decide_by_age(region(*world.agreements, further), reader, what, age=age, at=NOW).allowed
    assert before <= after if further.effect is Effect.PERMIT else after <= before


@worlds.prove
@given(worlds.worlds, worlds.readers, worlds.handlings, worlds.ages, worlds.levels)
def test_a_higher_level_opens_nothing(
    world: World, reader: AccountId, what: Handling, age: timedelta, level: Tlp
) -> None:
    low, high = sorted((what.tlp, level))
    raised = decide_by_age(world, reader, replace(what, tlp=high), age=age, at=NOW).allowed
    assert raised <= decide_by_age(world, reader, replace(what, tlp=low), age=age, at=NOW).allowed


@worlds.prove
@given(worlds.worlds, worlds.readers, worlds.handlings, worlds.handlings, st.frozensets(worlds.audiences, max_size=1))
@example(region(), AccountId("fj-uni/ana"), handling(Tlp.AMBER), handling(Tlp.AMBER), frozenset({audience("fj-uni")}))
@example(
    region(), AccountId("fj-uni/ana"), handling(Tlp.RED, audience("FJ")), handling(Tlp.RED),
    frozenset({audience("fj-uni/ana")}),
)  # fmt: skip
def test_what_is_said_to_narrow_opens_nothing(
    world: World, reader: AccountId, before: Handling, other: Handling, added: frozenset[Audience]
) -> None:
    """Being named opens the ambers at home, so a further audience may give to those whom it names."""
    after = replace(
        before,
        tlp=max(before.tlp, other.tlp),
        audiences=before.audiences | added,
        unknown_marking=before.unknown_marking or other.unknown_marking,
    )
    if narrows(before, after):
        had = decide_by_age(world, reader, before, age=DAY, at=NOW).allowed
        assert decide_by_age(world, reader, after, age=DAY, at=NOW).allowed <= had


def test_readable_age_is_that_of_the_most_generous_granting_clause() -> None:
    short, long = replace(clause("1"), max_age_days=2), replace(clause("2"), max_age_days=7)
    other = replace(clause("3"), max_age_days=30, types=frozenset({"malware"}))
    world = region(agreement(short, long, other))
    assert readable_age(world, PG_CERT, handling(Tlp.GREEN), at=NOW) == timedelta(days=7)
    endless = region(agreement(short, clause("4"), long))
    assert readable_age(endless, PG_CERT, handling(Tlp.GREEN), at=NOW) == ALWAYS


@pytest.mark.parametrize(("tlp", "expected"), [(Tlp.CLEAR, ALWAYS), (Tlp.GREEN, None)])
def test_readable_age_without_an_agreement(tlp: Tlp, expected: timedelta | None) -> None:
    assert readable_age(REGION, PG_CERT, handling(tlp), at=NOW) == expected


def test_next_change_is_the_nearest_beginning_or_end_ahead() -> None:
    running = replace(agreement(name="a"), valid_until=NOW + 5 * DAY)
    coming = replace(agreement(name="b"), valid_from=NOW + 3 * DAY)
    world = region(running, coming)
    assert next_change(world, at=NOW) == NOW + 3 * DAY
    assert next_change(world, at=NOW + 3 * DAY) == NOW + 5 * DAY
    assert next_change(world, at=NOW + 5 * DAY) is None
    assert next_change(world, at=START - DAY) == START


def test_next_change_passes_over_what_nobody_has_signed() -> None:
    unsigned = replace(agreement(), signed_by=frozenset(), valid_until=NOW + DAY)
    assert next_change(region(unsigned), at=NOW) is None


def test_readers_are_told_apart_only_by_what_the_rules_look_at() -> None:
    ana = ACCOUNTS[AccountId("fj-cert/ana")]
    eve = replace(ana, id=AccountId("fj-cert/eve"), roles=frozenset())
    nobody = Likeness((REGION,), frozenset())
    assert nobody.of_reader(ana) == nobody.of_reader(eve)
    assert nobody.of_reader(ana) != nobody.of_reader(replace(ana, active=False))
    named = Likeness((REGION,), frozenset({eve.id}))
    assert named.of_reader(ana) != named.of_reader(eve)


def test_a_purpose_tells_readers_apart_only_where_a_clause_asks_after_it() -> None:
    ana = ACCOUNTS[AccountId("fj-cert/ana")]
    researching = replace(ana, purpose="research")
    indifferent = Likeness((region(agreement()),), frozenset())
    assert indifferent.of_reader(ana) == indifferent.of_reader(researching)
    asks = replace(clause(), purposes=frozenset({"research"}))
    asking = Likeness((region(agreement(asks)),), frozenset())
    assert asking.of_reader(ana) != asking.of_reader(researching)


def test_age_is_looked_at_where_any_clause_has_a_limit() -> None:
    unlimited, limited = clause("1"), replace(clause("2"), max_age_days=0)
    assert not limits_age(REGION)
    assert not limits_age(region(agreement(unlimited)))
    assert limits_age(region(agreement(unlimited, limited)))
    assert limits_age(region(agreement(unlimited), replace(agreement(limited), id=AgreementId("other"))))
