"""The public keys with which organisations sign."""

from hub.domain.agreements import Key
from hub.domain.directory import Act
from hub.domain.identifiers import KeyId, OrganisationId
from hub.store.database import Pool


def add_key(pool: Pool, organisation_id: OrganisationId, public_key: bytes, *, act: Act) -> Key:
    """Register an Ed25519 public key (its 32 raw bytes) for an organisation. The same again changes nothing.

    `act.expects` is given the Organisation. Raise NotFoundError, UnprocessableError for what is no such key,
    ConflictError where the key was revoked or is another organisation's.
    """
    raise NotImplementedError


def list_keys(pool: Pool, organisation_id: OrganisationId) -> tuple[Key, ...]:
    """Return the keys of an organisation, revoked ones too, oldest first; raise NotFoundError."""
    raise NotImplementedError


def show_key(pool: Pool, key_id: KeyId) -> Key:
    """Return one key; raise NotFoundError."""
    raise NotImplementedError


def revoke_key(pool: Pool, key_id: KeyId, *, act: Act) -> Key:
    """Let the key sign nothing any more; what it has signed stays signed. Raise NotFoundError."""
    raise NotImplementedError
