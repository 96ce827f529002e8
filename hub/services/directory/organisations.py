"""Organisations: who publishes and reads for a member, who serves whom, and whose content may cross the border."""

from collections.abc import Callable
from dataclasses import asdict, replace
from uuid import uuid4

from hub.domain.directory import Act, Organisation, OrganisationKind
from hub.domain.errors import ConflictError, NotFoundError
from hub.domain.identifiers import MemberCode, OrganisationId, StixId
from hub.services.directory import names
from hub.services.directory.standing import check_only_cert, check_served_by, check_shape
from hub.services.policy_change import policy_change
from hub.store.database import Database, Pool
from hub.store.directory import organisations as stored
from hub.store.directory.members import find_member, lock_member
from hub.store.ledger import record


def list_organisations(pool: Pool, *, member: MemberCode | None = None) -> tuple[Organisation, ...]:
    """Return every organisation, or those of one member, in order of id; raise NotFoundError for an unknown member."""
    with pool.statement() as database:
        if member is None:
            return stored.list_organisations(database)
        if find_member(database, member) is None:
            raise _no_member(member)
        return stored.organisations_of_member(database, member)


def show_organisation(pool: Pool, organisation_id: OrganisationId) -> Organisation:
    """Return one organisation; raise NotFoundError."""
    with pool.statement() as database:
        return _known(stored.find_organisation(database, organisation_id), organisation_id)


def add_organisation(pool: Pool, organisation: Organisation, *, act: Act) -> Organisation:
    """Add an organisation and return it as it stands, with a STIX identity made for it where it brought none.

    Raise RequestError for what no organisation is, NotFoundError where its member or who serves it is not there,
    ConflictError where its id or identity is taken or its member has a national CERT.
    """
    organisation = _completed(organisation)
    check_shape(organisation)
    with pool.transaction() as database:
        if organisation.member is not None and lock_member(database, organisation.member) is None:
            raise _no_member(organisation.member)
        check_only_cert(database, organisation)
        check_served_by(database, organisation)
        with policy_change(database, act):
            _insert(database, organisation)
            detail = {key: value for key, value in asdict(organisation).items() if key != "id"}
            record(database, actor=act.actor, action="organisation.add", subject=organisation.id, detail=detail)
    return organisation


def disable_organisation(pool: Pool, organisation_id: OrganisationId, *, act: Act) -> Organisation:
    """Close the hub to every account of the organisation (SR-01, PR-01); what it has published stays."""
    return _amend(
        pool,
        organisation_id,
        lambda known: replace(known, active=False),
        action="organisation.disable",
        act=act,
    )


def enable_organisation(pool: Pool, organisation_id: OrganisationId, *, act: Act) -> Organisation:
    """Open the hub to the organisation again; raise ConflictError where its member has another national CERT by now."""
    return _amend(
        pool,
        organisation_id,
        lambda known: replace(known, active=True),
        action="organisation.enable",
        act=act,
    )


def give_consent(pool: Pool, organisation_id: OrganisationId, *, act: Act) -> Organisation:
    """Note that the organisation lets its amber and stricter content leave its country (SR-10)."""
    return _amend(
        pool,
        organisation_id,
        lambda known: replace(known, cross_border=True),
        action="organisation.consent",
        act=act,
    )


def withdraw_consent(pool: Pool, organisation_id: OrganisationId, *, act: Act) -> Organisation:
    """Note that the organisation keeps its amber and stricter content in its country, from the next page on."""
    return _amend(
        pool,
        organisation_id,
        lambda known: replace(known, cross_border=False),
        action="organisation.withdraw-consent",
        act=act,
    )


def rename_organisation(pool: Pool, organisation_id: OrganisationId, *, name: str, act: Act) -> Organisation:
    """Change the name by which people know the organisation; its id and identity stay."""
    name = names.line(name)
    return _amend(
        pool,
        organisation_id,
        lambda known: replace(known, name=name),
        action="organisation.rename",
        act=act,
    )


def serve_organisation(
    pool: Pool, organisation_id: OrganisationId, *, served_by: OrganisationId | None, act: Act
) -> Organisation:
    """Make the organisation a client of another of its member, or of none."""
    return _amend(
        pool,
        organisation_id,
        lambda known: replace(known, served_by=served_by),
        action="organisation.serve",
        act=act,
    )


def change_organisation(
    pool: Pool, organisation_id: OrganisationId, change: Callable[[Organisation], Organisation], *, act: Act
) -> Organisation:
    """Change name, who serves it and its consent together: `change` gives the organisation that is to be."""

    def amend(known: Organisation) -> Organisation:
        wanted = change(known)
        return replace(
            known, name=names.line(wanted.name), served_by=wanted.served_by, cross_border=wanted.cross_border
        )

    return _amend(pool, organisation_id, amend, action="organisation.change", act=act)


def _amend(
    pool: Pool,
    organisation_id: OrganisationId,
    amend: Callable[[Organisation], Organisation],
    *,
    action: str,
    act: Act,
) -> Organisation:
    with pool.transaction() as database:
        known = _locked(database, organisation_id)
        act.expects(known)
        changed = amend(known)
        if changed == known:
            return known
        check_only_cert(database, changed)
        check_served_by(database, changed)
        with policy_change(database, act):
            stored.update_organisation(database, changed)
            was, now = asdict(known), asdict(changed)
            detail = {key: [was[key], now[key]] for key in now if now[key] != was[key]}
            record(database, actor=act.actor, action=action, subject=organisation_id, detail=detail)
    return changed


def _locked(database: Database, organisation_id: OrganisationId) -> Organisation:
    """Lock the organisation and then its member, because the checks look at the member's other organisations."""
    known = _known(stored.lock_organisation(database, organisation_id), organisation_id)
    if known.member is not None:
        lock_member(database, known.member)
    return known


def _insert(database: Database, organisation: Organisation) -> None:
    if stored.find_organisation(database, organisation.id) is not None:
        raise ConflictError(f"{organisation.id} is there already; see hub organisation show {organisation.id}.")
    if not stored.insert_organisation(database, organisation):
        raise ConflictError(
            f"The identity {organisation.identity} is another organisation's; leave it out for a new one."
        )


def _completed(organisation: Organisation) -> Organisation:
    identity = organisation.identity
    if identity is None and organisation.kind is not OrganisationKind.HUB:
        identity = StixId(f"identity--{uuid4()}")
    return replace(organisation, name=names.line(organisation.name), identity=identity)


def _no_member(code: MemberCode) -> NotFoundError:
    return NotFoundError(f"There is no member {code}; hub member list names them all.")


def _known(organisation: Organisation | None, organisation_id: OrganisationId) -> Organisation:
    if organisation is None:
        raise NotFoundError(f"There is no organisation {organisation_id}; hub organisation list names them all.")
    return organisation
