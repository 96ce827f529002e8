"""What a party may know of a change rests on its own agreements and on what it reads already."""

from dataclasses import replace

from hub.domain.handling import Classes, Guard, Tlp
from hub.domain.identifiers import AccountId, GuardId, HandlingId, MemberCode
from hub.policy.changes.disclosure import open_classes, possible_classes
from hub.policy.changes.possible import joined
from tests.unit.policy.countries import NOW, REGION, agreement, audience, clause, handling, region

FJ, PG = MemberCode("FJ"), MemberCode("PG")


def _classes() -> Classes:
    handlings = (handling(Tlp.GREEN), handling(Tlp.RED, audience("pg-cert/ana")), handling(Tlp.RED))
    return Classes(
        handlings={HandlingId(number): each for number, each in enumerate(handlings, 1)},
        guards={
            GuardId(number): Guard(*map(HandlingId, parts))
            for number, parts in enumerate([(1, 1, 1), (2, 2, 2), (3, 3, 3), (1, 3, 3)], 1)
        },
    )


def test_open_are_the_guards_of_which_every_part_is_read_at_any_age() -> None:
    ana, ben = (REGION.principal(AccountId(name)) for name in ("pg-cert/ana", "pg-cert/ben"))
    assert ana is not None
    assert ben is not None
    world = region(agreement())
    assert open_classes(world, _classes(), ana, at=NOW).guards.keys() == {1, 2}
    assert open_classes(world, _classes(), ben, at=NOW).guards.keys() == {1}
    aged = region(agreement(replace(clause(), max_age_days=3)))
    assert open_classes(aged, _classes(), ben, at=NOW).guards.keys() == set()


def test_possible_classes_name_no_type_of_an_agreement_between_others() -> None:
    own = agreement(replace(clause(), types=frozenset({"indicator"})))
    foreign = replace(
        agreement(replace(clause("1"), types=frozenset({"x-secret"})), name="others"), parties=frozenset({PG})
    )
    found = possible_classes([region(own, foreign)], FJ)
    assert {each.type for each in found.handlings.values()} == {"indicator", "*"}


def test_possible_classes_are_of_certs_and_of_the_members_own_organisations() -> None:
    found = possible_classes([REGION], FJ)
    producers = {each.producer for each in found.handlings.values()}
    assert {"fj-cert", "fj-bank", "pg-cert", "mx-cert"} <= producers
    assert producers.isdisjoint({"pg-grid", "hub"})
    assert all(number < 0 for number in found.guards)


def test_joined_classes_are_those_of_both() -> None:
    both = joined(_classes(), possible_classes([REGION], FJ))
    assert both.guards.keys() > _classes().guards.keys()
    assert len(both.handlings) == len(_classes().handlings) + len(possible_classes([REGION], FJ).handlings)
