"""A pair of members is suspended at once, both ways; clear goes on; lifting it takes a second operator."""

import pytest

from hub.domain.agreements import AgreementState, Effect
from hub.domain.errors import ConflictError, ForbiddenError, NotFoundError, UnprocessableError
from hub.domain.handling import Handling, Tlp
from hub.domain.identifiers import AccountId, AgreementId, MemberCode, OrganisationId
from hub.policy.agreements.life import state_of
from hub.policy.reading import decide
from hub.services.agreements.drafting import draft
from hub.services.agreements.pairs import resume_pair, suspend_pair
from hub.services.agreements.standing import approve, end
from hub.store.facts import load_facts
from tests.service.agreements.forum import NOW, Forum, clause, document, olga, omar
from tests.service.directory.chronicle import change
from tests.support.agreements import conclude

AU, NZ = MemberCode("AU"), MemberCode("NZ")
PAIR = AgreementId("pair-au-nz")


@pytest.fixture
def agreed(forum: Forum) -> Forum:
    """Agree on amber both ways, and on green of everybody to everybody."""
    conclude(forum.pool, document(), forum.signers["AU"], forum.signers["NZ"], at=NOW)
    region = document("region", clause(origin="*", to="*", tlp=Tlp.GREEN), parties="")
    conclude(forum.pool, region, at=NOW)
    approve(forum.pool, AgreementId("region"), act=omar())
    return forum


def crossing(forum: Forum) -> set[str]:
    return {level for origin, reader, level in forum.sees() if {origin, reader} == {"AU", "NZ"}}


@pytest.mark.parametrize(("one", "other"), [(AU, NZ), (NZ, AU)])
def test_SR_09_one_operator_stops_both_directions_at_once(agreed: Forum, one: MemberCode, other: MemberCode) -> None:
    assert crossing(agreed) == {"clear", "green", "amber"}
    with change(agreed.pool) as seen:
        record = suspend_pair(agreed.pool, one, other, act=olga())
    assert (record.id, state_of(record)) == (PAIR, AgreementState.ACTIVE)
    assert (seen.entries, seen.epochs) == ([("cli:olga", "agreement.activate", "pair-au-nz")], 1)
    assert crossing(agreed) == {"clear"}


def test_SR_09_is_what_a_reader_is_told(agreed: Forum) -> None:
    suspend_pair(agreed.pool, AU, NZ, act=olga())
    with agreed.pool.snapshot() as database:
        world = load_facts(database).world
    green = Handling(producer=OrganisationId("au-cert"), type="indicator", tlp=Tlp.GREEN)
    answer = decide(world, AccountId("nz-cert/ana"), green, added=NOW, at=NOW)
    assert (answer.rule, answer.reason) == ("SR-09", "excluded")


def test_SR_05_clear_is_not_stopped_by_the_suspension_of_a_pair(agreed: Forum) -> None:
    suspend_pair(agreed.pool, AU, NZ, act=olga())
    assert ("AU", "NZ", "clear") in agreed.sees()
    assert ("NZ", "AU", "clear") in agreed.sees()


def test_other_pairs_go_on(agreed: Forum) -> None:
    before = {way for way in agreed.sees() if set(way[:2]) != {"AU", "NZ"}}
    suspend_pair(agreed.pool, AU, NZ, act=olga())
    assert {way for way in agreed.sees() if set(way[:2]) != {"AU", "NZ"}} == before


def test_suspending_a_pair_twice_changes_nothing(agreed: Forum) -> None:
    once = suspend_pair(agreed.pool, AU, NZ, act=olga())
    with change(agreed.pool) as seen:
        assert suspend_pair(agreed.pool, NZ, AU, act=omar()) == once
    assert (seen.entries, seen.epochs) == ([], 0)


def test_lifting_it_takes_a_second_operator_though_the_parties_have_an_agreement(agreed: Forum) -> None:
    suspend_pair(agreed.pool, AU, NZ, act=olga())
    record = resume_pair(agreed.pool, AU, NZ, act=olga())
    assert record.awaiting is not None
    assert record.awaiting.producers == ("au-cert", "nz-cert")
    assert crossing(agreed) == {"clear"}
    with pytest.raises(ForbiddenError):
        approve(agreed.pool, PAIR, act=olga())
    approve(agreed.pool, PAIR, act=omar())
    assert crossing(agreed) == {"clear", "green", "amber"}


def test_suspending_again_drops_the_request_to_lift_it(agreed: Forum) -> None:
    suspend_pair(agreed.pool, AU, NZ, act=olga())
    resume_pair(agreed.pool, AU, NZ, act=olga())
    assert suspend_pair(agreed.pool, AU, NZ, act=omar()).awaiting is None
    assert crossing(agreed) == {"clear"}


def test_a_pair_can_be_suspended_again_after_it_was_lifted(agreed: Forum) -> None:
    for _ in range(2):
        suspend_pair(agreed.pool, AU, NZ, act=olga())
        assert crossing(agreed) == {"clear"}
        resume_pair(agreed.pool, AU, NZ, act=olga())
        approve(agreed.pool, PAIR, act=omar())
        assert crossing(agreed) == {"clear", "green", "amber"}


def test_a_pair_is_two_members_that_there_are(forum: Forum) -> None:
    with pytest.raises(UnprocessableError):
        suspend_pair(forum.pool, AU, AU, act=olga())
    with pytest.raises(NotFoundError, match="XX"):
        suspend_pair(forum.pool, AU, MemberCode("XX"), act=olga())
    with pytest.raises(NotFoundError, match="never suspended"):
        resume_pair(forum.pool, AU, NZ, act=olga())


def test_nobody_else_writes_or_ends_what_the_hub_keeps_for_pairs(agreed: Forum) -> None:
    with pytest.raises(UnprocessableError, match="hub's own"):
        draft(agreed.pool, document("pair-au-nz", parties="", effect=Effect.EXCLUDE), act=olga())
    suspend_pair(agreed.pool, AU, NZ, act=olga())
    with pytest.raises(ConflictError, match="resume the pair"):
        end(agreed.pool, PAIR, act=olga())
