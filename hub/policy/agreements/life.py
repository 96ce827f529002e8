"""The life of an agreement: what each step makes of its versions. Versions only move forward."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Final

from hub.domain.agreements import AgreementRecord, AgreementState, AgreementVersion, Signature

_BEFORE_ACTIVE: Final = frozenset({AgreementState.DRAFT, AgreementState.PROPOSED})
_IN_ORDER: Final = (
    AgreementState.ACTIVE,
    AgreementState.SUSPENDED,
    AgreementState.PROPOSED,
    AgreementState.DRAFT,
)


def state_of(record: AgreementRecord) -> AgreementState:
    """Return where the agreement stands as a whole: what the furthest of its versions says."""
    states = {version.state for version in record.versions}
    return next((state for state in _IN_ORDER if state in states), AgreementState.ENDED)


def is_over(record: AgreementRecord) -> bool:
    """Whether the agreement was active once, and all of it has ended; nothing follows then."""
    return state_of(record) is AgreementState.ENDED and any(version.activated for version in record.versions)


def is_complete(version: AgreementVersion) -> bool:
    """Whether a version waits for nobody's signature."""
    return not version.unsigned


def proposed(record: AgreementRecord, number: int, *, by: str, at: datetime) -> AgreementRecord:
    """Put a draft before its parties."""

    def step(version: AgreementVersion) -> AgreementVersion:
        if version.number != number:
            return version
        return replace(version, state=AgreementState.PROPOSED, proposed=at, proposed_by=by)

    return _each(record, step)


def activated(record: AgreementRecord, number: int, *, at: datetime) -> AgreementRecord:
    """Make a version active, or suspended where the agreement is; what was to come before it ends."""
    suspended_now = state_of(record) is AgreementState.SUSPENDED
    state = AgreementState.SUSPENDED if suspended_now else AgreementState.ACTIVE

    def step(version: AgreementVersion) -> AgreementVersion:
        if version.number == number:
            return replace(version, state=state, activated=at)
        if version.number < number and version.state in _BEFORE_ACTIVE:
            return _ended(version, at)
        return version

    return _each(record, step)


def suspended(record: AgreementRecord) -> AgreementRecord:
    """Take every active version out of force."""
    return _each(record, _turned(AgreementState.ACTIVE, AgreementState.SUSPENDED))


def resumed(record: AgreementRecord) -> AgreementRecord:
    """Put every suspended version back."""
    return _each(record, _turned(AgreementState.SUSPENDED, AgreementState.ACTIVE))


def ended(record: AgreementRecord, *, at: datetime) -> AgreementRecord:
    """End every version."""
    return _each(record, lambda version: _ended(version, at))


def signed(record: AgreementRecord, number: int, signature: Signature) -> AgreementRecord:
    """Add a party's signature to a version."""

    def step(version: AgreementVersion) -> AgreementVersion:
        if version.number != number:
            return version
        return replace(version, signatures=(*version.signatures, signature))

    return _each(record, step)


def declined(record: AgreementRecord, numbers: frozenset[int], *, at: datetime) -> AgreementRecord:
    """End some proposals and leave the others."""
    return _each(record, lambda version: _ended(version, at) if version.number in numbers else version)


def _each(record: AgreementRecord, step: Callable[[AgreementVersion], AgreementVersion]) -> AgreementRecord:
    return replace(record, versions=tuple(map(step, record.versions)))


def _turned(before: AgreementState, after: AgreementState) -> Callable[[AgreementVersion], AgreementVersion]:
    return lambda version: replace(version, state=after) if version.state is before else version


def _ended(version: AgreementVersion, at: datetime) -> AgreementVersion:
    if version.state is AgreementState.ENDED:
        return version
    return replace(version, state=AgreementState.ENDED, ended=at)
