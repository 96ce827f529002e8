"""The steps of an agreement that others may have to approve: what each makes of it, and whose consent covers it."""

from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from hub.domain.agreements import (
    AgreementRecord,
    AgreementState,
    Effect,
    Transition,
)
from hub.domain.errors import ConflictError, UnprocessableError
from hub.domain.identifiers import MemberCode
from hub.policy.agreements import life
from hub.policy.agreements.succession import succession

_LIVE = frozenset({AgreementState.ACTIVE, AgreementState.SUSPENDED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What an agreement becomes by a transition.

    `covered` are the members whose content it may open without anybody's approval: they have signed for just that, or
    it is their own step.
    """

    transition: Transition
    version: int
    member: MemberCode | None = None
    after: AgreementRecord
    covered: frozenset[MemberCode]

    @property
    def may_open(self) -> bool:
        """Whether it can open anything: a permit by beginning, an exclusion by ceasing, and any by being amended."""
        effect = self.after.newest.document.effect
        match self.transition:
            case Transition.ACTIVATE:
                return effect is Effect.PERMIT or self._amends
            case Transition.RESUME:
                return effect is Effect.PERMIT
            case Transition.SUSPEND | Transition.END | Transition.WITHDRAW:
                return effect is Effect.EXCLUDE
            case _:
                assert_never(self.transition)

    @property
    def _amends(self) -> bool:
        return any(each.activated is not None for each in self.after.versions if each.number != self.version)


def step_of(
    record: AgreementRecord, transition: Transition, *, version: int, member: MemberCode | None, at: datetime
) -> Step:
    """Work out a step; raise ConflictError or UnprocessableError where it cannot be taken as the agreement stands."""
    match transition:
        case Transition.ACTIVATE:
            return activation(record, version, at=at)
        case Transition.SUSPEND:
            return suspension(record)
        case Transition.RESUME:
            return resumption(record, at=at)
        case Transition.END:
            return ending(record, at=at)
        case Transition.WITHDRAW if member is not None:
            return withdrawal(record, member, at=at)
        case Transition.WITHDRAW:
            raise UnprocessableError("It is a member that withdraws; name it.")
        case _:
            assert_never(transition)


def activation(record: AgreementRecord, number: int, *, at: datetime) -> Step:
    """Make a version active that every party has signed."""
    version = record.version(number)
    if version is None or version.state is not AgreementState.PROPOSED or not life.is_complete(version):
        raise ConflictError(f"Version {number} of {record.id} is not a proposal that every party has signed.")
    return Step(
        transition=Transition.ACTIVATE,
        version=number,
        after=life.activated(record, number, at=at),
        covered=version.document.parties,
    )


def suspension(record: AgreementRecord) -> Step:
    """Take the agreement out of force."""
    if life.state_of(record) not in _LIVE:
        raise ConflictError(f"No version of {record.id} is active; there is nothing to suspend.")
    return Step(
        transition=Transition.SUSPEND,
        version=record.newest.number,
        after=life.suspended(record),
        covered=frozenset(),
    )


def resumption(record: AgreementRecord, *, at: datetime) -> Step:
    """Put the agreement back in force; covered are those who have signed each version that holds from here on."""
    if life.state_of(record) not in _LIVE:
        raise ConflictError(f"{record.id} is not suspended; there is nothing to resume.")
    after = life.resumed(record)
    holding = _still_to_hold(after, at)
    signed = [version.signed_by for version in after.versions if version.number in holding]
    return Step(
        transition=Transition.RESUME,
        version=record.newest.number,
        after=after,
        covered=frozenset.intersection(*signed) if signed else frozenset(),
    )


def ending(record: AgreementRecord, *, at: datetime) -> Step:
    """End the agreement for good."""
    return Step(
        transition=Transition.END,
        version=record.newest.number,
        after=life.ended(record, at=at),
        covered=frozenset(),
    )


def withdrawal(record: AgreementRecord, member: MemberCode, *, at: datetime) -> Step:
    """Let a party leave: the agreement ends, or the proposals alone where it is in nothing else."""
    joined = frozenset(version.number for version in record.versions if member in version.document.parties)
    if joined & _still_to_hold(record, at):
        after = life.ended(record, at=at)
    elif pending := joined & _pending(record):
        after = life.declined(record, pending, at=at)
    elif joined and life.state_of(record) is AgreementState.ENDED:
        after = record
    else:
        raise UnprocessableError(f"{member} is not a party to {record.id}.", code="NOT_A_PARTY")
    return Step(
        transition=Transition.WITHDRAW,
        version=record.newest.number,
        member=member,
        after=after,
        covered=frozenset({member}),
    )


def _still_to_hold(record: AgreementRecord, at: datetime) -> frozenset[int]:
    """Return the numbers of the versions that hold, or would if the agreement was not suspended, now or later."""
    return frozenset(
        agreement.version
        for agreement in succession(record)
        if agreement.state in _LIVE and (agreement.valid_until is None or agreement.valid_until > at)
    )


def _pending(record: AgreementRecord) -> frozenset[int]:
    return frozenset(version.number for version in record.versions if version.state is AgreementState.PROPOSED)
