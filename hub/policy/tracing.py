"""Why a reader may or may not read: the rules of `reading` walked once more, with a word for each that was passed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from hub.domain.agreements import ANY, AgreementState, Effect, Reach
from hub.domain.handling import Handling, Tlp
from hub.domain.identifiers import AccountId, AgreementId
from hub.policy.clauses import Case, Naming, Step, covering, in_force, step_reached
from hub.policy.decisions import Decision
from hub.policy.reading import INACTIVE, RULES, by_agreement, case_of
from hub.policy.world import Term, World


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """A rule that did not decide, and why not."""

    rule: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClauseReached:
    """A clause that covers the case, and the condition that it missed (`purpose`), `granted`, or `excludes`."""

    agreement: AgreementId
    version: int
    title: str
    clause: str
    step: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """A decision in words, and the way to it: the rules passed in order, and every clause that covers the case.

    `clauses` is empty where the decision fell before agreements were asked, at SR-08 or earlier.
    """

    decision: Decision
    why: str
    passed: tuple[Passed, ...]
    clauses: tuple[ClauseReached, ...]


def trace(world: World, account: AccountId, handling: Handling, *, added: datetime, at: datetime) -> Trace:
    """Decide as `reading.decide` does, and tell the way."""
    return trace_by_age(world, account, handling, age=at - added, at=at)


def trace_by_age(world: World, account: AccountId, handling: Handling, *, age: timedelta, at: datetime) -> Trace:
    """Decide as `reading.decide_by_age` does, and tell the way."""
    case = case_of(world, account, handling, age=age, at=at)
    if case is None:
        return Trace(decision=INACTIVE, why=in_words(INACTIVE, None), passed=(), clauses=())
    passed = [Passed(rule="SR-01", why="account, organisation and member take part")]
    for number, rule in RULES.items():
        decision = rule(case)
        if decision is not None:
            clauses = _excluding(case) if number == "SR-09" else ()
            return Trace(decision=decision, why=in_words(decision, case), passed=tuple(passed), clauses=clauses)
        passed.append(Passed(rule=number, why=_NOT_DECIDED[number](case)))
    decision = by_agreement(case)
    if not decision.allowed:
        passed.append(Passed(rule="SR-10", why="no clause grants it"))
    return Trace(
        decision=decision,
        why=in_words(decision, case),
        passed=tuple(passed),
        clauses=_granting(case),
    )


def in_words(decision: Decision, case: Case | None) -> str:
    """Say a decision as a clause of a sentence, without naming an agreement that it does not cite."""
    words = _REASONS[decision.reason]
    if decision.agreement is not None and case is not None:
        return f"{words} {_cited(decision, case)}"
    if decision.miss is not None:
        return f"{words}: {MISSES[decision.miss]}"
    return words


def clause_in_words(step: Step, term: Term, case: Case) -> str:
    """Say why a covering clause stopped at a step, or that it grants."""
    return _STEPS[step](term, case)


def _cited(decision: Decision, case: Case) -> str:
    title = next(
        term.agreement.title
        for term in case.terms
        if (term.agreement.id, term.agreement.version) == (decision.agreement, decision.agreement_version)
    )
    return f"clause {decision.clause} of {decision.agreement} (version {decision.agreement_version}, “{title}”)"


def _granting(case: Case) -> tuple[ClauseReached, ...]:
    steps = [(term, step_reached(term, case)) for term in covering(case, Effect.PERMIT)]
    return tuple(_clause(term, step.miss, clause_in_words(step, term, case)) for term, step in steps)


def _excluding(case: Case) -> tuple[ClauseReached, ...]:
    return tuple(
        _clause(term, "excludes", "it is in force")
        if in_force(term.agreement, at=case.at)
        else _clause(term, Step.NOT_IN_FORCE.miss, clause_in_words(Step.NOT_IN_FORCE, term, case))
        for term in covering(case, Effect.EXCLUDE)
    )


def _clause(term: Term, step: str, why: str) -> ClauseReached:
    return ClauseReached(
        agreement=term.agreement.id,
        version=term.agreement.version,
        title=term.agreement.title,
        clause=term.clause.number,
        step=step,
        why=why,
    )


_REASONS: Final[Mapping[str, str]] = {
    "inactive": "the account or its organisation is unknown or not active, or its member is suspended",
    "own-organisation": "the reader's own organisation published it",
    "unknown-marking": "it carries a marking whose meaning the hub does not know",
    "not-in-audience": "its audience names neither the account, nor its organisation, nor its member",
    "clear": "it is clear",
    "hub-staff": "running the hub is no reason to read it",
    "red-not-named": "it is red, and no audience names the account itself",
    "red-named": "it is red, and its audience names the account itself",
    "green-domestic": "it is green and from the reader's own country",
    "national-cert": "the reader's organisation is the national CERT of the country that it is from",
    "named": "it is from the reader's own country, and its audience names the organisation or the account",
    "client-of-producer": "it is amber, and the producer serves the reader's organisation",
    "amber-not-client": "it is amber from the reader's own country, and its producer does not serve the organisation",
    "strict-organisation": "it is amber+strict from another organisation of the reader's own country",
    "excluded": "its way to the reader's country is closed by",
    "agreement": "it is granted by",
    "no-agreement": "no agreement grants it",
}

MISSES: Final[Mapping[str, str]] = {
    "none": "no clause leads from its origin to the reader's country",
    "not-in-force": "what leads there is not in force",
    "type": "what leads there is for other types",
    "tlp-ceiling": "its level is above what may be shared",
    "purpose": "the account declares another purpose than what is asked for",
    "age": "it is too old",
    "consent": "its producer has not consented that amber and stricter leave the country",
    "reach": "it goes to the national CERT and to named recipients, and the reader is neither",
}
"""What each nearest miss of SR-11 means."""


def _audience_words(case: Case) -> str:
    match case.naming:
        case Naming.OPEN:
            return "there is no audience"
        case Naming.MEMBER:
            return "its audience names the reader's member"
        case Naming.ORGANISATION:
            return "its audience names the reader's organisation"
        case _:
            return "its audience names the account"


def _origin(case: Case) -> str:
    if case.producer is None:
        return "nobody the hub knows"
    return case.producer.member or "the hub itself"


_NOT_DECIDED: Final[Mapping[str, Callable[[Case], str]]] = {
    "SR-02": lambda case: f"{case.handling.producer} published it, not {case.reader.organisation.id}",
    "SR-03": lambda _: "every marking is known",
    "SR-04": _audience_words,
    "SR-05": lambda case: (
        "the hub does not know the producer"
        if case.handling.tlp is Tlp.CLEAR
        else f"level is {case.handling.tlp.label}, not clear"
    ),
    "SR-06": lambda case: f"{case.reader.organisation.id} is of kind {case.reader.organisation.kind}, not hub",
    "SR-07": lambda case: (
        "level is red, and the audience names the account"
        if case.handling.tlp is Tlp.RED
        else f"level is {case.handling.tlp.label}, not red"
    ),
    "SR-08": lambda case: f"it is from {_origin(case)}, the reader of {case.reader.organisation.member or 'the hub'}",
    "SR-09": lambda case: f"no exclusion in force covers {_origin(case)} to {case.reader.organisation.member}",
}
"""Why a rule did not decide a case that came past it."""


def _not_in_force(term: Term, case: Case) -> str:
    agreement = term.agreement
    if agreement.state is not AgreementState.ACTIVE:
        return f"the agreement is {agreement.state}, not active"
    unsigned = sorted(agreement.parties - agreement.signed_by)
    if unsigned:
        return f"this version is not signed by {', '.join(unsigned)}"
    if case.at < agreement.valid_from:
        return f"it begins at {agreement.valid_from:%Y-%m-%d %H:%M} UTC"
    return f"it ended at {agreement.valid_until:%Y-%m-%d %H:%M} UTC"


def _purpose(term: Term, case: Case) -> str:
    return f"the account declares {case.reader.account.purpose}; the clause asks for {_listed(term.clause.purposes)}"


def _consent(_term: Term, case: Case) -> str:
    return f"{case.handling.producer} has not consented that its {case.handling.tlp.label} leaves {_origin(case)}"


def _reach(term: Term, case: Case) -> str:
    member, level = case.reader.organisation.member, case.handling.tlp
    those = f"the CERT of {member}"
    if level is Tlp.AMBER and term.clause.reach is Reach.CONSTITUENTS:
        those += " and those it serves"
    return f"{level.label} reaches {those}, and whom the clause or an audience names; the reader is none of these"


def _listed(words: frozenset[str]) -> str:
    return ", ".join(sorted(words - {ANY})) or "nothing"


_STEPS: Final[Mapping[Step, Callable[[Term, Case], str]]] = {
    Step.NOT_IN_FORCE: _not_in_force,
    Step.TYPE: lambda term, case: f"the type is {case.handling.type}; the clause is for {_listed(term.clause.types)}",
    Step.TLP_CEILING: lambda term, case: (
        f"level is {case.handling.tlp.label}; the clause ends at {term.clause.tlp_max.label}"
    ),
    Step.PURPOSE: _purpose,
    Step.AGE: lambda term, case: (
        f"the version is {case.age.days} days old; the clause ends at {term.clause.max_age_days} days"
    ),
    Step.CONSENT: _consent,
    Step.REACH: _reach,
    Step.GRANTED: lambda _term, _case: "it grants",
}
