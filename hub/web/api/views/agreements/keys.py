"""The public keys with which organisations sign."""

from http import HTTPStatus
from typing import Final

from hub.domain.errors import NotFoundError
from hub.domain.identifiers import KeyId, OrganisationId
from hub.policy.permissions import Permission
from hub.services.directory import keys
from hub.web.api.call import NOTHING_HERE, Call
from hub.web.api.models.agreements.signing import KeyList, KeyResource, KeyToAdd
from hub.web.api.models.base import Created
from hub.web.api.operations import Surface

TAG: Final = "keys"
KEYS: Final = "/organisations/<organisation>/keys"


def list_keys(call: Call, organisation: str) -> KeyList:
    """List the keys of an organisation, oldest first, the revoked ones too."""
    name = OrganisationId(organisation)
    call.see(Permission.READ_KEYS, name)
    return KeyList(items=[KeyResource.of(known) for known in keys.list_keys(call.pool, name)])


def add_key(call: Call, organisation: str, body: KeyToAdd) -> Created:
    """Register an Ed25519 public key for an organisation; the same again changes nothing."""
    name = OrganisationId(organisation)
    call.change(Permission.READ_KEYS, Permission.CHANGE_KEYS, name)
    added = keys.add_key(call.pool, name, body.octets(), act=call.act())
    return Created(model=KeyResource.of(added), location=f"/api/v1/organisations/{name}/keys/{added.id}")


def show_key(call: Call, organisation: str, key: str) -> KeyResource:
    """Show one key."""
    name = OrganisationId(organisation)
    call.see(Permission.READ_KEYS, name)
    return _of_organisation(call, name, key)


def revoke_key(call: Call, organisation: str, key: str) -> KeyResource:
    """Let a key sign nothing any more; what it has signed stays signed."""
    name = OrganisationId(organisation)
    call.change(Permission.READ_KEYS, Permission.CHANGE_KEYS, name)
    _of_organisation(call, name, key)
    return KeyResource.of(keys.revoke_key(call.pool, KeyId(key), act=call.act(KeyResource.of)))


def _of_organisation(call: Call, organisation: OrganisationId, key: str) -> KeyResource:
    """Return a key of an organisation; raise NotFoundError alike for no key and another organisation's."""
    found = {known.id: known for known in keys.list_keys(call.pool, organisation)}.get(KeyId(key))
    if found is None:
        raise NotFoundError(NOTHING_HERE)
    return KeyResource.of(found)


def attach_keys(surface: Surface) -> None:
    """Offer the operations on keys."""
    surface.offer("GET", KEYS, list_keys, tag=TAG, answers=KeyList)
    surface.offer("POST", KEYS, add_key, tag=TAG, answers=KeyResource, status=HTTPStatus.CREATED, body=KeyToAdd)
    surface.offer("GET", f"{KEYS}/<key>", show_key, tag=TAG, answers=KeyResource)
    surface.offer("POST", f"{KEYS}/<key>/revoke", revoke_key, tag=TAG, answers=KeyResource)
