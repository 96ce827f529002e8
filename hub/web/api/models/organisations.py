"""Organisations as the API shows and takes them."""

from typing import Annotated

from pydantic import Field

from hub.domain.directory import Organisation, OrganisationKind
from hub.web.api.models.base import Answer, Code, Given, Line, Resource, Slug
from hub.web.api.paging import Paging

Identity = Annotated[
    str,
    Field(pattern=r"^identity--[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"),
]
"""The id of a STIX identity."""


class OrganisationResource(Resource):
    """A national CERT, its constituent, a private partner, or one of the hub's own."""

    id: str
    member: str | None = Field(description="Its member country; null for the kind hub alone.")
    kind: OrganisationKind
    name: str
    served_by: str | None = Field(description="The organisation of the same member that it is a client of.")
    cross_border: bool = Field(description="Whether it consents that its amber content may leave its country.")
    active: bool
    identity: str | None = Field(description="Its STIX identity.")

    @classmethod
    def of(cls, known: object) -> "OrganisationResource":
        """Show an organisation."""
        if not isinstance(known, Organisation):
            raise TypeError(type(known).__name__)
        return cls(
            id=known.id,
            member=known.member,
            kind=known.kind,
            name=known.name,
            served_by=known.served_by,
            cross_border=known.cross_border,
            active=known.active,
            identity=known.identity,
        )


class OrganisationList(Answer):
    """A page of organisations, in order of id."""

    items: list[OrganisationResource]
    next: str | None = Field(description="The cursor of the next page; null after the last.")


class OrganisationPaging(Paging):
    """Which organisations."""

    member: Code | None = None


class OrganisationToAdd(Given):
    """A new organisation."""

    id: Slug
    member: Code | None = None
    kind: OrganisationKind
    name: Line
    served_by: Slug | None = None
    cross_border: bool = False
    identity: Identity | None = None


class OrganisationChange(Given):
    """What is to be different; what is left out stays, and `served_by` null means nobody."""

    name: Line | None = None
    served_by: Slug | None = None
    cross_border: bool | None = None
