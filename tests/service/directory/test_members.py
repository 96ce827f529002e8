"""Members: added once, moved between the three standings, each change written once."""

import pytest

from hub.domain.directory import Member, MemberStatus
from hub.domain.errors import ConflictError, NotFoundError, RequestError
from hub.domain.identifiers import MemberCode
from hub.services.directory.members import (
    activate_member,
    add_member,
    list_members,
    observe_member,
    show_member,
    suspend_member,
)
from hub.store.database import Pool
from tests.service.directory.chronicle import change
from tests.service.directory.forum import ACTOR, AU, member
from tests.support.acts import made


def test_an_added_member_is_shown_and_written(empty: Pool) -> None:
    with change(empty) as seen:
        add_member(empty, member("TO", name=" Tonga ", status=MemberStatus.OBSERVER), act=made(ACTOR))
    assert show_member(empty, MemberCode("TO")) == Member(
        code=MemberCode("TO"), name="Tonga", status=MemberStatus.OBSERVER
    )
    assert seen.entries == [(ACTOR, "member.add", "TO")]
    assert seen.epochs == 1


def test_members_are_listed_in_order_of_code(pool: Pool) -> None:
    add_member(pool, member("BN"), act=made(ACTOR))
    assert [known.code for known in list_members(pool)] == ["AU", "BN", "NZ"]


def test_a_member_is_added_once(pool: Pool) -> None:
    with change(pool) as seen, pytest.raises(ConflictError, match="AU is a member already"):
        add_member(pool, member("AU", name="Another"), act=made(ACTOR))
    assert (seen.entries, seen.epochs) == ([], 0)
    assert show_member(pool, AU).name == "A country"


@pytest.mark.parametrize("code", ["au", "AUS", "A", "A1", "AU\n", ""])
def test_a_member_code_is_two_capital_letters(empty: Pool, code: str) -> None:
    with pytest.raises(RequestError, match="no member code"):
        add_member(empty, member(code), act=made(ACTOR))


@pytest.mark.parametrize("name", ["", "  ", "two\nlines", "n" * 201])
def test_a_name_is_one_line(empty: Pool, name: str) -> None:
    with pytest.raises(RequestError, match="one line"):
        add_member(empty, member("AU", name=name), act=made(ACTOR))


def test_each_standing_is_reached_from_each_other_and_written_once(pool: Pool) -> None:
    steps = [
        (suspend_member, "member.suspend", MemberStatus.SUSPENDED),
        (observe_member, "member.observe", MemberStatus.OBSERVER),
        (suspend_member, "member.suspend", MemberStatus.SUSPENDED),
        (activate_member, "member.activate", MemberStatus.ACTIVE),
        (observe_member, "member.observe", MemberStatus.OBSERVER),
        (activate_member, "member.activate", MemberStatus.ACTIVE),
    ]
    for act, action, status in steps:
        with change(pool) as seen:
            assert act(pool, AU, act=made(ACTOR)).status is status
            assert act(pool, AU, act=made(ACTOR)).status is status
        assert show_member(pool, AU).status is status
        assert seen.entries == [(ACTOR, action, "AU")]
        assert seen.epochs == 1


def test_an_unknown_member_is_not_found(pool: Pool) -> None:
    for act in (activate_member, observe_member, suspend_member):
        with pytest.raises(NotFoundError, match="no member XX"):
            act(pool, MemberCode("XX"), act=made(ACTOR))
    with pytest.raises(NotFoundError, match="no member XX"):
        show_member(pool, MemberCode("XX"))
