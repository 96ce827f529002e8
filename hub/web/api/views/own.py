"""What everybody may see: who they are to the hub, and the collections."""

from hub.domain.catalogue import Collection
from hub.domain.errors import NotFoundError
from hub.policy.permissions import Permission, may
from hub.web.api.call import NOTHING_HERE, Call
from hub.web.api.models.accounts import AccountResource
from hub.web.api.models.members import MemberResource
from hub.web.api.models.organisations import OrganisationResource
from hub.web.api.models.own import CollectionList, CollectionResource, OwnResource
from hub.web.api.operations import Surface


def show_me(call: Call) -> OwnResource:
    """Show who you are to the hub, and what you may do."""
    call.require(Permission.READ_OWN)
    principal = call.principal
    own = principal.organisation.id
    return OwnResource(
        account=AccountResource.of(principal.account),
        organisation=OrganisationResource.of(principal.organisation),
        member=None if principal.member is None else MemberResource.of(principal.member),
        everywhere=[permission for permission in Permission if may(principal, permission)],
        in_organisation=[permission for permission in Permission if may(principal, permission, own)],
    )


def list_collections(call: Call) -> CollectionList:
    """List the collections, in order of id."""
    call.require(Permission.READ_OWN)
    return CollectionList(items=[_shown(call, known) for known in call.services.catalogue])


def show_collection(call: Call, collection: str) -> CollectionResource:
    """Show one collection, by id or alias."""
    call.require(Permission.READ_OWN)
    known = call.services.catalogue.find(collection)
    if known is None:
        raise NotFoundError(NOTHING_HERE)
    return _shown(call, known)


def _shown(call: Call, known: Collection) -> CollectionResource:
    access, principal = call.services.access, call.principal
    return CollectionResource.of(
        known, can_read=access.can_read(principal, known), can_write=access.can_write(principal, known)
    )


def attach_own(surface: Surface) -> None:
    """Offer what everybody may see."""
    surface.offer("GET", "/me", show_me, tag="me", answers=OwnResource)
    surface.offer("GET", "/collections", list_collections, tag="collections", answers=CollectionList)
    surface.offer("GET", "/collections/<collection>", show_collection, tag="collections", answers=CollectionResource)
