"""Agreements to look at, and new versions of them."""

from http import HTTPStatus
from typing import Final

from hub.domain.errors import NotFoundError
from hub.domain.identifiers import AgreementId
from hub.policy.permissions import Permission
from hub.services.agreements import catalogue, drafting
from hub.services.foresight.simulate import simulate
from hub.web.api.bodies import LARGE
from hub.web.api.call import NOTHING_HERE, Call
from hub.web.api.models.agreements.documents import DocumentModel
from hub.web.api.models.agreements.foresight import ForesightModel
from hub.web.api.models.agreements.records import AgreementList, AgreementResource, VersionResource
from hub.web.api.models.base import Created
from hub.web.api.operations import Surface
from hub.web.api.paging import Paging, page_of
from hub.web.api.views.agreements.sight import require_sight, shown, visible, visible_record

TAG: Final = "agreements"
AGREEMENT: Final = "/agreements/<agreement>"
VERSION: Final = f"{AGREEMENT}/versions/<int(min=1, max=2000000000):number>"


def list_agreements(call: Call, query: Paging) -> AgreementList:
    """List the agreements, in order of id; an administrator gets those that concern the own member."""
    require_sight(call)
    seen = [each for each in (visible(call, known) for known in catalogue.list_agreements(call.pool)) if each]
    page, following = page_of(seen, lambda known: known.id, query)
    return AgreementList(items=[AgreementResource.of(known) for known in page], next=following)


def show_agreement(call: Call, agreement: str) -> AgreementResource:
    """Show one agreement with its versions."""
    return AgreementResource.of(visible_record(call, agreement))


def show_version(call: Call, agreement: str, number: int) -> VersionResource:
    """Show one version with its document and the bytes that a party signs."""
    version = visible_record(call, agreement).version(number)
    if version is None:
        raise NotFoundError(NOTHING_HERE)
    return VersionResource.of(version)


def draft_agreement(call: Call, body: DocumentModel) -> Created:
    """Keep a document as a draft: a new agreement, the next version of one, or its draft written anew."""
    call.require(Permission.CHANGE_AGREEMENTS)
    document = body.document()
    drafted = drafting.draft(call.pool, document, act=call.act(lambda known: shown(call, known)))
    return Created(model=shown(call, drafted), location=f"/api/v1/agreements/{document.id}/versions/{document.version}")


def simulate_agreement(call: Call, body: DocumentModel) -> ForesightModel:
    """Say what a document would open and close, for whom, were it in force; nothing is kept of it."""
    return ForesightModel.of(simulate(call.pool, body.document(), asker=call.principal, at=call.at))


def discard_version(call: Call, agreement: str, number: int) -> None:
    """Drop a draft as if it had never been, or end a proposal that is not active yet."""
    call.require(Permission.CHANGE_AGREEMENTS)
    drafting.discard(call.pool, AgreementId(agreement), number, act=call.act(lambda known: shown(call, known)))


def attach_documents(surface: Surface) -> None:
    """Offer the operations on agreements as documents."""
    surface.offer("GET", "/agreements", list_agreements, tag=TAG, answers=AgreementList, query=Paging)
    surface.offer(
        "POST",
        "/agreements",
        draft_agreement,
        tag=TAG,
        answers=AgreementResource,
        status=HTTPStatus.CREATED,
        body=DocumentModel,
        refuses=frozenset({HTTPStatus.PRECONDITION_FAILED}),
        most=LARGE,
    )
    surface.offer(
        "POST",
        "/simulate",
        simulate_agreement,
        tag=TAG,
        answers=ForesightModel,
        body=DocumentModel,
        most=LARGE,
        refuses=frozenset({HTTPStatus.NOT_FOUND}),
    )
    surface.offer("GET", AGREEMENT, show_agreement, tag=TAG, answers=AgreementResource)
    surface.offer("GET", VERSION, show_version, tag=TAG, answers=VersionResource)
    surface.offer(
        "DELETE",
        VERSION,
        discard_version,
        tag=TAG,
        answers=None,
        refuses=frozenset({HTTPStatus.PRECONDITION_FAILED}),
    )
