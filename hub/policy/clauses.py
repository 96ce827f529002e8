"""What a clause of an agreement does for one reader before one object: covers, grants, or misses, and by what step."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

from hub.domain.agreements import ANY, Agreement, AgreementState, Clause, Effect, Reach
from hub.domain.directory import Member, MemberStatus, Organisation, OrganisationKind, Principal
from hub.domain.handling import Audience, Handling, Tlp
from hub.policy.world import Term


class Naming(IntEnum):
    """How closely the audiences of an object name a reader. `OPEN`: there is no audience to name anybody."""

    OUTSIDE = 0
    OPEN = 1
    MEMBER = 2
    ORGANISATION = 3
    ACCOUNT = 4


class Step(IntEnum):
    """How far a clause came: the condition at which it missed, or `GRANTED`; later conditions are nearer misses."""

    NONE = 0
    NOT_IN_FORCE = 1
    TYPE = 2
    TLP_CEILING = 3
    PURPOSE = 4
    AGE = 5
    CONSENT = 6
    REACH = 7
    GRANTED = 8

    @property
    def miss(self) -> str:
        """The step as decisions spell it: `not-in-force`."""
        return self.name.lower().replace("_", "-")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One reader before one object: what the rules and clauses are asked about.

    `age` is how long ago the object was added; `server` is the organisation that serves the reader's; `terms` are
    the clauses that concern the origin. `producer` is None where the hub does not know it: then nothing is shared.
    """

    reader: Principal
    server: Organisation | None
    producer: Organisation | None
    handling: Handling
    naming: Naming
    terms: tuple[Term, ...]
    age: timedelta
    at: datetime


def naming_of(audiences: Iterable[Audience], reader: Principal) -> Naming:
    """Say how the audiences name a reader: all must, and the closest of them counts."""
    namings = [_naming_by(audience, reader) for audience in audiences]
    if not namings:
        return Naming.OPEN
    return Naming.OUTSIDE if Naming.OUTSIDE in namings else max(namings)


def _naming_by(audience: Audience, reader: Principal) -> Naming:
    if reader.account.id in audience.accounts:
        return Naming.ACCOUNT
    if reader.organisation.id in audience.organisations:
        return Naming.ORGANISATION
    return Naming.MEMBER if reader.organisation.member in audience.members else Naming.OUTSIDE


def concluded(agreement: Agreement) -> bool:
    """Whether an agreement holds apart from its dates: it is active, and every party has signed this version."""
    return agreement.state is AgreementState.ACTIVE and agreement.parties <= agreement.signed_by


def in_force(agreement: Agreement, *, at: datetime) -> bool:
    """Whether an agreement holds at an instant: from `valid_from` on, up to and without `valid_until`."""
    until = agreement.valid_until
    return concluded(agreement) and agreement.valid_from <= at and (until is None or at < until)


def covers(clause: Clause, member: Member | None) -> bool:
    """Whether a clause, of those from the object's origin, leads to the reader's member. `*` is the active ones."""
    if member is None:
        return False
    if clause.destinations == {ANY}:
        return member.status is MemberStatus.ACTIVE
    return member.code in clause.destinations


def covering(case: Case, effect: Effect) -> Iterable[Term]:
    """Go through the clauses of one effect that cover the case, in the order in which decisions cite them."""
    member = case.reader.member
    return (term for term in case.terms if term.agreement.effect is effect and covers(term.clause, member))


def nearest(case: Case) -> tuple[Step, Term | None]:
    """Return the first clause that grants, or else the furthest step that any covering clause reached."""
    furthest = Step.NONE
    for term in covering(case, Effect.PERMIT):
        step = step_reached(term, case)
        if step is Step.GRANTED:
            return step, term
        furthest = max(furthest, step)
    return furthest, None


def step_reached(term: Term, case: Case) -> Step:
    """Return the first condition of a covering clause that the case does not meet, or `GRANTED`."""
    for step, holds in _CONDITIONS:
        if not holds(term, case):
            return step
    return Step.GRANTED


def _in_force(term: Term, case: Case) -> bool:
    return in_force(term.agreement, at=case.at)


def _type_is_listed(term: Term, case: Case) -> bool:
    return case.handling.type in term.clause.types or ANY in term.clause.types


def _below_ceiling(term: Term, case: Case) -> bool:
    return case.handling.tlp <= term.clause.tlp_max


def _purpose_is_listed(term: Term, case: Case) -> bool:
    return case.reader.account.purpose in term.clause.purposes or ANY in term.clause.purposes


def _young_enough(term: Term, case: Case) -> bool:
    return case.age <= term.max_age


def _producer_consents(_term: Term, case: Case) -> bool:
    """Amber and stricter of a CERT's constituent leaves the country only by the constituent's own consent."""
    producer = case.producer
    if producer is None:
        return False
    return case.handling.tlp < Tlp.AMBER or producer.kind is OrganisationKind.CERT or producer.cross_border


def _reaches(term: Term, case: Case) -> bool:
    organisation = case.reader.organisation
    if case.handling.tlp not in (Tlp.AMBER, Tlp.AMBER_STRICT) or case.naming >= Naming.ORGANISATION:
        return True
    if organisation.kind is OrganisationKind.CERT or organisation.id in term.clause.recipients:
        return True
    return case.handling.tlp is Tlp.AMBER and term.clause.reach is Reach.CONSTITUENTS and _served_by_own_cert(case)


def _served_by_own_cert(case: Case) -> bool:
    server = case.server
    if server is None or server.kind is not OrganisationKind.CERT:
        return False
    return server.member == case.reader.organisation.member


_CONDITIONS: tuple[tuple[Step, Callable[[Term, Case], bool]], ...] = (
    (Step.NOT_IN_FORCE, _in_force),
    (Step.TYPE, _type_is_listed),
    (Step.TLP_CEILING, _below_ceiling),
    (Step.PURPOSE, _purpose_is_listed),
    (Step.AGE, _young_enough),
    (Step.CONSENT, _producer_consents),
    (Step.REACH, _reaches),
)
