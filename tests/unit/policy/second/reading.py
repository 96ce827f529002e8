"""The reading rules once more, written from the document alone, to be compared with the hub's own.

Nothing here comes from `hub.policy`, and nothing there may come from here: each function is one section of the document
put into plain statements, in the document's order. Only the records of facts are shared. The document is the one that
the hub was ordered by; where it is silent (what comes from a producer that nobody knows; 2 before 10, and words after
numbers) this follows docs/sharing-rules.md.
"""

import re
from dataclasses import replace
from datetime import datetime, timedelta

from hub.domain.agreements import Agreement, AgreementState, Clause, Effect, Reach
from hub.domain.directory import Account, Member, MemberStatus, Organisation, OrganisationKind
from hub.domain.handling import Handling, Tlp
from hub.domain.identifiers import AccountId
from tests.unit.policy.second.records import Answer, Facts, Question

STEPS = ("none", "not-in-force", "type", "tlp-ceiling", "purpose", "age", "consent", "reach", "granted")
"""How far a clause came: the misses of SR-11 from the furthest off to the nearest, and past them all the grant."""


def answer(  # noqa: PLR0911 - one way out for each row of the table
    facts: Facts, reader: AccountId, handling: Handling, *, date_added: datetime, at: datetime
) -> Answer:
    """Say who may read, as the table "Reading" does: the first rule that matches decides."""
    taking_part = active_reader(facts, reader)
    if taking_part is None:
        return Answer(allowed=False, rule="SR-01", reason="inactive")
    account, organisation, member = taking_part
    if organisation.id == handling.producer:
        return Answer(allowed=True, rule="SR-02", reason="own-organisation")
    if handling.unknown_marking:
        return Answer(allowed=False, rule="SR-03", reason="unknown-marking")
    if not in_audience(account, organisation, handling):
        return Answer(allowed=False, rule="SR-04", reason="not-in-audience")
    producer = known_producer(facts, handling)
    if handling.tlp == Tlp.CLEAR and producer is not None:
        return Answer(allowed=True, rule="SR-05", reason="clear")
    if organisation.kind is OrganisationKind.HUB:
        return Answer(allowed=False, rule="SR-06", reason="hub-staff")
    question = Question(
        account=account,
        organisation=organisation,
        member=member,
        producer=producer,
        handling=handling,
        date_added=date_added,
        at=at,
        named_as_account=any(account.id in audience.accounts for audience in handling.audiences),
        named_as_organisation=any(organisation.id in audience.organisations for audience in handling.audiences),
    )
    if handling.tlp == Tlp.RED and not question.named_as_account:
        return Answer(allowed=False, rule="SR-07", reason="red-not-named")
    if producer is not None and producer.member == organisation.member:
        return domestic(question)
    return by_agreement(facts, question)


def active_reader(facts: Facts, reader: AccountId) -> tuple[Account, Organisation, Member | None] | None:
    """Look the reader up as SR-01 needs it; None where anything of it is unknown, not active, or suspended.

    Only an organisation of kind hub may be without a member.
    """
    account = facts.accounts.get(reader)
    if account is None or not account.active:
        return None
    organisation = facts.organisations.get(account.organisation)
    if organisation is None or not organisation.active:
        return None
    if organisation.member is None:
        return (account, organisation, None) if organisation.kind is OrganisationKind.HUB else None
    member = facts.members.get(organisation.member)
    if member is None or member.status is MemberStatus.SUSPENDED:
        return None
    return account, organisation, member


def known_producer(facts: Facts, handling: Handling) -> Organisation | None:
    """Look the producer up; None where it, or the member it is said to be of, is unknown. Its status is no matter."""
    producer = facts.organisations.get(handling.producer)
    if producer is None:
        return None
    if producer.member is None:
        return producer if producer.kind is OrganisationKind.HUB else None
    return producer if producer.member in facts.members else None


def in_audience(account: Account, organisation: Organisation, handling: Handling) -> bool:
    """Apply the section "Audience": several intersect, so each one has to name the account, its body or its member."""
    for audience in handling.audiences:
        if account.id in audience.accounts:
            continue
        if organisation.id in audience.organisations:
            continue
        if organisation.member is not None and organisation.member in audience.members:
            continue
        return False
    return True


def domestic(question: Question) -> Answer:  # noqa: PLR0911 - one way out for each answer of the paragraph
    """Apply the paragraph of SR-08, in its order; red that came past SR-07 is named."""
    level = question.handling.tlp
    if level == Tlp.RED:
        return Answer(allowed=True, rule="SR-08", reason="red-named")
    if level == Tlp.GREEN:
        return Answer(allowed=True, rule="SR-08", reason="green-domestic")
    if question.organisation.kind is OrganisationKind.CERT:
        return Answer(allowed=True, rule="SR-08", reason="national-cert")
    if question.named_as_organisation or question.named_as_account:
        return Answer(allowed=True, rule="SR-08", reason="named")
    if level == Tlp.AMBER and question.organisation.served_by == question.handling.producer:
        return Answer(allowed=True, rule="SR-08", reason="client-of-producer")
    if level == Tlp.AMBER:
        return Answer(allowed=False, rule="SR-08", reason="amber-not-client")
    return Answer(allowed=False, rule="SR-08", reason="strict-organisation")


def by_agreement(facts: Facts, question: Question) -> Answer:
    """Apply SR-09, SR-10 and SR-11 to a reader abroad: exclusions first, then grants, then the nearest miss.

    An exclusion is cited as a grant is (the vectors name its agreement, though the table does not).
    """
    excluding, granting, nearest = [], [], "none"
    for agreement in facts.agreements:
        for clause in agreement.clauses:
            if not covers(clause, question):
                continue
            if agreement.effect is Effect.PERMIT:
                reached = how_far(facts, agreement, clause, question)
                nearest = max(nearest, reached, key=STEPS.index)
                if reached == "granted":
                    granting.append((agreement, clause))
            elif in_force(agreement, question.at):
                excluding.append((agreement, clause))
    if excluding:
        return citing_the_first(excluding, Answer(allowed=False, rule="SR-09", reason="excluded"))
    if granting:
        return citing_the_first(granting, Answer(allowed=True, rule="SR-10", reason="agreement"))
    return Answer(allowed=False, rule="SR-11", reason="no-agreement", miss=nearest)


def citing_the_first(found: list[tuple[Agreement, Clause]], given: Answer) -> Answer:
    """Cite the first by (agreement id, clause number); of several versions with the same clause, the lowest."""
    agreement, clause = min(found, key=lambda each: (each[0].id, number_order(each[1].number), each[0].version))
    return replace(given, agreement=agreement.id, version=agreement.version, clause=clause.number)


def in_force(agreement: Agreement, at: datetime) -> bool:
    """Apply the section "In force": active, signed by every party, from valid_from on and before valid_until."""
    if agreement.state is not AgreementState.ACTIVE:
        return False
    for party in agreement.parties:
        if party not in agreement.signed_by:
            return False
    if at < agreement.valid_from:
        return False
    return agreement.valid_until is None or at < agreement.valid_until


def covers(clause: Clause, question: Question) -> bool:
    """Apply the section "A clause covers": what is the hub's own comes from `*` alone; observers only by name."""
    if question.producer is None or question.member is None:
        return False
    if clause.origins != {"*"} and question.producer.member not in clause.origins:
        return False
    if question.member.code in clause.destinations:
        return True
    return clause.destinations == {"*"} and question.member.status is MemberStatus.ACTIVE


def how_far(  # noqa: PLR0911 - one way out for each step of the section
    facts: Facts, agreement: Agreement, clause: Clause, question: Question
) -> str:
    """Take the steps of SR-10 in order, and name the one at which the clause fails as SR-11 does."""
    handling = question.handling
    if not in_force(agreement, question.at):
        return "not-in-force"
    if handling.type not in clause.types and "*" not in clause.types:
        return "type"
    if handling.tlp > clause.tlp_max:
        return "tlp-ceiling"
    if question.account.purpose not in clause.purposes and "*" not in clause.purposes:
        return "purpose"
    if clause.max_age_days is not None and question.at - question.date_added > timedelta(days=clause.max_age_days):
        return "age"
    if not consents(question):
        return "consent"
    if not reach_holds(facts, clause, question):
        return "reach"
    return "granted"


def consents(question: Question) -> bool:
    """Apply the consent of SR-10: a CERT's agreement cannot widen its constituent's amber, nor what is stricter."""
    if question.handling.tlp < Tlp.AMBER:
        return True
    producer = question.producer
    return producer is not None and (producer.kind is OrganisationKind.CERT or producer.cross_border)


def reach_holds(facts: Facts, clause: Clause, question: Question) -> bool:
    """Apply the end of SR-10: how far amber and amber+strict go at the receiving member."""
    organisation = question.organisation
    if question.handling.tlp in {Tlp.RED, Tlp.GREEN}:
        return True
    if organisation.kind is OrganisationKind.CERT or organisation.id in clause.recipients:
        return True
    if question.named_as_organisation or question.named_as_account:
        return True
    if question.handling.tlp == Tlp.AMBER and clause.reach is Reach.CONSTITUENTS and organisation.served_by is not None:
        server = facts.organisations.get(organisation.served_by)
        if server is not None:
            return server.kind is OrganisationKind.CERT and server.member == organisation.member
    return False


def number_order(number: str) -> tuple[float, str]:
    """Order clause numbers as people count, and words after all numbers."""
    return (float(number) if re.fullmatch("[0-9]+", number) else float("inf"), number)


def version_may_be_read(
    facts: Facts,
    reader: AccountId,
    version: tuple[Handling, datetime],
    newest: tuple[Handling, datetime],
    *,
    at: datetime,
) -> bool:
    """Apply the section "Versions": its own facts and those of the newest one, each with its date_added, both allow."""
    own = answer(facts, reader, version[0], date_added=version[1], at=at)
    last = answer(facts, reader, newest[0], date_added=newest[1], at=at)
    return own.allowed and last.allowed
