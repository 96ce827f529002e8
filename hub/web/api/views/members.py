"""Members: who takes part in the forum, and where each stands."""

from dataclasses import replace
from http import HTTPStatus
from typing import Final

from hub.domain.directory import Member
from hub.domain.identifiers import MemberCode
from hub.policy.permissions import Permission
from hub.services.directory import members
from hub.web.api.call import Call
from hub.web.api.models.base import Created
from hub.web.api.models.members import MemberChange, MemberList, MemberResource, MemberToAdd
from hub.web.api.operations import Surface
from hub.web.api.paging import Paging, page_of

TAG: Final = "members"


def list_members(call: Call, query: Paging) -> MemberList:
    """List the members, in order of code."""
    call.require(Permission.READ_DIRECTORY)
    page, following = page_of(members.list_members(call.pool), lambda known: known.code, query)
    return MemberList(items=[MemberResource.of(known) for known in page], next=following)


def add_member(call: Call, body: MemberToAdd) -> Created:
    """Add a member."""
    call.require(Permission.CHANGE_DIRECTORY)
    wanted = Member(code=MemberCode(body.code), name=body.name, status=body.status)
    added = members.add_member(call.pool, wanted, act=call.act())
    return Created(model=MemberResource.of(added), location=f"/api/v1/members/{added.code}")


def show_member(call: Call, code: str) -> MemberResource:
    """Show one member."""
    call.require(Permission.READ_DIRECTORY)
    return MemberResource.of(members.show_member(call.pool, MemberCode(code)))


def change_member(call: Call, code: str, body: MemberChange) -> MemberResource:
    """Change name and status of a member."""
    call.require(Permission.CHANGE_DIRECTORY)
    wanted = body.model_dump(exclude_none=True)
    changed = members.change_member(
        call.pool, MemberCode(code), lambda known: replace(known, **wanted), act=call.act(MemberResource.of)
    )
    return MemberResource.of(changed)


def suspend_member(call: Call, code: str) -> MemberResource:
    """Suspend a member: from the next page on, none of its accounts reads or publishes anything."""
    call.require(Permission.CHANGE_DIRECTORY)
    changed = members.suspend_member(call.pool, MemberCode(code), act=call.act(MemberResource.of))
    return MemberResource.of(changed)


def activate_member(call: Call, code: str) -> MemberResource:
    """Make a member active: it reads, publishes, and takes part in agreements with every active member."""
    call.require(Permission.CHANGE_DIRECTORY)
    changed = members.activate_member(call.pool, MemberCode(code), act=call.act(MemberResource.of))
    return MemberResource.of(changed)


def observe_member(call: Call, code: str) -> MemberResource:
    """Make a member an observer: it reads what agreements grant it by name, and publishes nothing."""
    call.require(Permission.CHANGE_DIRECTORY)
    changed = members.observe_member(call.pool, MemberCode(code), act=call.act(MemberResource.of))
    return MemberResource.of(changed)


def attach_members(surface: Surface) -> None:
    """Offer the operations on members."""
    surface.offer("GET", "/members", list_members, tag=TAG, answers=MemberList, query=Paging)
    surface.offer(
        "POST", "/members", add_member, tag=TAG, answers=MemberResource, status=HTTPStatus.CREATED, body=MemberToAdd
    )
    surface.offer("GET", "/members/<code>", show_member, tag=TAG, answers=MemberResource)
    surface.offer("PATCH", "/members/<code>", change_member, tag=TAG, answers=MemberResource, body=MemberChange)
    for verb, view in (("suspend", suspend_member), ("activate", activate_member), ("observe", observe_member)):
        surface.offer("POST", f"/members/<code>/{verb}", view, tag=TAG, answers=MemberResource)
