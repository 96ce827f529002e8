"""Propose, suspend, resume and end agreements; approve what another operator has asked for, or refuse it."""

from collections.abc import Callable, Collection
from dataclasses import replace

from hub.domain.agreements import AgreementRecord, AgreementState, Awaiting
from hub.domain.directory import Act
from hub.domain.errors import ConflictError, ForbiddenError
from hub.domain.identifiers import AgreementId, MemberCode, OrganisationId
from hub.policy.agreements import life
from hub.policy.agreements.pairs import is_of_pair
from hub.services.agreements.catalogue import known_version, locked_record
from hub.services.agreements.parties import check_directory, national_cert
from hub.services.agreements.transitions import steps
from hub.services.agreements.transitions.changing import carry_out, take, write
from hub.services.agreements.transitions.opening import opened_without_consent
from hub.store.database import Database, Pool
from hub.store.log.head import lock_head


def propose(pool: Pool, agreement_id: AgreementId, number: int, *, act: Act) -> AgreementRecord:
    """Put a draft before its parties. One that needs no signature becomes active, or awaits approval, at once.

    Proposing again a version that every party has signed asks for its approval again. Raise NotFoundError,
    UnprocessableError where a party, a code or a recipient is not in the directory, ConflictError for any other state.
    """
    with pool.transaction() as database:
        known = locked_record(database, agreement_id)
        act.expects(known)
        version = known_version(known, number)
        if version.state not in (AgreementState.DRAFT, AgreementState.PROPOSED):
            raise ConflictError(f"Version {number} of {agreement_id} is {version.state}; only a draft is proposed.")
        if version.state is AgreementState.DRAFT:
            check_directory(database, version.document)
            after = life.proposed(known, number, by=act.actor, at=act.at)
            detail = {"version": number, "digest": version.digest}
            known = write(database, known, after, act=act, action="agreement.propose", detail=detail)
        return advance(database, known, number, act=act)


def advance(database: Database, known: AgreementRecord, number: int, *, act: Act) -> AgreementRecord:
    """Make a proposed version active where it waits for nobody's signature, or let that await approval.

    Who has proposed it is held to have asked for it, so that another operator has to approve.
    """
    version = known_version(known, number)
    if not life.is_complete(version):
        return known
    step = steps.activation(known, number, at=act.at)
    return take(database, known, step, act=act, asker=version.proposed_by)


def suspend(pool: Pool, agreement_id: AgreementId, *, act: Act) -> AgreementRecord:
    """Take the agreement out of force until it is resumed: a permit at once, an exclusion when that opens nothing.

    Where it opens something, it awaits approval. Suspending twice changes nothing.
    Raise NotFoundError, ConflictError where no version is active.
    """
    return _taken(pool, agreement_id, steps.suspension, act=act)


def resume(pool: Pool, agreement_id: AgreementId, *, act: Act) -> AgreementRecord:
    """Put a suspended agreement back in force, or let that await approval where the parties have not signed for it.

    Raise NotFoundError, ConflictError where it is neither suspended nor active.
    """
    return _taken(pool, agreement_id, lambda known: steps.resumption(known, at=act.at), act=act)


def end(pool: Pool, agreement_id: AgreementId, *, act: Act) -> AgreementRecord:
    """End the agreement for good with all its versions: a permit at once, an exclusion when that opens nothing.

    Raise NotFoundError, ConflictError for the exclusion of a pair, which is lifted and never ends.
    """
    if is_of_pair(agreement_id):
        raise ConflictError(f"{agreement_id} is the hub's own, for a pair of members; resume the pair instead.")
    return _taken(pool, agreement_id, lambda known: steps.ending(known, at=act.at), act=act)


def withdraw(pool: Pool, agreement_id: AgreementId, member: MemberCode, *, act: Act) -> AgreementRecord:
    """End the agreement because a party leaves it; where the party only stands in proposals, end these alone.

    Leaving an exclusion awaits approval where that opens content of others, and where operators say that a party
    leaves, its own content too. Raise NotFoundError, UnprocessableError for a member that is not a party.
    """
    with pool.transaction() as database:
        known = locked_record(database, agreement_id)
        act.expects(known)
        step = steps.withdrawal(known, member, at=act.at)
        if not _speaks_for(database, act.actor, member):
            step = replace(step, covered=frozenset())
        return take(database, known, step, act=act)


def approve(pool: Pool, agreement_id: AgreementId, *, act: Act) -> AgreementRecord:
    """Carry out the transition that awaits approval, worked out anew as things stand now.

    Raise NotFoundError, ConflictError where nothing awaits approval, it is not possible any more, or it opens content
    of others than when it was asked for (`OPENS_MORE`), ForbiddenError (`OWN_REQUEST`) for who has asked for it, be it
    on the hub's own command line or through the API.
    """
    with pool.transaction() as database:
        known = locked_record(database, agreement_id)
        act.expects(known)
        awaiting = _awaited(known)
        if _person(awaiting.asked_by) == _person(act.actor):
            raise ForbiddenError(
                f"You have asked for this yourself ({awaiting.transition} of {agreement_id}); another operator has to"
                " approve it.",
                code="OWN_REQUEST",
            )
        step = steps.step_of(known, awaiting.transition, version=awaiting.version, member=awaiting.member, at=act.at)
        lock_head(database)
        opened = opened_without_consent(database, known, step, at=act.at)
        _require_foreseen(known, awaiting, opened)
        detail = {"asked_by": awaiting.asked_by, "opens": list(opened)}
        return carry_out(database, known, step, act=act, detail=detail)


def refuse(pool: Pool, agreement_id: AgreementId, *, act: Act) -> AgreementRecord:
    """Drop the transition that awaits approval. Anybody who may approve may, and who has asked for it may take it back.

    Raise NotFoundError, ConflictError where nothing awaits approval.
    """
    with pool.transaction() as database:
        known = locked_record(database, agreement_id)
        act.expects(known)
        awaiting = _awaited(known)
        detail = {"transition": awaiting.transition, "version": awaiting.version, "asked_by": awaiting.asked_by}
        after = replace(known, awaiting=None)
        return write(database, known, after, act=act, action="agreement.refuse", detail=detail)


def _taken(
    pool: Pool, agreement_id: AgreementId, plan: Callable[[AgreementRecord], steps.Step], *, act: Act
) -> AgreementRecord:
    with pool.transaction() as database:
        known = locked_record(database, agreement_id)
        act.expects(known)
        return take(database, known, plan(known), act=act)


def _speaks_for(database: Database, actor: str, member: MemberCode) -> bool:
    """Whether an actor is an account of the member's national CERT."""
    cert = national_cert(database, member)
    return cert is not None and actor.startswith(f"{cert.id}/")


def _person(actor: str) -> str:
    """Return the name in `cli:olga` and `desk/olga`: whoever has both is one operator, not two."""
    return actor.rpartition("/")[2].rpartition(":")[2]


def _require_foreseen(known: AgreementRecord, awaiting: Awaiting, opened: Collection[OrganisationId]) -> None:
    """Raise ConflictError where a step opens content of others than when it was asked for."""
    if beyond := sorted(set(opened) - set(awaiting.producers)):
        raise ConflictError(
            f"By now, {awaiting.transition} of {known.id} opens content of {', '.join(beyond)} too; refuse it, and ask"
            " for it again.",
            code="OPENS_MORE",
        )


def _awaited(known: AgreementRecord) -> Awaiting:
    if known.awaiting is None:
        raise ConflictError(f"Nothing of {known.id} awaits approval.", code="NOTHING_AWAITED")
    return known.awaiting
