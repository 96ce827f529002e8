"""What everybody may see: who they are to the hub, and the collections."""

from pydantic import Field

from hub.domain.catalogue import Collection
from hub.policy.permissions import Permission
from hub.web.api.models.accounts import AccountResource
from hub.web.api.models.base import Answer, Resource
from hub.web.api.models.members import MemberResource
from hub.web.api.models.organisations import OrganisationResource


class OwnResource(Resource):
    """The caller: account, organisation and member, and what they may do here."""

    account: AccountResource
    organisation: OrganisationResource
    member: MemberResource | None = Field(description="Null for the hub's own accounts.")
    everywhere: list[Permission] = Field(description="What the account may do for the whole forum.")
    in_organisation: list[Permission] = Field(description="What it may do for its own organisation.")


class CollectionResource(Resource):
    """A TAXII collection as it is to the caller."""

    id: str
    alias: str
    title: str
    description: str
    member: str | None = Field(description="Set where it is a country's own.")
    default_tlp: str = Field(description="The TLP level of what comes without one.")
    can_read: bool
    can_write: bool

    @classmethod
    def of(cls, known: Collection, *, can_read: bool, can_write: bool) -> "CollectionResource":
        """Show a collection."""
        return cls(
            id=known.id,
            alias=known.alias,
            title=known.title,
            description=known.description,
            member=known.member,
            default_tlp=known.default_tlp.label,
            can_read=can_read,
            can_write=can_write,
        )


class CollectionList(Answer):
    """Every collection, in order of id."""

    items: list[CollectionResource]
