"""Why: to operators of everything, to producers of their own objects, to readers of what they may ask after."""

from typing import Annotated

from pydantic import Field

from hub.domain.handling import Tlp
from hub.domain.identifiers import AccountId, MemberCode, StixId
from hub.policy.permissions import Permission
from hub.services.directory.accounts import show_account
from hub.services.explaining.classes import ClassOfObjects, why_closed
from hub.services.explaining.producers import who_can_read, who_has_read
from hub.services.explaining.rights import rights
from hub.services.explaining.versions import explain_object
from hub.web.api.call import Call
from hub.web.api.models.base import AccountName, Given, ObjectId
from hub.web.api.models.explaining import (
    ClassExplainedModel,
    ObjectExplainedModel,
    ReadByList,
    ReadersModel,
    RightsModel,
    TlpLabel,
)
from hub.web.api.operations import Surface


class Question(Given):
    """Whose reading of which object."""

    account: AccountName
    object: ObjectId


class OfObject(Given):
    """Which object."""

    object: ObjectId


class OfClass(Given):
    """Which class of objects: from a member or a producer, of which level and type."""

    source: Annotated[str, Field(max_length=63, pattern=r"^([A-Z]{2}|[a-z0-9]+(-[a-z0-9]+)*)$", examples=["AU"])]
    tlp: TlpLabel
    type: Annotated[str, Field(max_length=250, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", examples=["indicator"])]


def explain(call: Call, query: Question) -> ObjectExplainedModel:
    """Say of every version of an object why an account may or may not read it: rule, reason, agreement, clause."""
    call.require(Permission.EXPLAIN)
    account = show_account(call.pool, AccountId(query.account)).id
    return ObjectExplainedModel.of(explain_object(call.pool, account, StixId(query.object), at=call.at))


def list_readings(call: Call, query: OfObject) -> ReadByList:
    """Say who was given an object, producer by producer, of all that have it or had it."""
    call.require(Permission.EXPLAIN)
    return ReadByList.of(who_has_read(call.pool, StixId(query.object)))


def explain_to_me(call: Call, query: OfClass) -> ClassExplainedModel:
    """Say why a class of objects is open or closed to you, and which step is the nearest miss; never of an object."""
    call.require(Permission.READ_OWN)
    asked = ClassOfObjects(source=MemberCode(query.source), tlp=Tlp.parse(query.tlp), type=query.type)
    return ClassExplainedModel.of(why_closed(call.pool, call.principal, asked, at=call.at))


def show_my_rights(call: Call) -> RightsModel:
    """Say what you may see, from whom, up to which TLP, under which clause, and until when that holds."""
    call.require(Permission.READ_OWN)
    return RightsModel.of(rights(call.pool, call.principal, at=call.at))


def show_my_readers(call: Call, query: OfObject) -> ReadersModel:
    """Say who can read an object of your own organisation, who has, and why: every organisation and its verdict."""
    call.require(Permission.READ_OWN)
    return ReadersModel.of(who_can_read(call.pool, call.principal, StixId(query.object), at=call.at))


def attach_explaining(surface: Surface) -> None:
    """Offer explanations."""
    missing = frozenset({404})
    surface.offer(
        "GET", "/explain", explain, tag="explain", answers=ObjectExplainedModel, query=Question, refuses=missing
    )
    surface.offer("GET", "/readings", list_readings, tag="explain", answers=ReadByList, query=OfObject)
    surface.offer(
        "GET", "/me/explain", explain_to_me, tag="me", answers=ClassExplainedModel, query=OfClass, refuses=missing
    )
    surface.offer("GET", "/me/rights", show_my_rights, tag="me", answers=RightsModel)
    surface.offer(
        "GET", "/me/readers", show_my_readers, tag="me", answers=ReadersModel, query=OfObject, refuses=missing
    )
