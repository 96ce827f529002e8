"""What a document names has to be in the directory before anybody is asked to sign it."""

from hub.domain.agreements import ANY, AgreementDocument
from hub.domain.directory import Organisation, OrganisationKind
from hub.domain.errors import UnprocessableError
from hub.domain.identifiers import MemberCode
from hub.store.database import Database
from hub.store.directory.members import list_members
from hub.store.directory.organisations import list_organisations, organisations_of_member


def check_directory(database: Database, document: AgreementDocument) -> None:
    """Raise UnprocessableError, with all that is amiss, where a party cannot sign or a name is nobody's.

    A recipient that does not exist is refused, not passed over: whoever registered that id later would be let in.
    """
    known = {member.code for member in list_members(database)}
    there = {organisation.id for organisation in list_organisations(database)}
    faults = [f"party {code} is no member; add it first" for code in sorted(document.parties - known)]
    faults += [
        f"{code} has no active national CERT that could sign; register one first"
        for code in sorted(document.parties & known)
        if national_cert(database, code) is None
    ]
    for clause in document.clauses:
        where = f"clause {clause.number}"
        codes = (clause.origins | clause.destinations) - known - {ANY}
        faults += [f"{where} names {code}, which is no member" for code in sorted(codes)]
        strangers = clause.recipients - there
        faults += [f"{where} names the recipient {name}, which is no organisation" for name in sorted(strangers)]
    if faults:
        raise UnprocessableError(f"{document.id} cannot be proposed: {'; '.join(faults)}.", code="NOT_IN_DIRECTORY")


def national_cert(database: Database, member: MemberCode) -> Organisation | None:
    """Return the active organisation that signs for a member."""
    return next(
        (
            organisation
            for organisation in organisations_of_member(database, member)
            if organisation.kind is OrganisationKind.CERT and organisation.active
        ),
        None,
    )
