"""Carry out a step of an agreement, or note that it awaits a second operator; one transaction, one ledger row."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from hub.domain.agreements import AgreementRecord, AgreementState, Awaiting, Transition
from hub.domain.directory import Act
from hub.domain.errors import ConflictError
from hub.policy.agreements import life
from hub.services.agreements.transitions.opening import opened_without_consent
from hub.services.agreements.transitions.steps import Step
from hub.services.policy_change import policy_change
from hub.store.agreements.writing import write_record
from hub.store.database import Database
from hub.store.ledger import record as note
from hub.store.log.head import lock_head

_OPPOSITE: Final = {Transition.SUSPEND: Transition.RESUME, Transition.RESUME: Transition.SUSPEND}


def take(
    database: Database, known: AgreementRecord, step: Step, *, act: Act, asker: str | None = None
) -> AgreementRecord:
    """Carry the step out where consent covers all that it opens; otherwise let it await approval.

    `asker` is who is held to have asked for it, the actor unless told otherwise. The agreement's row is locked.
    Raise ConflictError (`APPROVAL_PENDING`) where another step awaits approval already.
    """
    if _is_asked_for(known, step):
        return known
    if _changes_nothing(known, step):
        return _without_opposite(database, known, step, act=act)
    lock_head(database)
    opened = opened_without_consent(database, known, step, at=act.at)
    if not opened:
        return carry_out(database, known, step, act=act)
    if known.awaiting is not None:
        raise ConflictError(
            f"Another change of {known.id} awaits approval; it has to be approved or refused first.",
            code="APPROVAL_PENDING",
        )
    awaiting = Awaiting(
        transition=step.transition,
        version=step.version,
        asked_by=asker or act.actor,
        asked_at=act.at,
        producers=opened,
        member=step.member,
    )
    detail = {"transition": step.transition, "version": step.version, "opens": list(opened), "asked_by": asker}
    return write(database, known, replace(known, awaiting=awaiting), act=act, action="agreement.ask", detail=detail)


def carry_out(
    database: Database, known: AgreementRecord, step: Step, *, act: Act, detail: Mapping[str, object] | None = None
) -> AgreementRecord:
    """Write what the step makes of the agreement. What else awaits approval stays where it can."""
    after = step.after
    awaiting = known.awaiting
    if awaiting is not None and (_is_asked_for(known, step) or not _stays(awaiting, step)):
        awaiting = None
    facts = {"version": step.version} | ({"member": step.member} if step.member else {}) | dict(detail or {})
    action = f"agreement.{step.transition}"
    return write(database, known, replace(after, awaiting=awaiting), act=act, action=action, detail=facts)


def write(  # noqa: PLR0913 - before, after and the ledger's row belong together
    database: Database,
    known: AgreementRecord | None,
    after: AgreementRecord,
    *,
    act: Act,
    action: str,
    detail: Mapping[str, object],
) -> AgreementRecord:
    """Write an agreement as a change of policy, with its row in the ledger."""
    with policy_change(database, act):
        write_record(database, known, after)
        note(database, actor=act.actor, action=action, subject=after.id, detail=detail)
    return after


def _is_asked_for(known: AgreementRecord, step: Step) -> bool:
    awaiting = known.awaiting
    return awaiting is not None and (awaiting.transition, awaiting.version, awaiting.member) == (
        step.transition,
        step.version,
        step.member,
    )


def _changes_nothing(known: AgreementRecord, step: Step) -> bool:
    return step.after.versions == known.versions


def _without_opposite(database: Database, known: AgreementRecord, step: Step, *, act: Act) -> AgreementRecord:
    """Drop a request for the opposite of what somebody has just asked to be so."""
    awaiting = known.awaiting
    if awaiting is None or _OPPOSITE.get(step.transition) is not awaiting.transition:
        return known
    detail = {"transition": awaiting.transition, "version": awaiting.version}
    return write(database, known, replace(known, awaiting=None), act=act, action="agreement.refuse", detail=detail)


def _stays(awaiting: Awaiting, step: Step) -> bool:
    """Whether what awaits approval can be taken after a step, and is still what was asked for.

    Where another version becomes active, to resume would open that one too.
    """
    if step.transition is Transition.ACTIVATE and awaiting.transition is Transition.RESUME:
        return False
    return _is_possible(step.after, awaiting)


def _is_possible(record: AgreementRecord, awaiting: Awaiting) -> bool:
    match awaiting.transition:
        case Transition.ACTIVATE:
            version = record.version(awaiting.version)
            return version is not None and version.state is AgreementState.PROPOSED
        case Transition.SUSPEND:
            return life.state_of(record) is AgreementState.ACTIVE
        case Transition.RESUME:
            return life.state_of(record) is AgreementState.SUSPENDED
        case _:
            return life.state_of(record) is not AgreementState.ENDED
