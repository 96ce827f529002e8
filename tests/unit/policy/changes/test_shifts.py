"""What a change gives and takes is what the rules, asked one by one before and after, answer differently."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.directory import MemberStatus, OrganisationKind
from hub.domain.handling import Audience, Classes, Guard, Handling, Tlp
from hub.domain.identifiers import AccountId, GuardId, HandlingId, MemberCode, OrganisationId
from hub.policy.changes.alike import Likeness
from hub.policy.changes.candidates import Change, Consent, ConsentTurn, MemberTurn, changed
from hub.policy.changes.shifts import Moment, Shift, named_accounts, shifts
from hub.policy.changes.sights import Sight, Viewpoint
from hub.policy.visibility import readable_age
from hub.policy.world import World
from tests.unit.policy import worlds
from tests.unit.policy.changes import turns
from tests.unit.policy.changes.naive import Gains, naive_shifts
from tests.unit.policy.countries import (
    NOW,
    REGION,
    account,
    agreement,
    audience,
    clause,
    handling,
    organisation,
    region,
)

ANA, BEN = AccountId("pg-cert/ana"), AccountId("pg-cert/ben")


@st.composite
def changed_worlds(draw: st.DrawFn) -> tuple[World, World]:
    """Draw a world, and the same after a change or two."""
    world = draw(turns.standing_worlds())
    after = changed(world, draw(turns.changes(world)))
    return world, changed(after, draw(turns.changes(after))) if draw(st.booleans()) else after


@worlds.prove
@given(changed_worlds(), turns.classes(), worlds.instants, worlds.instants)
def test_shifts_are_what_every_account_may_read_of_every_guard_at_every_age(
    pair: tuple[World, World], classes: Classes, earlier: datetime, later: datetime
) -> None:
    before, after = Moment(world=pair[0], at=earlier), Moment(world=pair[1], at=later)
    assert _by_account(shifts(before, after, classes)) == naive_shifts(before, after, classes)


@worlds.prove
@given(turns.standing_worlds(), turns.standing_worlds(), turns.classes())
def test_shifts_between_two_worlds_that_have_nothing_to_do_with_each_other(
    one: World, other: World, classes: Classes
) -> None:
    before, after = Moment(world=one, at=NOW), Moment(world=other, at=NOW)
    assert _by_account(shifts(before, after, classes)) == naive_shifts(before, after, classes)


@worlds.prove
@given(changed_worlds(), st.lists(worlds.handlings, min_size=1, max_size=5))
def test_accounts_of_equal_stances_may_read_a_handling_at_equal_ages(
    pair: tuple[World, World], handlings: list[Handling]
) -> None:
    """What is skipped is what stands the same before and after; so it has to read the same."""
    likeness = Likeness(pair, frozenset())
    old, new = (Viewpoint.of(world, NOW, likeness) for world in pair)
    for name in pair[0].accounts:
        was, now = Sight.of(old, name), Sight.of(new, name)
        for each in handlings:
            if was.place == now.place and was.stance(each.producer) == now.stance(each.producer):
                ages = [readable_age(world, name, each, at=NOW) for world in pair]
                assert ages[0] == ages[1]


def test_nothing_shifts_where_nothing_changes() -> None:
    moment = Moment(world=region(agreement()), at=NOW)
    assert shifts(moment, moment, _classes(handling(Tlp.AMBER), handling(Tlp.GREEN))) == ()


def test_accounts_that_gain_the_same_are_one_shift() -> None:
    before, after = Moment(world=REGION, at=NOW), Moment(world=region(agreement()), at=NOW)
    found = shifts(before, after, _classes(handling(Tlp.AMBER)))
    assert Shift(accounts=(ANA, BEN), gained=frozenset({GuardId(1)}), lost=frozenset()) in found


def test_a_longer_age_is_a_gain_and_no_loss() -> None:
    short, long = (region(agreement(replace(clause(), max_age_days=days))) for days in (2, 7))
    before, after = Moment(world=short, at=NOW), Moment(world=long, at=NOW)
    classes = _classes(handling(Tlp.AMBER))
    gained = Shift(accounts=(ANA, BEN), gained=frozenset({GuardId(1)}), lost=frozenset())
    assert gained in shifts(before, after, classes)
    assert replace(gained, gained=frozenset(), lost=frozenset({GuardId(1)})) in shifts(after, before, classes)


def test_an_agreement_that_begins_by_the_clock_shifts_as_one_that_is_made() -> None:
    world = region(replace(agreement(), valid_from=NOW + timedelta(hours=1)))
    classes = _classes(handling(Tlp.AMBER))
    begun = shifts(Moment(world=world, at=NOW), Moment(world=world, at=NOW + timedelta(hours=1)), classes)
    assert begun == shifts(Moment(world=REGION, at=NOW), Moment(world=region(agreement()), at=NOW), classes)


def test_an_account_that_is_new_shifts_nothing() -> None:
    eve = account("pg-cert/eve")
    after = Moment(world=replace(REGION, accounts={**REGION.accounts, eve.id: eve}), at=NOW)
    assert shifts(Moment(world=REGION, at=NOW), after, _classes(handling(Tlp.CLEAR))) == ()


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (MemberTurn(member=MemberCode("PG"), status=MemberStatus.OBSERVER), handling(Tlp.GREEN)),
        (MemberTurn(member=MemberCode("PG"), status=MemberStatus.SUSPENDED), handling(Tlp.CLEAR)),
        (
            ConsentTurn(organisation=OrganisationId("fj-bank"), consent=Consent.GIVEN),
            handling(Tlp.AMBER, producer="fj-bank"),
        ),
        (
            ConsentTurn(organisation=OrganisationId("fj-bank"), consent=Consent.GIVEN),
            handling(Tlp.RED, audience("pg-cert/ana"), producer="fj-bank"),
        ),
    ],
)
def test_what_is_the_same_for_most_pairs_is_not_skipped_for_the_one_that_changes(
    change: Change, what: Handling
) -> None:
    world = region(agreement(clause(origins="*", destinations="*")))
    before, after = Moment(world=world, at=NOW), Moment(world=changed(world, change), at=NOW)
    found = _by_account(shifts(before, after, _classes(what, handling(Tlp.CLEAR, producer="sg-cert"))))
    assert found == naive_shifts(before, after, _classes(what, handling(Tlp.CLEAR, producer="sg-cert")))
    assert ANA in found


def test_an_account_that_moves_to_where_it_stands_the_same_is_named_otherwise() -> None:
    """Two partners that nobody serves stand alike before Fiji; only an audience tells one from the other."""
    pete = account("pg-mine/pete")
    there = {**REGION.organisations, OrganisationId("pg-other"): organisation("pg-other", OrganisationKind.PARTNER)}
    mine = replace(there[OrganisationId("pg-mine")], served_by=None)
    world = replace(
        region(agreement(clause(origins="*", destinations="*"))),
        organisations={**there, mine.id: mine},
        accounts={pete.id: pete},
    )
    moved = replace(world, accounts={pete.id: replace(pete, organisation=OrganisationId("pg-other"))})
    found = shifts(
        Moment(world=world, at=NOW), Moment(world=moved, at=NOW), _classes(handling(Tlp.GREEN, audience("pg-mine")))
    )
    assert found == (Shift(accounts=(pete.id,), gained=frozenset(), lost=frozenset({GuardId(1)})),)


def test_named_accounts_are_those_of_every_audience() -> None:
    both = handling(Tlp.RED, audience("pg-cert/ana", "FJ"), Audience(accounts=frozenset({BEN})))
    assert named_accounts(_classes(both, handling(Tlp.RED))) == {ANA, BEN}


def _classes(*handlings: Handling) -> Classes:
    numbers = [HandlingId(number) for number in range(1, len(handlings) + 1)]
    return Classes(
        handlings=dict(zip(numbers, handlings, strict=True)),
        guards={GuardId(number): Guard(number, number, number) for number in numbers},
    )


def _by_account(found: tuple[Shift, ...]) -> Gains:
    return {name: (shift.gained, shift.lost) for shift in found for name in shift.accounts}
