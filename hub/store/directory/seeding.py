"""What the collection files say of members and organisations, brought into the directory when the hub starts."""

from dataclasses import replace
from typing import Final

from hub.domain.catalogue import Catalogue
from hub.domain.directory import Member, Organisation, OrganisationKind
from hub.domain.errors import ConfigurationError
from hub.store.database import Database
from hub.store.directory.members import insert_member, lock_member, update_member
from hub.store.directory.organisations import (
    find_identity,
    find_organisation,
    insert_organisation,
    list_organisations,
    lock_organisation,
    organisations_of_member,
    update_organisation,
)
from hub.store.epoch import advance_epoch
from hub.store.ledger import record
from hub.store.log.head import lock_head

ACTOR: Final = "hub:files"
"""Who the ledger names."""


def seed_directory(database: Database, catalogue: Catalogue) -> None:
    """Add what the files name and the directory lacks, and take over changed names and identities.

    What operators decide (status, active, consent, who serves whom) is never touched where it exists already.
    Raise ConfigurationError where the files and the directory cannot both be right. Safe to repeat: a second time
    changes nothing, and the policy epoch stays.
    """
    there = {organisation.id for organisation in list_organisations(database)}
    known = [organisation for organisation in catalogue.organisations if organisation.id in there]
    new = [organisation for organisation in catalogue.organisations if organisation.id not in there]
    changes = [_update_organisation(database, organisation) for organisation in known]
    changes += [_seed_member(database, member) for member in catalogue.members]
    changes += [_add_organisation(database, organisation) for organisation in new]
    if any(changes):
        lock_head(database)  # see hub.store.epoch
        advance_epoch(database)


def _update_organisation(database: Database, organisation: Organisation) -> bool:
    """Return whether something changed."""
    known = lock_organisation(database, organisation.id)
    if known is None:
        return False
    if (known.member, known.kind) != (organisation.member, organisation.kind):
        raise ConfigurationError(
            f"The collection files have {organisation.id} as {organisation.kind} of {organisation.member}, the"
            f" directory as {known.kind} of {known.member}; give the one in the files another id."
        )
    if (known.name, known.identity) == (organisation.name, organisation.identity):
        return False
    _check_identity(database, organisation)
    update_organisation(database, replace(known, name=organisation.name, identity=organisation.identity))
    detail = {"name": [known.name, organisation.name], "identity": [known.identity, organisation.identity]}
    record(database, actor=ACTOR, action="organisation.change", subject=organisation.id, detail=detail)
    return True


def _seed_member(database: Database, member: Member) -> bool:
    """Return whether something changed."""
    if insert_member(database, member):
        detail = {"name": member.name, "status": member.status}
        record(database, actor=ACTOR, action="member.add", subject=member.code, detail=detail)
        return True
    known = lock_member(database, member.code)
    if known is None or known.name == member.name:
        return False
    update_member(database, replace(known, name=member.name))
    renamed = {"name": [known.name, member.name]}
    record(database, actor=ACTOR, action="member.change", subject=member.code, detail=renamed)
    return True


def _add_organisation(database: Database, organisation: Organisation) -> bool:
    """Return whether something changed: not where another process has added it at this moment."""
    if find_organisation(database, organisation.id) is not None:
        return False
    _check_identity(database, organisation)
    _check_only_cert(database, organisation)
    if not insert_organisation(database, organisation):
        return False
    detail = {"member": organisation.member, "kind": organisation.kind, "name": organisation.name}
    record(database, actor=ACTOR, action="organisation.add", subject=organisation.id, detail=detail)
    return True


def _check_identity(database: Database, organisation: Organisation) -> None:
    holder = organisation.identity and find_identity(database, organisation.identity)
    if holder and holder != organisation.id:
        raise ConfigurationError(
            f"The collection files give {organisation.id} the identity {organisation.identity}, which is {holder}'s"
            " in the directory; give the one in the files another identity."
        )


def _check_only_cert(database: Database, organisation: Organisation) -> None:
    """INVARIANT: a member has at most one active organisation of kind cert, see hub.services.directory.standing."""
    if organisation.kind is not OrganisationKind.CERT or organisation.member is None:
        return
    for other in organisations_of_member(database, organisation.member):
        if other.kind is OrganisationKind.CERT and other.active:
            raise ConfigurationError(
                f"The collection files name {organisation.id} as the national CERT of {organisation.member}, which is"
                f" {other.id}; disable that first (hub organisation disable {other.id})."
            )
