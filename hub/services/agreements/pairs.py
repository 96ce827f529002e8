"""Stop everything but clear between two members, whatever they have agreed, and let it flow again."""

from hub.domain.agreements import AgreementRecord
from hub.domain.directory import Act
from hub.domain.errors import NotFoundError, UnprocessableError
from hub.domain.identifiers import MemberCode
from hub.policy.agreements import life
from hub.policy.agreements.canonical import drafted
from hub.policy.agreements.pairs import pair_document, pair_id
from hub.services.agreements.transitions import steps
from hub.services.agreements.transitions.changing import take, write
from hub.store.agreements.records import lock_record
from hub.store.agreements.writing import insert_agreement
from hub.store.database import Database, Pool
from hub.store.directory.members import find_member


def suspend_pair(pool: Pool, one: MemberCode, other: MemberCode, *, act: Act) -> AgreementRecord:
    """Exclude both directions between two members, at once (SR-09). Clear goes on, for SR-05 comes first.

    The exclusion is an agreement of the hub's own, `pair-au-jp`, without parties: active while the pair is suspended,
    itself suspended while it is not. `act.expects` is given it where it is there. Suspending twice changes nothing, and
    drops a request to lift it. Raise NotFoundError, UnprocessableError for one member twice.
    """
    with pool.transaction() as database:
        _check(database, one, other)
        name = pair_id(one, other)
        insert_agreement(database, name)
        known = lock_record(database, name)
        if known is None:
            return _excluded(database, one, other, act=act)
        act.expects(known)
        return take(database, known, steps.resumption(known, at=act.at), act=act)


def resume_pair(pool: Pool, one: MemberCode, other: MemberCode, *, act: Act) -> AgreementRecord:
    """Lift the exclusion, or let that await a second operator's approval where it opens anything.

    No party's signature covers it, for there are no parties. Raise NotFoundError where the pair was never suspended.
    """
    with pool.transaction() as database:
        _check(database, one, other)
        known = lock_record(database, pair_id(one, other))
        if known is None:
            raise NotFoundError(f"{one} and {other} were never suspended as a pair.")
        act.expects(known)
        return take(database, known, steps.suspension(known), act=act)


def _excluded(database: Database, one: MemberCode, other: MemberCode, *, act: Act) -> AgreementRecord:
    version = drafted(pair_document(one, other, at=act.at), at=act.at)
    draft = AgreementRecord(id=version.document.id, versions=(version,))
    proposed = life.proposed(draft, version.number, by=act.actor, at=act.at)
    excluded = life.activated(proposed, version.number, at=act.at)
    detail = {"version": version.number, "digest": version.digest}
    return write(database, None, excluded, act=act, action="agreement.activate", detail=detail)


def _check(database: Database, one: MemberCode, other: MemberCode) -> None:
    if one == other:
        raise UnprocessableError(f"A pair is two members, and {one} is one; hub member suspend closes a whole member.")
    for code in (one, other):
        if find_member(database, code) is None:
            raise NotFoundError(f"There is no member {code}; hub member list names them all.")
