"""What operators and parties do to agreements, and to all sharing between two members."""

from collections.abc import Callable
from typing import Final

from hub.domain.agreements import AgreementRecord
from hub.domain.directory import Act, OrganisationKind
from hub.domain.errors import NotFoundError
from hub.domain.identifiers import AgreementId, MemberCode
from hub.policy.permissions import Permission
from hub.services.agreements import pairs, signing, standing
from hub.services.directory.keys import list_keys
from hub.web.api.call import NOTHING_HERE, Call
from hub.web.api.models.agreements.records import AgreementResource
from hub.web.api.models.agreements.signing import SignatureToGive, Withdrawal
from hub.web.api.operations import Surface
from hub.web.api.views.agreements.documents import AGREEMENT, TAG, VERSION
from hub.web.api.views.agreements.sight import shown, visible_record

PAIR: Final = "/pairs/<one>/<other>"


def propose_version(call: Call, agreement: str, number: int) -> AgreementResource:
    """Put a draft before its parties. One that needs no signature becomes active, or awaits approval, at once."""
    call.require(Permission.CHANGE_AGREEMENTS)
    return shown(call, standing.propose(call.pool, AgreementId(agreement), number, act=_act(call)))


def sign_version(call: Call, agreement: str, number: int, body: SignatureToGive) -> AgreementResource:
    """Hand in a signature of a key of the own organisation; the last party's makes the version active."""
    own = call.principal.organisation.id
    call.change(Permission.READ_AGREEMENTS, Permission.SIGN_AGREEMENTS, own)
    signature = body.detached()
    seen = visible_record(call, agreement).version(number)
    if seen is None or signature.key not in {known.id for known in list_keys(call.pool, own)}:
        raise NotFoundError(NOTHING_HERE)
    return shown(call, signing.sign(call.pool, AgreementId(agreement), number, signature, act=_act(call)))


def suspend_agreement(call: Call, agreement: str) -> AgreementResource:
    """Take an agreement out of force until it is resumed: a permit at once."""
    return _taken(call, agreement, standing.suspend)


def resume_agreement(call: Call, agreement: str) -> AgreementResource:
    """Put a suspended agreement back in force, or let that await approval where the parties have not signed for it."""
    return _taken(call, agreement, standing.resume)


def end_agreement(call: Call, agreement: str) -> AgreementResource:
    """End an agreement for good: a permit at once."""
    return _taken(call, agreement, standing.end)


def approve_transition(call: Call, agreement: str) -> AgreementResource:
    """Carry out what awaits approval; never what you have asked for yourself."""
    return _taken(call, agreement, standing.approve)


def refuse_transition(call: Call, agreement: str) -> AgreementResource:
    """Drop what awaits approval."""
    return _taken(call, agreement, standing.refuse)


def withdraw_from_agreement(call: Call, agreement: str, body: Withdrawal) -> AgreementResource:
    """Leave an agreement, which ends it: by an administrator of the party's CERT, or by operators on its behalf."""
    member = MemberCode(body.member)
    if not call.holds(Permission.WITHDRAW_AGREEMENTS):
        _require_own_cert(call, member)
        visible_record(call, agreement)
    return shown(call, standing.withdraw(call.pool, AgreementId(agreement), member, act=_act(call)))


def suspend_pair(call: Call, one: str, other: str) -> AgreementResource:
    """Stop everything but TLP:CLEAR between two members, in both directions, at once."""
    call.require(Permission.CHANGE_AGREEMENTS)
    return shown(call, pairs.suspend_pair(call.pool, MemberCode(one), MemberCode(other), act=_act(call)))


def resume_pair(call: Call, one: str, other: str) -> AgreementResource:
    """Let sharing between two members flow again, or let that await approval where it opens anything."""
    call.require(Permission.CHANGE_AGREEMENTS)
    return shown(call, pairs.resume_pair(call.pool, MemberCode(one), MemberCode(other), act=_act(call)))


def _taken(call: Call, agreement: str, take: Callable[..., AgreementRecord]) -> AgreementResource:
    call.require(Permission.CHANGE_AGREEMENTS)
    return shown(call, take(call.pool, AgreementId(agreement), act=_act(call)))


def _act(call: Call) -> Act:
    return call.act(lambda known: shown(call, known))


def _require_own_cert(call: Call, member: MemberCode) -> None:
    principal = call.principal
    own = principal.organisation
    call.change(Permission.READ_AGREEMENTS, Permission.WITHDRAW_AGREEMENTS, own.id)
    if own.kind is not OrganisationKind.CERT or own.member != member:
        raise NotFoundError(NOTHING_HERE)


def attach_transitions(surface: Surface) -> None:
    """Offer the operations that change where agreements stand."""
    surface.offer("POST", f"{VERSION}/propose", propose_version, tag=TAG, answers=AgreementResource)
    surface.offer("POST", f"{VERSION}/sign", sign_version, tag=TAG, answers=AgreementResource, body=SignatureToGive)
    for verb, view in (
        ("suspend", suspend_agreement),
        ("resume", resume_agreement),
        ("end", end_agreement),
        ("approve", approve_transition),
        ("refuse", refuse_transition),
    ):
        surface.offer("POST", f"{AGREEMENT}/{verb}", view, tag=TAG, answers=AgreementResource)
    surface.offer(
        "POST", f"{AGREEMENT}/withdraw", withdraw_from_agreement, tag=TAG, answers=AgreementResource, body=Withdrawal
    )
    surface.offer("POST", f"{PAIR}/suspend", suspend_pair, tag="pairs", answers=AgreementResource)
    surface.offer("POST", f"{PAIR}/resume", resume_pair, tag="pairs", answers=AgreementResource)
