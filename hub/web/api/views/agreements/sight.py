"""Which agreements a caller may see, and what of them."""

from dataclasses import replace

from hub.domain.agreements import ANY, AgreementDocument, AgreementRecord, AgreementState, AgreementVersion
from hub.domain.errors import NotFoundError
from hub.domain.identifiers import AgreementId, MemberCode
from hub.policy.permissions import Permission
from hub.services.agreements import catalogue
from hub.web.api.call import NOTHING_HERE, Call
from hub.web.api.models.agreements.records import AgreementResource


def visible(call: Call, record: AgreementRecord) -> AgreementRecord | None:
    """Return what of an agreement the caller may see, None for nothing.

    Operators and auditors see everything. Administrators see what concerns their member, from its proposal on.
    """
    if call.holds(Permission.READ_AGREEMENTS):
        return record
    member = call.principal.member
    if member is None:
        return None
    versions = tuple(version for version in record.versions if _concerns(version, member.code))
    return replace(record, versions=versions, awaiting=None) if versions else None


def visible_record(call: Call, agreement: str) -> AgreementRecord:
    """Return an agreement as the caller sees it; raise NotFoundError alike where there is none and none to see."""
    require_sight(call)
    try:
        seen = visible(call, catalogue.show_agreement(call.pool, AgreementId(agreement)))
    except NotFoundError:
        seen = None
    if seen is None:
        raise NotFoundError(NOTHING_HERE)
    return seen


def require_sight(call: Call) -> None:
    """Raise ForbiddenError where the caller sees no agreements at all."""
    call.see(Permission.READ_AGREEMENTS, call.principal.organisation.id)


def shown(call: Call, known: object) -> AgreementResource:
    """Show an agreement as the caller sees it."""
    if not isinstance(known, AgreementRecord):
        raise TypeError(type(known).__name__)
    seen = visible(call, known)
    if seen is None:
        raise NotFoundError(NOTHING_HERE)
    return AgreementResource.of(seen)


def _concerns(version: AgreementVersion, member: MemberCode) -> bool:
    if version.state is AgreementState.DRAFT or version.proposed is None:
        return False
    document = version.document
    return member in document.parties if document.parties else _names(document, member)


def _names(document: AgreementDocument, member: MemberCode) -> bool:
    """Tell whether every clause of an agreement without parties is about a member."""
    return all({member, ANY} & (clause.origins | clause.destinations) for clause in document.clauses)
