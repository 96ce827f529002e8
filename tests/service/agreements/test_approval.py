"""Whose content a step opens decides who has to agree: its producers by signature, or else a second operator."""

from dataclasses import replace

import pytest

from hub.domain.agreements import AgreementDocument, AgreementState, Effect, Transition
from hub.domain.errors import ConflictError, ForbiddenError
from hub.domain.handling import Tlp
from hub.domain.identifiers import AgreementId, MemberCode
from hub.policy.agreements.life import state_of
from hub.services.agreements.drafting import discard, draft
from hub.services.agreements.standing import approve, end, propose, refuse, resume, suspend, withdraw
from tests.service.agreements.forum import DAY, NOW, Forum, clause, document, next_version, olga, omar
from tests.service.directory.chronicle import change
from tests.support.acts import made
from tests.support.agreements import conclude

REGION = AgreementId("region")
NO_AU_NZ = AgreementId("no-au-nz")
ACTIVE, SUSPENDED, PROPOSED, ENDED = (
    AgreementState.ACTIVE,
    AgreementState.SUSPENDED,
    AgreementState.PROPOSED,
    AgreementState.ENDED,
)


def regional(tlp: Tlp = Tlp.GREEN) -> AgreementDocument:
    return document("region", clause(origin="*", to="*", tlp=tlp), parties="")


def exclusion(parties: str = "") -> AgreementDocument:
    return document("no-au-nz", clause(tlp=Tlp.RED), parties=parties, effect=Effect.EXCLUDE)


def agree_region(forum: Forum, tlp: Tlp = Tlp.GREEN) -> None:
    draft(forum.pool, regional(tlp), act=olga())
    propose(forum.pool, REGION, 1, act=olga())
    approve(forum.pool, REGION, act=omar())


def test_a_regional_agreement_awaits_a_second_operator_and_says_whose_content_it_opens(forum: Forum) -> None:
    draft(forum.pool, regional(), act=olga())
    record = propose(forum.pool, REGION, 1, act=olga())
    assert state_of(record) is PROPOSED
    assert record.awaiting is not None
    assert (record.awaiting.transition, record.awaiting.version) == (Transition.ACTIVATE, 1)
    assert (record.awaiting.asked_by, record.awaiting.asked_at) == ("cli:olga", NOW)
    assert record.awaiting.producers == ("au-cert", "jp-cert", "nz-cert", "sg-cert")
    assert forum.show("region") == record
    assert {level for _, _, level in forum.sees()} == {"clear"}


def test_what_would_open_content_or_readers_that_are_still_to_come_awaits_too(forum: Forum) -> None:
    """Nobody has published in red, and no account of this purpose is there."""
    coming = replace(
        clause(origin="*", to="*", tlp=Tlp.RED), types=frozenset({"campaign"}), purposes=frozenset({"law"})
    )
    draft(forum.pool, document("region", coming, parties=""), act=olga())
    awaiting = propose(forum.pool, REGION, 1, act=olga()).awaiting
    assert awaiting is not None
    assert "jp-cert" in awaiting.producers


def test_the_second_operators_approval_carries_it_out(forum: Forum) -> None:
    draft(forum.pool, regional(), act=olga())
    propose(forum.pool, REGION, 1, act=olga())
    with change(forum.pool) as seen:
        record = approve(forum.pool, REGION, act=omar())
    assert (state_of(record), record.awaiting) == (ACTIVE, None)
    assert (seen.entries, seen.epochs) == ([("cli:omar", "agreement.activate", "region")], 1)
    assert {level for _, _, level in forum.sees()} == {"clear", "green"}
    with pytest.raises(ConflictError, match="Nothing of region"):
        approve(forum.pool, REGION, act=omar())


def test_nobody_approves_what_he_has_asked_for_himself(forum: Forum) -> None:
    draft(forum.pool, regional(), act=olga())
    propose(forum.pool, REGION, 1, act=olga())
    with pytest.raises(ForbiddenError) as caught:
        approve(forum.pool, REGION, act=olga(NOW + DAY))
    assert caught.value.code == "OWN_REQUEST"
    assert {level for _, _, level in forum.sees()} == {"clear"}


def test_who_has_proposed_does_not_approve_because_a_party_signed_last(forum: Forum) -> None:
    """Australia alone signs that everybody's amber goes to it."""
    draft(forum.pool, document("grab", clause(origin="*", to="AU"), parties="AU"), act=olga())
    propose(forum.pool, AgreementId("grab"), 1, act=olga())
    record = forum.sign("grab", "AU")
    assert record.awaiting is not None
    assert record.awaiting.producers == ("jp-cert", "nz-cert", "sg-cert")
    with pytest.raises(ForbiddenError):
        approve(forum.pool, AgreementId("grab"), act=olga())
    approve(forum.pool, AgreementId("grab"), act=omar())
    assert forum.amber() == {"JP>AU", "NZ>AU", "SG>AU"}


def test_a_refusal_drops_the_request_and_it_can_be_asked_for_again(forum: Forum) -> None:
    draft(forum.pool, regional(), act=olga())
    propose(forum.pool, REGION, 1, act=olga())
    refused = refuse(forum.pool, REGION, act=omar())
    assert (state_of(refused), refused.awaiting) == (PROPOSED, None)
    with pytest.raises(ConflictError):
        approve(forum.pool, REGION, act=omar())
    assert propose(forum.pool, REGION, 1, act=olga()).awaiting is not None


def test_the_same_request_again_is_one_request(forum: Forum) -> None:
    draft(forum.pool, regional(), act=olga())
    asked = propose(forum.pool, REGION, 1, act=olga())
    with change(forum.pool) as seen:
        assert propose(forum.pool, REGION, 1, act=omar()) == asked
    assert seen.entries == []


def test_a_permit_is_suspended_and_ended_by_one_operator_at_once(forum: Forum) -> None:
    agree_region(forum)
    assert state_of(suspend(forum.pool, REGION, act=olga())) is SUSPENDED
    assert {level for _, _, level in forum.sees()} == {"clear"}
    assert state_of(end(forum.pool, REGION, act=olga())) is ENDED


def test_resuming_what_nobody_has_signed_awaits_a_second_operator(forum: Forum) -> None:
    agree_region(forum)
    suspend(forum.pool, REGION, act=olga())
    record = resume(forum.pool, REGION, act=olga())
    assert record.awaiting is not None
    assert record.awaiting.transition is Transition.RESUME
    assert state_of(record) is SUSPENDED
    assert state_of(approve(forum.pool, REGION, act=omar())) is ACTIVE


def test_resuming_is_covered_by_those_who_have_signed_each_version_that_will_hold(forum: Forum) -> None:
    """Japan signs only the second version, and the first, which is to hold until then, opens Japan's content."""
    first = document("au-nz", clause("1"), clause("2", origin="JP", to="AU"))
    name = first.id
    conclude(forum.pool, first, forum.signers["AU"], forum.signers["NZ"], at=NOW)
    approve(forum.pool, name, act=omar())
    three = frozenset(map(MemberCode, ("AU", "JP", "NZ")))
    second = replace(next_version(first, begins=NOW + 30 * DAY), parties=three)
    conclude(forum.pool, second, *(forum.signers[code] for code in ("AU", "JP", "NZ")), at=NOW)
    suspend(forum.pool, name, act=olga())
    record = resume(forum.pool, name, act=olga())
    assert record.awaiting is not None
    assert record.awaiting.producers == ("jp-cert",)


def test_suspending_drops_a_request_to_resume(forum: Forum) -> None:
    agree_region(forum)
    suspend(forum.pool, REGION, act=olga())
    resume(forum.pool, REGION, act=olga())
    assert suspend(forum.pool, REGION, act=omar()).awaiting is None


def test_an_exclusion_begins_at_once_and_its_suspension_waits(forum: Forum) -> None:
    conclude(forum.pool, document(), forum.signers["AU"], forum.signers["NZ"], at=NOW)
    draft(forum.pool, exclusion(), act=olga())
    assert state_of(propose(forum.pool, NO_AU_NZ, 1, act=olga())) is ACTIVE
    assert forum.amber() == {"NZ>AU"}
    record = suspend(forum.pool, NO_AU_NZ, act=olga())
    assert record.awaiting is not None
    assert record.awaiting.producers == ("au-cert",)
    assert forum.amber() == {"NZ>AU"}
    approve(forum.pool, NO_AU_NZ, act=omar())
    assert forum.amber() == {"NZ>AU", "AU>NZ"}


def test_a_partys_signature_under_an_exclusion_is_no_consent_to_lift_it(forum: Forum) -> None:
    conclude(forum.pool, document(), forum.signers["AU"], forum.signers["NZ"], at=NOW)
    conclude(forum.pool, exclusion("AU NZ"), forum.signers["AU"], forum.signers["NZ"], at=NOW)
    assert suspend(forum.pool, NO_AU_NZ, act=olga()).awaiting is not None
    refuse(forum.pool, NO_AU_NZ, act=omar())
    assert end(forum.pool, NO_AU_NZ, act=olga()).awaiting is not None
    assert forum.amber() == {"NZ>AU"}


def test_leaving_an_exclusion_opens_ones_own_content_and_not_that_of_others(forum: Forum) -> None:
    conclude(forum.pool, document(), forum.signers["AU"], forum.signers["NZ"], at=NOW)
    conclude(forum.pool, exclusion("AU NZ"), forum.signers["AU"], forum.signers["NZ"], at=NOW)
    record = withdraw(forum.pool, NO_AU_NZ, MemberCode("NZ"), act=olga())
    assert record.awaiting is not None
    assert (record.awaiting.member, record.awaiting.producers) == ("NZ", ("au-cert",))
    refuse(forum.pool, NO_AU_NZ, act=omar())
    ada = made("au-cert/ada", at=NOW)
    assert state_of(withdraw(forum.pool, NO_AU_NZ, MemberCode("AU"), act=ada)) is ENDED
    assert forum.amber() == {"NZ>AU", "AU>NZ"}


def test_no_operator_alone_says_that_a_party_leaves_an_exclusion(forum: Forum) -> None:
    """Otherwise one would open what Australia has signed to close, in its name."""
    conclude(forum.pool, document(), forum.signers["AU"], forum.signers["NZ"], at=NOW)
    conclude(forum.pool, exclusion("AU NZ"), forum.signers["AU"], forum.signers["NZ"], at=NOW)
    record = withdraw(forum.pool, NO_AU_NZ, MemberCode("AU"), act=olga())
    assert record.awaiting is not None
    assert (record.awaiting.member, record.awaiting.producers) == ("AU", ("au-cert",))
    assert forum.amber() == {"NZ>AU"}
    assert state_of(approve(forum.pool, NO_AU_NZ, act=omar())) is ENDED


def test_an_exclusion_that_closes_nothing_is_lifted_without_anybody(forum: Forum) -> None:
    draft(forum.pool, exclusion(), act=olga())
    propose(forum.pool, NO_AU_NZ, 1, act=olga())
    assert state_of(suspend(forum.pool, NO_AU_NZ, act=olga())) is SUSPENDED


def test_what_opens_later_by_the_clock_is_approved_before(forum: Forum) -> None:
    later = replace(regional(), valid_from=NOW + 30 * DAY)
    draft(forum.pool, later, act=olga())
    assert propose(forum.pool, REGION, 1, act=olga()).awaiting is not None


def test_a_request_names_everybody_whose_content_opens_now_and_later(forum: Forum) -> None:
    """Japan's content opens when the exclusion runs out."""
    silence = document("silence", clause(origin="JP", to="NZ", tlp=Tlp.RED), parties="", effect=Effect.EXCLUDE)
    draft(forum.pool, replace(silence, valid_until=NOW + DAY), act=olga())
    propose(forum.pool, silence.id, 1, act=olga())
    draft(forum.pool, document("out", clause(origin="*", to="NZ"), parties=""), act=olga())
    record = propose(forum.pool, AgreementId("out"), 1, act=olga())
    assert record.awaiting is not None
    assert record.awaiting.producers == ("au-cert", "jp-cert", "sg-cert")


def test_what_another_agreement_covers_until_it_ends_is_opened_by_the_one_that_goes_on(forum: Forum) -> None:
    lent = replace(document(), valid_until=NOW + DAY)
    conclude(forum.pool, lent, forum.signers["AU"], forum.signers["NZ"], at=NOW)
    draft(forum.pool, document("for-ever", parties=""), act=olga())
    record = propose(forum.pool, AgreementId("for-ever"), 1, act=olga())
    assert record.awaiting is not None
    assert record.awaiting.producers == ("au-cert", "nz-cert")


def test_an_amendment_that_narrows_waits_for_nobody(forum: Forum) -> None:
    agree_region(forum, Tlp.AMBER)
    narrower = next_version(regional(), clause(origin="*", to="*", tlp=Tlp.GREEN))
    draft(forum.pool, narrower, act=olga())
    assert propose(forum.pool, REGION, 2, act=olga()).awaiting is None
    assert forum.amber() == set()


def test_an_amendment_that_widens_waits_and_the_version_before_goes_on(forum: Forum) -> None:
    agree_region(forum)
    wider = next_version(regional(), clause(origin="*", to="*", tlp=Tlp.AMBER))
    draft(forum.pool, wider, act=olga())
    assert propose(forum.pool, REGION, 2, act=olga()).awaiting is not None
    assert forum.amber() == set()
    assert ("AU", "NZ", "green") in forum.sees()
    approve(forum.pool, REGION, act=omar())
    assert len(forum.amber()) == 12


def test_a_version_that_becomes_active_meanwhile_drops_a_request_to_resume(forum: Forum) -> None:
    """Otherwise Omar would open amber by himself, because Olga has asked to resume green."""
    agree_region(forum)
    draft(forum.pool, next_version(regional(), clause(origin="*", to="*", tlp=Tlp.AMBER)), act=omar())
    suspend(forum.pool, REGION, act=olga())
    resume(forum.pool, REGION, act=olga())
    record = propose(forum.pool, REGION, 2, act=omar())
    assert [version.state for version in record.versions] == [SUSPENDED, SUSPENDED]
    assert record.awaiting is None
    assert resume(forum.pool, REGION, act=omar()).awaiting is not None
    approve(forum.pool, REGION, act=olga())
    assert len(forum.amber()) == 12


def test_what_opens_more_by_now_than_was_asked_for_is_asked_for_again(forum: Forum) -> None:
    """Japan's content was closed when Olga asked, and is not when Omar approves."""
    draft(forum.pool, document("out", clause(origin="*", to="NZ"), parties=""), act=olga())
    silence = document("silence", clause(origin="JP", to="NZ", tlp=Tlp.RED), parties="", effect=Effect.EXCLUDE)
    draft(forum.pool, silence, act=olga())
    propose(forum.pool, silence.id, 1, act=olga())
    propose(forum.pool, AgreementId("out"), 1, act=olga())
    end(forum.pool, silence.id, act=olga())
    with pytest.raises(ConflictError) as caught:
        approve(forum.pool, AgreementId("out"), act=omar())
    assert caught.value.code == "OPENS_MORE"
    assert forum.amber() == set()
    refuse(forum.pool, AgreementId("out"), act=omar())
    propose(forum.pool, AgreementId("out"), 1, act=olga())
    approve(forum.pool, AgreementId("out"), act=omar())
    assert forum.amber() == {"AU>NZ", "JP>NZ", "SG>NZ"}


@pytest.mark.parametrize("again", ["desk/olga", "cli:olga", "cli:desk/olga"])
def test_one_person_is_one_operator_at_whatever_desk(forum: Forum, again: str) -> None:
    draft(forum.pool, regional(), act=olga())
    propose(forum.pool, REGION, 1, act=olga())
    with pytest.raises(ForbiddenError) as caught:
        approve(forum.pool, REGION, act=made(again, at=NOW))
    assert caught.value.code == "OWN_REQUEST"


def test_two_requests_at_once_are_refused_where_both_would_open_something(forum: Forum) -> None:
    conclude(forum.pool, document(), forum.signers["AU"], forum.signers["NZ"], at=NOW)
    draft(forum.pool, exclusion(), act=olga())
    propose(forum.pool, NO_AU_NZ, 1, act=olga())
    suspend(forum.pool, NO_AU_NZ, act=olga())
    with pytest.raises(ConflictError) as caught:
        end(forum.pool, NO_AU_NZ, act=olga())
    assert caught.value.code == "APPROVAL_PENDING"


def test_the_end_drops_what_awaits_approval(forum: Forum) -> None:
    draft(forum.pool, regional(), act=olga())
    propose(forum.pool, REGION, 1, act=olga())
    record = end(forum.pool, REGION, act=olga())
    assert (state_of(record), record.awaiting) == (ENDED, None)


def test_a_discarded_proposal_awaits_no_approval(forum: Forum) -> None:
    draft(forum.pool, regional(), act=olga())
    propose(forum.pool, REGION, 1, act=olga())
    record = discard(forum.pool, REGION, 1, act=olga())
    assert record is not None
    assert record.awaiting is None


def test_an_approval_is_worked_out_anew_and_the_ledger_names_what_it_opened(forum: Forum) -> None:
    draft(forum.pool, document("out", clause(origin="*", to="NZ"), parties=""), act=olga())
    propose(forum.pool, AgreementId("out"), 1, act=olga())
    conclude(forum.pool, document("au-nz", clause()), forum.signers["AU"], forum.signers["NZ"], at=NOW)
    approve(forum.pool, AgreementId("out"), act=omar())
    with forum.pool.statement() as database:
        ((detail,),) = database.execute(
            "SELECT detail FROM ledger WHERE action = 'agreement.activate' AND subject = 'out'"
        ).fetchall()
    assert detail == {"version": 1, "asked_by": "cli:olga", "opens": ["jp-cert", "sg-cert"]}
