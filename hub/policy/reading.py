"""Who may read an object version: SR-01 to SR-11, of which the first that matches decides."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

from hub.domain.agreements import Effect
from hub.domain.directory import MemberStatus, OrganisationKind, Principal
from hub.domain.handling import Handling, Tlp
from hub.domain.identifiers import AccountId
from hub.policy.clauses import Case, Naming, covering, in_force, naming_of, nearest
from hub.policy.decisions import Decision
from hub.policy.world import Term, World

INACTIVE = Decision(allowed=False, rule="SR-01", reason="inactive")
_OWN_ORGANISATION = Decision(allowed=True, rule="SR-02", reason="own-organisation")
_UNKNOWN_MARKING = Decision(allowed=False, rule="SR-03", reason="unknown-marking")
_NOT_IN_AUDIENCE = Decision(allowed=False, rule="SR-04", reason="not-in-audience")
_CLEAR = Decision(allowed=True, rule="SR-05", reason="clear")
_HUB_STAFF = Decision(allowed=False, rule="SR-06", reason="hub-staff")
_RED_NOT_NAMED = Decision(allowed=False, rule="SR-07", reason="red-not-named")
_RED_NAMED = Decision(allowed=True, rule="SR-08", reason="red-named")
_GREEN_DOMESTIC = Decision(allowed=True, rule="SR-08", reason="green-domestic")
_NATIONAL_CERT = Decision(allowed=True, rule="SR-08", reason="national-cert")
_NAMED = Decision(allowed=True, rule="SR-08", reason="named")
_CLIENT_OF_PRODUCER = Decision(allowed=True, rule="SR-08", reason="client-of-producer")
_AMBER_NOT_CLIENT = Decision(allowed=False, rule="SR-08", reason="amber-not-client")
_STRICT_ORGANISATION = Decision(allowed=False, rule="SR-08", reason="strict-organisation")


def decide(world: World, account: AccountId, handling: Handling, *, added: datetime, at: datetime) -> Decision:
    """Decide whether an account may read, at an instant, what was added at another."""
    return decide_by_age(world, account, handling, age=at - added, at=at)


def decide_by_age(world: World, account: AccountId, handling: Handling, *, age: timedelta, at: datetime) -> Decision:
    """Decide by how old the version is.

    INVARIANT: an older version is never allowed where a younger one of the same handling is denied.
    """
    case = case_of(world, account, handling, age=age, at=at)
    if case is None:
        return INACTIVE
    for rule in _IN_ORDER:
        decision = rule(case)
        if decision is not None:
            return decision
    return by_agreement(case)


def case_of(world: World, account: AccountId, handling: Handling, *, age: timedelta, at: datetime) -> Case | None:
    """Return what the rules after SR-01 are asked about; None where SR-01 decides: the reader takes no part."""
    reader = world.principal(account)
    if reader is None or _inactive(reader):
        return None
    return _case(world, reader, handling, age=age, at=at)


def _inactive(reader: Principal) -> bool:
    """SR-01: account or organisation not active, or the reader's member is suspended."""
    if not reader.account.active or not reader.organisation.active:
        return True
    return reader.member is not None and reader.member.status is MemberStatus.SUSPENDED


def _case(world: World, reader: Principal, handling: Handling, *, age: timedelta, at: datetime) -> Case:
    producer = world.organisation(handling.producer)
    server = reader.organisation.served_by
    return Case(
        reader=reader,
        server=None if server is None else world.organisation(server),
        producer=producer,
        handling=handling,
        naming=naming_of(handling.audiences, reader),
        terms=() if producer is None else world.terms_from(producer.member),
        age=age,
        at=at,
    )


def _sr_02_own_organisation(case: Case) -> Decision | None:
    return _OWN_ORGANISATION if case.reader.organisation.id == case.handling.producer else None


def _sr_03_unknown_marking(case: Case) -> Decision | None:
    return _UNKNOWN_MARKING if case.handling.unknown_marking else None


def _sr_04_not_in_audience(case: Case) -> Decision | None:
    return _NOT_IN_AUDIENCE if case.naming is Naming.OUTSIDE else None


def _sr_05_clear(case: Case) -> Decision | None:
    """Fail closed: what comes from nobody the hub knows is not clear, whatever its marking says."""
    return _CLEAR if case.handling.tlp is Tlp.CLEAR and case.producer is not None else None


def _sr_06_hub_staff(case: Case) -> Decision | None:
    return _HUB_STAFF if case.reader.organisation.kind is OrganisationKind.HUB else None


def _sr_07_red_not_named(case: Case) -> Decision | None:
    return _RED_NOT_NAMED if case.handling.tlp is Tlp.RED and case.naming is not Naming.ACCOUNT else None


def _sr_08_domestic(case: Case) -> Decision | None:
    if case.producer is None or case.producer.member != case.reader.organisation.member:
        return None
    if case.handling.tlp is Tlp.RED:
        return _RED_NAMED
    if case.handling.tlp is Tlp.GREEN:
        return _GREEN_DOMESTIC
    return _domestic_amber(case)


def _domestic_amber(case: Case) -> Decision:
    """SR-08 for the two ambers: the national CERT, those named, and for plain amber the producer's clients."""
    reader = case.reader.organisation
    if reader.kind is OrganisationKind.CERT:
        return _NATIONAL_CERT
    if case.naming >= Naming.ORGANISATION:
        return _NAMED
    if case.handling.tlp is Tlp.AMBER_STRICT:
        return _STRICT_ORGANISATION
    return _CLIENT_OF_PRODUCER if reader.served_by == case.handling.producer else _AMBER_NOT_CLIENT


def _sr_09_excluded(case: Case) -> Decision | None:
    for term in covering(case, Effect.EXCLUDE):
        if in_force(term.agreement, at=case.at):
            return _cite(term, rule="SR-09", reason="excluded")
    return None


def by_agreement(case: Case) -> Decision:
    """Answer by SR-10 where a clause grants; otherwise by SR-11, with how near the nearest clause came."""
    step, term = nearest(case)
    if term is None:
        return Decision(allowed=False, rule="SR-11", reason="no-agreement", miss=step.miss)
    return _cite(term, rule="SR-10", reason="agreement")


def _cite(term: Term, *, rule: str, reason: str) -> Decision:
    return Decision(
        allowed=term.agreement.effect is Effect.PERMIT,
        rule=rule,
        reason=reason,
        agreement=term.agreement.id,
        agreement_version=term.agreement.version,
        clause=term.clause.number,
    )


RULES: Final[Mapping[str, Callable[[Case], Decision | None]]] = {
    "SR-02": _sr_02_own_organisation,
    "SR-03": _sr_03_unknown_marking,
    "SR-04": _sr_04_not_in_audience,
    "SR-05": _sr_05_clear,
    "SR-06": _sr_06_hub_staff,
    "SR-07": _sr_07_red_not_named,
    "SR-08": _sr_08_domestic,
    "SR-09": _sr_09_excluded,
}
"""The rules between SR-01 and SR-10 in their order, each None where it does not decide; then `by_agreement` does."""

_IN_ORDER: Final = tuple(RULES.values())
