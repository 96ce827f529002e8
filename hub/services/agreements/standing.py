"""Propose, suspend, resume and end agreements; approve what another operator has asked for, or refuse it."""

from hub.domain.agreements import AgreementRecord
from hub.domain.directory import Act
from hub.domain.identifiers import AgreementId, MemberCode
from hub.store.database import Pool


def propose(pool: Pool, agreement_id: AgreementId, number: int, *, act: Act) -> AgreementRecord:
    """Put a draft before its parties. One that needs no signature becomes active, or awaits approval, at once.

    Proposing again a version that every party has signed asks for its approval again. Raise NotFoundError,
    UnprocessableError where a party, a code or a recipient is not in the directory, ConflictError for any other state.
    """
    raise NotImplementedError


def suspend(pool: Pool, agreement_id: AgreementId, *, act: Act) -> AgreementRecord:
    """Take the agreement out of force until it is resumed: a permit at once, an exclusion when that opens nothing.

    Where it opens something, it awaits approval. Suspending twice changes nothing.
    Raise NotFoundError, ConflictError where no version is active.
    """
    raise NotImplementedError


def resume(pool: Pool, agreement_id: AgreementId, *, act: Act) -> AgreementRecord:
    """Put a suspended agreement back in force, or let that await approval where the parties have not signed for it.

    Raise NotFoundError, ConflictError where it is neither suspended nor active.
    """
    raise NotImplementedError


def end(pool: Pool, agreement_id: AgreementId, *, act: Act) -> AgreementRecord:
    """End the agreement for good with all its versions: a permit at once, an exclusion when that opens nothing."""
    raise NotImplementedError


def withdraw(pool: Pool, agreement_id: AgreementId, member: MemberCode, *, act: Act) -> AgreementRecord:
    """End the agreement because a party leaves it; where the party only stands in proposals, end these alone.

    Leaving an exclusion awaits approval where that opens content of others. Raise NotFoundError, UnprocessableError for
    a member that is not a party.
    """
    raise NotImplementedError


def approve(pool: Pool, agreement_id: AgreementId, *, act: Act) -> AgreementRecord:
    """Carry out the transition that awaits approval, worked out anew as things stand now.

    Raise NotFoundError, ConflictError where nothing awaits approval or it is not possible any more, ForbiddenError
    (`OWN_REQUEST`) for the actor who has asked for it.
    """
    raise NotImplementedError


def refuse(pool: Pool, agreement_id: AgreementId, *, act: Act) -> AgreementRecord:
    """Drop the transition that awaits approval. Anybody who may approve may, and who has asked for it may take it back.

    Raise NotFoundError, ConflictError where nothing awaits approval.
    """
    raise NotImplementedError
