"""Several at once: the second waits for the first and then decides on what the first has done."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from threading import Barrier

import pytest

from hub.domain.agreements import AgreementRecord, AgreementState
from hub.domain.errors import ConflictError, HubError
from hub.domain.identifiers import AgreementId, MemberCode
from hub.policy.agreements.life import state_of, suspended
from hub.services.agreements.drafting import draft
from hub.services.agreements.pairs import suspend_pair
from hub.services.agreements.standing import approve, end, propose, resume, suspend
from hub.services.directory.keys import revoke_key
from hub.store.agreements.records import lock_record
from hub.store.agreements.writing import delete_draft, write_record
from hub.store.directory.keys import lock_key, update_key
from tests.service.agreements.forum import NOW, Forum, clause, document, next_version, olga, omar
from tests.support.agreements import conclude
from tests.support.waiting import await_waiting

AU_NZ = AgreementId("au-nz")


def at_once(*steps: Callable[[], object]) -> list[object]:
    """Run all steps in threads that begin together; return each answer, or the error it raised."""
    barrier = Barrier(len(steps))

    def run(step: Callable[[], object]) -> object:
        barrier.wait()
        try:
            return step()
        except HubError as error:
            return error

    with ThreadPoolExecutor(max_workers=len(steps)) as threads:
        return list(threads.map(run, steps))


def ledger(forum: Forum, action: str) -> int:
    with forum.pool.statement() as database:
        ((count,),) = database.execute("SELECT count(*) FROM ledger WHERE action = %s", (action,)).fetchall()
    return int(count)


def test_two_last_signatures_at_once_activate_the_version_once(forum: Forum) -> None:
    names = [AgreementId(f"au-nz-{number}") for number in range(1, 6)]
    for name in names:
        draft(forum.pool, document(name), act=olga())
        propose(forum.pool, name, 1, act=olga())
        answers = at_once(
            partial(forum.signers["AU"].sign, forum.pool, name, at=NOW),
            partial(forum.signers["NZ"].sign, forum.pool, name, at=NOW),
        )
        assert not [answer for answer in answers if isinstance(answer, HubError)]
        assert state_of(forum.show(name)) is AgreementState.ACTIVE
    assert ledger(forum, "agreement.activate") == len(names)
    assert forum.amber() == {"AU>NZ", "NZ>AU"}


def test_one_signature_given_many_times_at_once_is_one_signature(forum: Forum) -> None:
    draft(forum.pool, document(), act=olga())
    propose(forum.pool, AU_NZ, 1, act=olga())
    at_once(*[lambda: forum.signers["AU"].sign(forum.pool, AU_NZ, at=NOW)] * 4)
    assert ledger(forum, "agreement.sign") == 1


def test_a_signature_that_waits_for_a_suspension_comes_into_force_with_the_resumption(forum: Forum) -> None:
    """The suspension holds the agreement; the last signature of version 2 comes meanwhile."""
    conclude(forum.pool, document(), forum.signers["AU"], forum.signers["NZ"], at=NOW)
    draft(forum.pool, next_version(document(), clause()), act=olga())
    propose(forum.pool, AU_NZ, 2, act=olga())
    forum.sign("au-nz", "AU", number=2)
    with ThreadPoolExecutor(max_workers=1) as other:
        with forum.pool.transaction() as database:
            known = lock_record(database, AU_NZ)
            assert known is not None
            write_record(database, known, suspended(known))
            signing = other.submit(forum.signers["NZ"].sign, forum.pool, AU_NZ, 2, at=NOW)
            await_waiting(forum.pool)
        record = signing.result()
    assert [version.state.value for version in record.versions] == ["suspended", "suspended"]
    assert forum.amber() == set()
    resume(forum.pool, AU_NZ, act=olga())
    assert forum.amber() == {"AU>NZ"}


def test_a_key_that_is_being_revoked_signs_no_more(forum: Forum) -> None:
    draft(forum.pool, document(), act=olga())
    propose(forum.pool, AU_NZ, 1, act=olga())
    australia = forum.signers["AU"]
    with ThreadPoolExecutor(max_workers=1) as other:
        with forum.pool.transaction() as database:
            key = lock_key(database, australia.key)
            assert key is not None
            signing = other.submit(australia.sign, forum.pool, AU_NZ, at=NOW)
            await_waiting(forum.pool)
            update_key(database, replace(key, revoked=NOW))
        with pytest.raises(HubError) as caught:
            signing.result()
    assert caught.value.code == "KEY_REVOKED"


def test_the_end_wins_over_a_proposal_that_waits_for_it(forum: Forum) -> None:
    conclude(forum.pool, document(), forum.signers["AU"], forum.signers["NZ"], at=NOW)
    draft(forum.pool, next_version(document(), clause()), act=olga())
    answers = at_once(lambda: end(forum.pool, AU_NZ, act=olga()), lambda: propose(forum.pool, AU_NZ, 2, act=omar()))
    assert all(isinstance(answer, AgreementRecord | ConflictError) for answer in answers)
    assert {version.state for version in forum.show("au-nz").versions} == {AgreementState.ENDED}


def test_an_agreement_is_amended_while_it_is_in_force_and_ended_with_its_proposal(forum: Forum) -> None:
    conclude(forum.pool, document(), forum.signers["AU"], forum.signers["NZ"], at=NOW)
    draft(forum.pool, next_version(document(), clause()), act=olga())
    propose(forum.pool, AU_NZ, 2, act=olga())
    assert forum.amber() == {"AU>NZ", "NZ>AU"}
    end(forum.pool, AU_NZ, act=olga())
    with pytest.raises(ConflictError):
        forum.sign("au-nz", "AU", number=2)
    assert forum.amber() == set()


def test_two_drafts_of_one_new_agreement_at_once_are_one_agreement(forum: Forum) -> None:
    at_once(*[lambda: draft(forum.pool, document(), act=olga())] * 3)
    assert ledger(forum, "agreement.draft") == 1
    assert len(forum.show("au-nz").versions) == 1


def test_a_draft_that_waits_for_the_last_one_to_be_discarded_is_a_new_agreement(forum: Forum) -> None:
    draft(forum.pool, document(), act=olga())
    with ThreadPoolExecutor(max_workers=1) as other:
        with forum.pool.transaction() as database:
            lock_record(database, AU_NZ)
            drafting = other.submit(draft, forum.pool, document("au-nz", clause()), act=omar())
            await_waiting(forum.pool)
            delete_draft(database, AU_NZ, 1)
        assert drafting.result() == forum.show("au-nz")
    assert forum.show("au-nz").newest.document == document("au-nz", clause())


def test_two_approvals_at_once_carry_a_request_out_once(forum: Forum) -> None:
    draft(forum.pool, document(parties=""), act=olga())
    propose(forum.pool, AU_NZ, 1, act=olga())
    answers = at_once(*[lambda: approve(forum.pool, AU_NZ, act=omar())] * 2)
    assert sorted(type(answer).__name__ for answer in answers) == ["AgreementRecord", "ConflictError"]
    assert ledger(forum, "agreement.activate") == 1


def test_a_pair_suspended_by_several_at_once_is_suspended_once(forum: Forum) -> None:
    one, other = MemberCode("AU"), MemberCode("NZ")
    answers = at_once(*[lambda: suspend_pair(forum.pool, one, other, act=olga())] * 3)
    assert not [answer for answer in answers if isinstance(answer, HubError)]
    assert ledger(forum, "agreement.activate") == 1


def test_suspensions_signatures_and_revocations_in_any_order_do_not_lock_each_other_out(forum: Forum) -> None:
    conclude(forum.pool, document(), forum.signers["AU"], forum.signers["NZ"], at=NOW)
    draft(forum.pool, next_version(document(), clause()), act=olga())
    propose(forum.pool, AU_NZ, 2, act=olga())
    answers = at_once(
        lambda: forum.signers["AU"].sign(forum.pool, AU_NZ, 2, at=NOW),
        lambda: forum.signers["NZ"].sign(forum.pool, AU_NZ, 2, at=NOW),
        lambda: suspend(forum.pool, AU_NZ, act=olga()),
        lambda: suspend_pair(forum.pool, MemberCode("AU"), MemberCode("JP"), act=omar()),
        lambda: revoke_key(forum.pool, forum.signers["JP"].key, act=omar()),
    )
    assert not [answer for answer in answers if isinstance(answer, HubError)]
    assert [version.state.value for version in forum.show("au-nz").versions] == ["suspended", "suspended"]
