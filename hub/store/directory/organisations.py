"""Organisations: one row each."""

from collections.abc import Sequence
from typing import Any

from hub.domain.directory import Organisation, OrganisationKind
from hub.domain.identifiers import MemberCode, OrganisationId, StixId
from hub.store.database import Database


def organisation_of(row: Sequence[Any]) -> Organisation:
    """Read a row of (id, member, kind, name, served_by, cross_border, active, identity)."""
    organisation_id, member, kind, name, served_by, cross_border, active, identity = row
    return Organisation(
        id=OrganisationId(organisation_id),
        member=None if member is None else MemberCode(member),
        kind=OrganisationKind(kind),
        name=name,
        served_by=None if served_by is None else OrganisationId(served_by),
        cross_border=cross_border,
        active=active,
        identity=None if identity is None else StixId(identity),
    )


def list_organisations(database: Database) -> tuple[Organisation, ...]:
    """Return every organisation in order of id."""
    rows = database.execute(
        "SELECT id, member, kind, name, served_by, cross_border, active, identity FROM organisations"
        ' ORDER BY id COLLATE "C"'
    ).fetchall()
    return tuple(organisation_of(row) for row in rows)


def organisations_of_member(database: Database, code: MemberCode) -> tuple[Organisation, ...]:
    """Return the organisations of one member in order of id."""
    rows = database.execute(
        "SELECT id, member, kind, name, served_by, cross_border, active, identity FROM organisations"
        ' WHERE member = %s ORDER BY id COLLATE "C"',
        (code,),
    ).fetchall()
    return tuple(organisation_of(row) for row in rows)


def find_organisation(database: Database, organisation_id: OrganisationId) -> Organisation | None:
    """Return the organisation of an id."""
    row = database.execute(
        "SELECT id, member, kind, name, served_by, cross_border, active, identity FROM organisations WHERE id = %s",
        (organisation_id,),
    ).fetchone()
    return None if row is None else organisation_of(row)


def lock_organisation(database: Database, organisation_id: OrganisationId) -> Organisation | None:
    """Return the organisation of an id, and let nobody else change it before this transaction ends."""
    row = database.execute(
        "SELECT id, member, kind, name, served_by, cross_border, active, identity FROM organisations"
        " WHERE id = %s FOR NO KEY UPDATE",
        (organisation_id,),
    ).fetchone()
    return None if row is None else organisation_of(row)


def find_identity(database: Database, identity: StixId) -> OrganisationId | None:
    """Return which organisation a STIX identity stands for."""
    row = database.execute("SELECT id FROM organisations WHERE identity = %s", (identity,)).fetchone()
    return None if row is None else OrganisationId(row[0])


def insert_organisation(database: Database, organisation: Organisation) -> bool:
    """Add an organisation; False where its id or identity is taken."""
    added = database.execute(
        "INSERT INTO organisations (id, member, kind, name, served_by, cross_border, active, identity)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (
            organisation.id,
            organisation.member,
            organisation.kind,
            organisation.name,
            organisation.served_by,
            organisation.cross_border,
            organisation.active,
            organisation.identity,
        ),
    )
    return added.rowcount == 1


def update_organisation(database: Database, organisation: Organisation) -> None:
    """Write what may change of an organisation: all but its id, member and kind."""
    database.execute(
        "UPDATE organisations SET name = %s, served_by = %s, cross_border = %s, active = %s, identity = %s"
        " WHERE id = %s",
        (
            organisation.name,
            organisation.served_by,
            organisation.cross_border,
            organisation.active,
            organisation.identity,
            organisation.id,
        ),
    )
