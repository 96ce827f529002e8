"""Organisations: who publishes and reads for a member."""

from dataclasses import replace
from http import HTTPStatus
from typing import Final

from hub.domain.directory import Organisation
from hub.domain.identifiers import MemberCode, OrganisationId, StixId
from hub.policy.permissions import Permission
from hub.services.directory import organisations
from hub.web.api.call import Call
from hub.web.api.models.base import Created
from hub.web.api.models.organisations import (
    OrganisationChange,
    OrganisationList,
    OrganisationPaging,
    OrganisationResource,
    OrganisationToAdd,
)
from hub.web.api.operations import Surface
from hub.web.api.paging import page_of

TAG: Final = "organisations"


def list_organisations(call: Call, query: OrganisationPaging) -> OrganisationList:
    """List the organisations, in order of id; an administrator gets the own one."""
    if not call.holds(Permission.READ_DIRECTORY):
        own = call.principal.organisation
        call.see(Permission.READ_ORGANISATION, own.id)
        known: tuple[Organisation, ...] = (own,) if query.member in {None, own.member} else ()
    else:
        member = None if query.member is None else MemberCode(query.member)
        known = organisations.list_organisations(call.pool, member=member)
    page, following = page_of(known, lambda each: each.id, query)
    return OrganisationList(items=[OrganisationResource.of(each) for each in page], next=following)


def add_organisation(call: Call, body: OrganisationToAdd) -> Created:
    """Add an organisation; one without a STIX identity gets a new one."""
    call.require(Permission.CHANGE_DIRECTORY)
    wanted = Organisation(
        id=OrganisationId(body.id),
        member=None if body.member is None else MemberCode(body.member),
        kind=body.kind,
        name=body.name,
        served_by=None if body.served_by is None else OrganisationId(body.served_by),
        cross_border=body.cross_border,
        active=True,
        identity=None if body.identity is None else StixId(body.identity),
    )
    added = organisations.add_organisation(call.pool, wanted, act=call.act())
    return Created(model=OrganisationResource.of(added), location=f"/api/v1/organisations/{added.id}")


def show_organisation(call: Call, organisation: str) -> OrganisationResource:
    """Show one organisation."""
    name = OrganisationId(organisation)
    call.see(Permission.READ_ORGANISATION, name)
    return OrganisationResource.of(organisations.show_organisation(call.pool, name))


def change_organisation(call: Call, organisation: str, body: OrganisationChange) -> OrganisationResource:
    """Change name, who serves it, and its consent that amber content may leave its country."""
    name = _changeable(call, organisation)
    wanted = body.model_dump(exclude_unset=True)
    kept = {key: value for key, value in wanted.items() if value is not None or key == "served_by"}
    changed = organisations.change_organisation(
        call.pool, name, lambda known: replace(known, **kept), act=call.act(OrganisationResource.of)
    )
    return OrganisationResource.of(changed)


def disable_organisation(call: Call, organisation: str) -> OrganisationResource:
    """Disable an organisation: from the next page on, none of its accounts reads or publishes anything."""
    name = _changeable(call, organisation)
    changed = organisations.disable_organisation(call.pool, name, act=call.act(OrganisationResource.of))
    return OrganisationResource.of(changed)


def enable_organisation(call: Call, organisation: str) -> OrganisationResource:
    """Enable an organisation again."""
    name = _changeable(call, organisation)
    changed = organisations.enable_organisation(call.pool, name, act=call.act(OrganisationResource.of))
    return OrganisationResource.of(changed)


def _changeable(call: Call, organisation: str) -> OrganisationId:
    name = OrganisationId(organisation)
    call.change(Permission.READ_ORGANISATION, Permission.CHANGE_DIRECTORY, name)
    return name


def attach_organisations(surface: Surface) -> None:
    """Offer the operations on organisations."""
    one = "/organisations/<organisation>"
    surface.offer(
        "GET",
        "/organisations",
        list_organisations,
        tag=TAG,
        answers=OrganisationList,
        query=OrganisationPaging,
        refuses=frozenset({HTTPStatus.NOT_FOUND}),
    )
    surface.offer(
        "POST",
        "/organisations",
        add_organisation,
        tag=TAG,
        answers=OrganisationResource,
        status=HTTPStatus.CREATED,
        body=OrganisationToAdd,
        refuses=frozenset({HTTPStatus.NOT_FOUND}),
    )
    surface.offer("GET", one, show_organisation, tag=TAG, answers=OrganisationResource)
    surface.offer("PATCH", one, change_organisation, tag=TAG, answers=OrganisationResource, body=OrganisationChange)
    surface.offer("POST", f"{one}/disable", disable_organisation, tag=TAG, answers=OrganisationResource)
    surface.offer("POST", f"{one}/enable", enable_organisation, tag=TAG, answers=OrganisationResource)
