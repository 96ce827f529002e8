"""The public keys with which organisations sign."""

from dataclasses import replace

from hub.domain.agreements import Key
from hub.domain.directory import Act, Organisation
from hub.domain.errors import ConflictError, NotFoundError, UnprocessableError
from hub.domain.identifiers import KeyId, OrganisationId
from hub.policy.agreements.signatures import is_public_key, key_id
from hub.store.database import Pool
from hub.store.directory import keys as stored
from hub.store.directory.organisations import find_organisation, lock_organisation
from hub.store.ledger import record


def add_key(pool: Pool, organisation_id: OrganisationId, public_key: bytes, *, act: Act) -> Key:
    """Register an Ed25519 public key (its 32 raw bytes) for an organisation. The same again changes nothing.

    `act.expects` is given the Organisation. Raise NotFoundError, UnprocessableError for what is no such key,
    ConflictError where the key was revoked or is another organisation's.
    """
    if not is_public_key(public_key):
        raise UnprocessableError("This is no Ed25519 public key of 32 bytes; hub key new makes a pair.", code="BAD_KEY")
    key = Key(id=key_id(public_key), organisation=organisation_id, public_key=public_key, added=act.at, revoked=None)
    with pool.transaction() as database:
        act.expects(_known_organisation(lock_organisation(database, organisation_id), organisation_id))
        if stored.insert_key(database, key):
            record(
                database, actor=act.actor, action="key.add", subject=key.id, detail={"organisation": organisation_id}
            )
            return key
        return _same(_known(stored.find_key(database, key.id), key.id), organisation_id)


def list_keys(pool: Pool, organisation_id: OrganisationId) -> tuple[Key, ...]:
    """Return the keys of an organisation, revoked ones too, oldest first; raise NotFoundError."""
    with pool.statement() as database:
        _known_organisation(find_organisation(database, organisation_id), organisation_id)
        return stored.keys_of_organisation(database, organisation_id)


def show_key(pool: Pool, key_id: KeyId) -> Key:
    """Return one key; raise NotFoundError."""
    with pool.statement() as database:
        return _known(stored.find_key(database, key_id), key_id)


def revoke_key(pool: Pool, key_id: KeyId, *, act: Act) -> Key:
    """Let the key sign nothing any more; what it has signed stays signed. Raise NotFoundError."""
    with pool.transaction() as database:
        known = _known(stored.lock_key(database, key_id), key_id)
        act.expects(known)
        if known.revoked is not None:
            return known
        revoked = replace(known, revoked=act.at)
        stored.update_key(database, revoked)
        detail = {"organisation": known.organisation}
        record(database, actor=act.actor, action="key.revoke", subject=key_id, detail=detail)
    return revoked


def _same(there: Key, organisation_id: OrganisationId) -> Key:
    """Return the key that is there already where it is just the one that was to be added."""
    if there.organisation != organisation_id:
        raise ConflictError("This key is another organisation's; make a pair of your own with hub key new.")
    if there.revoked is not None:
        raise ConflictError(f"The key {there.id} was revoked; make a new pair with hub key new.")
    return there


def _known(key: Key | None, key_id: KeyId) -> Key:
    if key is None:
        raise NotFoundError(f"There is no key {key_id}; hub key list ORGANISATION names those of an organisation.")
    return key


def _known_organisation(organisation: Organisation | None, organisation_id: OrganisationId) -> Organisation:
    if organisation is None:
        raise NotFoundError(f"There is no organisation {organisation_id}; hub organisation list names them all.")
    return organisation
