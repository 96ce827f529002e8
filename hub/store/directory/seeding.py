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

    What is there is locked, then the log, and only then is anything written, as `hub.store.epoch` wants it.
    """
    organisations = [(each, lock_organisation(database, each.id)) for each in catalogue.organisations]
    members = [(each, lock_member(database, each.code)) for each in catalogue.members]
    renamed = [(each, known) for each, known in organisations if known is not None and _is_renamed(each, known)]
    retitled = [(each, known) for each, known in members if known is not None and known.name != each.name]
    new = [each for each, known in organisations if known is None]
    joining = [each for each, known in members if known is None]
    if not (renamed or retitled or new or joining):
        return
    lock_head(database)
    for organisation, known in renamed:
        _rename_organisation(database, organisation, known)
    for member, known_member in retitled:
        _rename_member(database, member, known_member)
    added = [_add_member(database, member) for member in joining]
    added += [_add_organisation(database, organisation) for organisation in new]
    if renamed or retitled or any(added):
        advance_epoch(database)


def _is_renamed(organisation: Organisation, known: Organisation) -> bool:
    if (known.member, known.kind) != (organisation.member, organisation.kind):
        raise ConfigurationError(
            f"The collection files have {organisation.id} as {organisation.kind} of {organisation.member}, the"
            f" directory as {known.kind} of {known.member}; give the one in the files another id."
        )
    return (known.name, known.identity) != (organisation.name, organisation.identity)


def _rename_organisation(database: Database, organisation: Organisation, known: Organisation) -> None:
    _check_identity(database, organisation)
    update_organisation(database, replace(known, name=organisation.name, identity=organisation.identity))
    detail = {"name": [known.name, organisation.name], "identity": [known.identity, organisation.identity]}
    record(database, actor=ACTOR, action="organisation.change", subject=organisation.id, detail=detail)


def _rename_member(database: Database, member: Member, known: Member) -> None:
    update_member(database, replace(known, name=member.name))
    record(
        database,
        actor=ACTOR,
        action="member.change",
        subject=member.code,
        detail={"name": [known.name, member.name]},
    )


def _add_member(database: Database, member: Member) -> bool:
    """Return whether something changed: not where another process has added it at this moment."""
    if not insert_member(database, member):
        return False
    detail = {"name": member.name, "status": member.status}
    record(database, actor=ACTOR, action="member.add", subject=member.code, detail=detail)
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
