"""How an organisation may stand among the others of its member."""

from hub.domain.directory import Organisation, OrganisationKind
from hub.domain.errors import ConflictError, NotFoundError, RequestError
from hub.services.directory import names
from hub.store.database import Database
from hub.store.directory.organisations import find_organisation, organisations_of_member


def check_shape(organisation: Organisation) -> None:
    """Raise RequestError for what is wrong whatever else is in the directory."""
    names.organisation_id(organisation.id)
    if organisation.identity is not None:
        names.identity(organisation.identity)
    if organisation.kind is OrganisationKind.HUB and organisation.member is not None:
        raise RequestError("The hub's own organisations belong to no member; leave the member out.")
    if organisation.kind is not OrganisationKind.HUB and organisation.member is None:
        raise RequestError(f"A {organisation.kind} belongs to a member country; name it by its code.")


def check_only_cert(database: Database, organisation: Organisation) -> None:
    """Raise ConflictError where another active organisation is the national CERT of its member.

    A CERT reads everything amber of its country (SR-08), crosses borders without consent and is what agreements open
    to (SR-10), so a second one would widen what every organisation there has published. A country's second team takes
    part as a constituent. Where the role moves, the old CERT is disabled first, and the new one added or enabled then.
    """
    if organisation.kind is not OrganisationKind.CERT or not organisation.active or organisation.member is None:
        return
    for other in organisations_of_member(database, organisation.member):
        if other.kind is OrganisationKind.CERT and other.active and other.id != organisation.id:
            raise ConflictError(
                f"{other.id} is the national CERT of {organisation.member}, and there is one; disable it first"
                f" (hub organisation disable {other.id}), or register {organisation.id} as a constituent."
            )


def check_served_by(database: Database, organisation: Organisation) -> None:
    """Raise where who serves the organisation is unknown, of another member, or in turn its client."""
    if organisation.served_by is None:
        return
    server = find_organisation(database, organisation.served_by)
    if server is None:
        raise NotFoundError(f"There is no organisation {organisation.served_by} to serve {organisation.id}.")
    if organisation.member is None or server.member != organisation.member:
        raise RequestError(
            f"{server.id} is not an organisation of the same member as {organisation.id}; an organisation is served"
            " in its own country."
        )
    if _served_by_itself(database, organisation):
        raise RequestError(f"{organisation.id} would serve itself, through {server.id}.")


def _served_by_itself(database: Database, organisation: Organisation) -> bool:
    if organisation.member is None:
        return False
    servers = {other.id: other.served_by for other in organisations_of_member(database, organisation.member)}
    servers[organisation.id] = organisation.served_by
    passed = {organisation.id}
    step = organisation.served_by
    while step is not None and step not in passed:
        passed.add(step)
        step = servers.get(step)
    return step is not None
