"""The life of an agreement: it only moves forward, and each step holds from the next question on."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest

from hub.domain.agreements import AgreementRecord, AgreementState, Effect
from hub.domain.errors import ConflictError, NotFoundError, UnprocessableError
from hub.domain.handling import Tlp
from hub.domain.identifiers import AgreementId, MemberCode, OrganisationId
from hub.policy.agreements.life import state_of
from hub.services.agreements.drafting import discard, draft
from hub.services.agreements.standing import end, propose, resume, suspend, withdraw
from hub.services.directory.organisations import disable_organisation
from tests.service.agreements.forum import DAY, NOW, Forum, clause, document, next_version, olga, omar
from tests.service.directory.chronicle import change
from tests.support.agreements import conclude

AU_NZ = AgreementId("au-nz")
BOTH_WAYS = {"AU>NZ", "NZ>AU"}


def in_force(forum: Forum, *, at: datetime = NOW) -> AgreementRecord:
    return conclude(forum.pool, document(), forum.signers["AU"], forum.signers["NZ"], at=at)


def states(record: AgreementRecord) -> list[str]:
    return [version.state.value for version in record.versions]


def test_a_draft_and_a_proposal_open_nothing(forum: Forum) -> None:
    assert states(draft(forum.pool, document(), act=olga())) == ["draft"]
    assert forum.amber() == set()
    assert states(propose(forum.pool, AU_NZ, 1, act=olga())) == ["proposed"]
    assert forum.amber() == set()


def test_the_last_signature_puts_a_version_in_force_and_no_earlier_one(forum: Forum) -> None:
    draft(forum.pool, document(), act=olga())
    propose(forum.pool, AU_NZ, 1, act=olga())
    assert states(forum.sign("au-nz", "AU")) == ["proposed"]
    assert forum.amber() == set()
    assert states(forum.sign("au-nz", "NZ")) == ["active"]
    assert forum.amber() == BOTH_WAYS


def test_a_suspension_stops_everything_and_a_resumption_that_is_signed_needs_nobody_else(forum: Forum) -> None:
    in_force(forum)
    assert states(suspend(forum.pool, AU_NZ, act=olga())) == ["suspended"]
    assert forum.amber() == set()
    assert states(resume(forum.pool, AU_NZ, act=olga())) == ["active"]
    assert forum.amber() == BOTH_WAYS


def test_the_end_is_for_good(forum: Forum) -> None:
    in_force(forum)
    assert states(end(forum.pool, AU_NZ, act=olga())) == ["ended"]
    assert forum.amber() == set()
    for step in (suspend, resume):
        with pytest.raises(ConflictError):
            step(forum.pool, AU_NZ, act=olga())
    with pytest.raises(ConflictError, match="has ended"):
        draft(forum.pool, next_version(document()), act=olga())


@pytest.mark.parametrize("step", [suspend, end])
def test_the_same_step_again_changes_nothing(forum: Forum, step: Callable[..., AgreementRecord]) -> None:
    in_force(forum)
    once = step(forum.pool, AU_NZ, act=olga())
    with change(forum.pool) as seen:
        assert step(forum.pool, AU_NZ, act=omar(NOW + DAY)) == once
    assert (seen.entries, seen.epochs) == ([], 0)


def test_the_same_draft_and_the_same_proposal_again_change_nothing(forum: Forum) -> None:
    drafted = draft(forum.pool, document(), act=olga())
    with change(forum.pool) as seen:
        assert draft(forum.pool, document(), act=omar()) == drafted
    assert seen.entries == []
    proposed = propose(forum.pool, AU_NZ, 1, act=olga())
    with change(forum.pool) as seen:
        assert propose(forum.pool, AU_NZ, 1, act=omar()) == proposed
    assert (seen.entries, seen.epochs) == ([], 0)


def test_every_step_is_one_row_of_the_ledger_and_holds_from_its_commit_on(forum: Forum) -> None:
    with change(forum.pool) as seen:
        draft(forum.pool, document(), act=olga())
    assert (seen.entries, seen.epochs) == ([("cli:olga", "agreement.draft", "au-nz")], 0)
    with change(forum.pool) as seen:
        propose(forum.pool, AU_NZ, 1, act=olga())
    assert (seen.entries, seen.epochs) == ([("cli:olga", "agreement.propose", "au-nz")], 1)
    with change(forum.pool) as seen:
        forum.sign("au-nz", "AU")
    assert (seen.entries, seen.epochs) == ([("au-cert/signer", "agreement.sign", "au-nz")], 1)
    with change(forum.pool) as seen:
        forum.sign("au-nz", "NZ")
    assert [entry[1:] for entry in seen.entries] == [("agreement.sign", "au-nz"), ("agreement.activate", "au-nz")]
    with change(forum.pool) as seen:
        suspend(forum.pool, AU_NZ, act=omar())
    assert (seen.entries, seen.epochs) == ([("cli:omar", "agreement.suspend", "au-nz")], 1)


def test_the_ledger_carries_pointers_and_no_content(forum: Forum) -> None:
    first = document()
    conclude(forum.pool, replace(first, title="What nobody else may know"), at=NOW)
    with forum.pool.statement() as database:
        rows = database.execute("SELECT detail::text FROM ledger WHERE action LIKE 'agreement.%'").fetchall()
    assert rows
    assert all("What nobody else" not in detail for (detail,) in rows)


def test_a_draft_can_be_written_anew_until_it_is_proposed(forum: Forum) -> None:
    draft(forum.pool, document(), act=olga())
    narrower = document("au-nz", clause())
    assert draft(forum.pool, narrower, act=olga()).newest.document == narrower
    propose(forum.pool, AU_NZ, 1, act=olga())
    with pytest.raises(ConflictError, match="version = 2"):
        draft(forum.pool, document(), act=olga())


@pytest.mark.parametrize("number", [2, 3])
def test_a_first_version_is_version_1(forum: Forum, number: int) -> None:
    with pytest.raises(ConflictError, match="version = 1"):
        draft(forum.pool, replace(document(), version=number), act=olga())
    with pytest.raises(NotFoundError):
        forum.show("au-nz")


def test_a_later_version_is_the_next_one_and_has_the_same_effect(forum: Forum) -> None:
    in_force(forum)
    with pytest.raises(ConflictError, match="version = 2"):
        draft(forum.pool, replace(document(), version=3), act=olga())
    with pytest.raises(ConflictError, match="another effect"):
        draft(forum.pool, replace(document(effect=Effect.EXCLUDE), version=2), act=olga())


def test_a_discarded_draft_has_never_been(forum: Forum) -> None:
    draft(forum.pool, document(), act=olga())
    assert discard(forum.pool, AU_NZ, 1, act=olga()) is None
    with pytest.raises(NotFoundError):
        forum.show("au-nz")


def test_a_discarded_proposal_ends_and_the_version_in_force_goes_on(forum: Forum) -> None:
    in_force(forum)
    draft(forum.pool, next_version(document(), clause()), act=olga())
    propose(forum.pool, AU_NZ, 2, act=olga())
    discarded = discard(forum.pool, AU_NZ, 2, act=olga())
    assert discarded is not None
    assert states(discarded) == ["active", "ended"]
    assert forum.amber() == BOTH_WAYS
    with pytest.raises(ConflictError):
        discard(forum.pool, AU_NZ, 1, act=olga())


def test_a_party_that_withdraws_ends_the_agreement_at_once(forum: Forum) -> None:
    in_force(forum)
    assert states(withdraw(forum.pool, AU_NZ, MemberCode("NZ"), act=olga())) == ["ended"]
    assert forum.amber() == set()


def test_a_party_that_declines_a_proposal_leaves_what_the_others_have_in_force(forum: Forum) -> None:
    in_force(forum)
    wider = replace(next_version(document()), parties=frozenset(map(MemberCode, ("AU", "NZ", "JP"))))
    draft(forum.pool, wider, act=olga())
    propose(forum.pool, AU_NZ, 2, act=olga())
    assert states(withdraw(forum.pool, AU_NZ, MemberCode("JP"), act=olga())) == ["active", "ended"]
    assert forum.amber() == BOTH_WAYS


def test_who_is_no_party_has_nothing_to_withdraw_from(forum: Forum) -> None:
    in_force(forum)
    with pytest.raises(UnprocessableError, match="not a party"):
        withdraw(forum.pool, AU_NZ, MemberCode("SG"), act=olga())
    assert forum.amber() == BOTH_WAYS


def test_who_has_left_with_an_earlier_version_ends_nothing(forum: Forum) -> None:
    with_japan = document(parties="AU NZ JP")
    conclude(forum.pool, with_japan, *(forum.signers[code] for code in ("AU", "NZ", "JP")), at=NOW)
    without = replace(next_version(document()), parties=frozenset(map(MemberCode, ("AU", "NZ"))))
    conclude(forum.pool, without, forum.signers["AU"], forum.signers["NZ"], at=NOW)
    with pytest.raises(UnprocessableError):
        withdraw(forum.pool, AU_NZ, MemberCode("JP"), act=olga())
    assert forum.amber() == BOTH_WAYS


def test_nobody_is_asked_to_sign_what_names_strangers(forum: Forum) -> None:
    stranger = replace(clause("1", to="XX"), recipients=frozenset({OrganisationId("nz-nobody")}))
    draft(forum.pool, document("au-nz", stranger, parties="AU NZ ZZ"), act=olga())
    disable_organisation(forum.pool, OrganisationId("nz-cert"), act=olga())
    with pytest.raises(UnprocessableError) as caught:
        propose(forum.pool, AU_NZ, 1, act=olga())
    for fault in ("party ZZ is no member", "NZ has no active national CERT", "names XX", "recipient nz-nobody"):
        assert fault in caught.value.sentence
    assert states(forum.show("au-nz")) == ["draft"]


def test_what_nobody_has_to_sign_is_active_when_it_is_proposed_and_opens_nothing(forum: Forum) -> None:
    clear = document("region", clause(origin="*", to="*", tlp=Tlp.CLEAR), parties="")
    draft(forum.pool, clear, act=olga())
    assert state_of(propose(forum.pool, AgreementId("region"), 1, act=olga())) is AgreementState.ACTIVE


def test_expectations_are_put_to_the_agreement_as_it_stands_under_its_lock(forum: Forum) -> None:
    in_force(forum)

    def something_else(known: object) -> None:
        assert isinstance(known, AgreementRecord)
        raise ConflictError("It has changed.")

    picky = replace(olga(), expects=something_else)
    for step in (suspend, resume, end):
        with pytest.raises(ConflictError, match="It has changed"):
            step(forum.pool, AU_NZ, act=picky)
    assert forum.amber() == BOTH_WAYS
