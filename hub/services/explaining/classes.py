"""Tell a reader why a class of objects is open or closed to it, and what would have to change.

What a reader may learn. It asks about a class, never about an object, and the answer is the same whether or not the hub
holds anything of the class. Of agreements it is told those under which it is granted; those that its member is a party
to, once they are proposed; and of all others that are or were active the clauses that name its member in `to`, and
those to `*` where the agreement has no parties. Everything else is left out before the nearest miss is looked for, so
that it shows in nothing. A producer can be named where it is no secret: one's own organisation, those of one's own
member, the organisation that serves one's own, and the national CERTs.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from hub.domain.agreements import ANY, Agreement, AgreementState, Clause
from hub.domain.directory import Principal
from hub.domain.errors import NotFoundError
from hub.domain.handling import Audience, Handling, Tlp
from hub.domain.identifiers import MemberCode, OrganisationId
from hub.policy.decisions import Decision
from hub.policy.tracing import MISSES, ClauseReached, Trace, trace_by_age
from hub.policy.visibility import ALWAYS, readable_age
from hub.policy.world import World
from hub.services.explaining.answers import Answer
from hub.services.explaining.kinds import ProducerKind, kind_of, with_representatives
from hub.services.explaining.terms import Terms, load_terms
from hub.store.database import Pool
from hub.store.facts import load_facts

_YOUNG: Final = timedelta(0)
_NO_SECRET: Final = frozenset({ProducerKind.OWN, ProducerKind.SERVER, ProducerKind.CERT})


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassOfObjects:
    """Objects of a level and a STIX type, of whatever producer of a member or, where it is named, of one producer."""

    source: MemberCode | OrganisationId
    tlp: Tlp
    type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassAnswer:
    """What holds for objects of a level and type from producers of one kind, just published, without an audience.

    `max_age` is how old they may become where that is limited. `nearest` are the clauses that come as near as any, each
    with what it misses; `change` says what would have to be otherwise, empty where they are open.
    """

    producers: ProducerKind
    answer: Answer
    max_age: timedelta | None
    nearest: tuple[ClauseReached, ...]
    change: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassExplained:
    """The answers for a class of objects, one for each kind of producer that there can be."""

    asked: ClassOfObjects
    at: datetime
    answers: tuple[ClassAnswer, ...]


def why_closed(pool: Pool, principal: Principal, asked: ClassOfObjects, *, at: datetime) -> ClassExplained:
    """Say why a class of objects is open or closed to the caller, or to accounts like it.

    Raise NotFoundError where there is no such member, or no such producer that the caller may ask about.
    """
    with pool.snapshot() as database:
        world = load_facts(database).world
        terms = load_terms(database)
    known, producers = _producers(world, principal, asked)
    answers = (
        _answer(known, terms, principal, kind, Handling(producer=producer, type=asked.type, tlp=asked.tlp), at=at)
        for producer, kind in producers
    )
    return ClassExplained(asked=asked, at=at, answers=tuple(answers))


def told(world: World, reader: Principal) -> World:
    """Return the world as far as a reader may be told of its agreements."""
    return _with_clauses(world, lambda agreement: _told_clauses(agreement, reader))


def told_to_party(world: World, party: Principal) -> World:
    """Return the world as far as a party may be told: as a reader is, and what holds for its own content."""
    return _with_clauses(world, lambda agreement: {*_told_clauses(agreement, party), *_leading_from(agreement, party)})


def _with_clauses(world: World, told_of: Callable[[Agreement], Iterable[Clause]]) -> World:
    """Keep the clauses that are told, in their order, and the agreements of which there are any."""

    def cut(agreement: Agreement) -> Agreement:
        kept = set(told_of(agreement))
        return replace(agreement, clauses=tuple(clause for clause in agreement.clauses if clause in kept))

    return replace(world, agreements=tuple(each for each in map(cut, world.agreements) if each.clauses))


def explain_class(world: World, reader: Principal, handling: Handling, *, at: datetime) -> Trace:
    """Return the way to the decision, as a reader may be told it: what is allowed is told as it is."""
    account = reader.account.id
    whole = trace_by_age(world, account, handling, age=_YOUNG, at=at)
    if whole.decision.allowed:
        granting = tuple(each for each in whole.clauses if each.step == "granted")[:1]
        return replace(whole, clauses=granting)
    partial = trace_by_age(told(world, reader), account, handling, age=_YOUNG, at=at)
    return _closed_by_what_is_not_told(partial) if partial.decision.allowed else partial


def _closed_by_what_is_not_told(partial: Trace) -> Trace:
    none = Decision(allowed=False, rule="SR-11", reason="no-agreement", miss="none")
    return replace(partial, decision=none, why=f"no agreement grants it: {MISSES['none']}", clauses=())


def _producers(
    world: World, reader: Principal, asked: ClassOfObjects
) -> tuple[World, list[tuple[OrganisationId, ProducerKind]]]:
    """Return who is asked about, each with its kind, and a world in which all of them exist."""
    if MemberCode(asked.source) in world.members:
        known, kinds = with_representatives(world, reader)
        return known, [(each.id, each.kind) for each in kinds if each.origin == asked.source]
    body = world.organisation(OrganisationId(asked.source))
    kind = None if body is None else kind_of(body, reader)
    own_side = body is not None and body.member is not None and body.member == reader.organisation.member
    if body is None or kind is None or not (own_side or kind in _NO_SECRET):
        raise NotFoundError("There is no such member, or no such producer that you can ask about; ask like AU.")
    return world, [(body.id, kind)]


def _answer(  # noqa: PLR0913 - who is asked about what, in which world
    world: World, terms: Terms, reader: Principal, kind: ProducerKind, handling: Handling, *, at: datetime
) -> ClassAnswer:
    traced = explain_class(world, reader, handling, at=at)
    decision = traced.decision
    age = readable_age(world, reader.account.id, handling, at=at) if decision.allowed else None
    return ClassAnswer(
        producers=kind,
        answer=terms.answer(traced),
        max_age=None if age == ALWAYS else age,
        nearest=tuple(each for each in traced.clauses if each.step in {decision.miss, "excludes"}),
        change=_change(world, reader, handling, decision, at=at),
    )


def _change(world: World, reader: Principal, handling: Handling, decision: Decision, *, at: datetime) -> str:
    """Say what would have to be otherwise; for red across a border both the naming and what else is missing with it."""
    if decision.allowed:
        return ""
    change = _CHANGES[decision.miss or decision.reason]
    if decision.reason != "red-not-named":
        return change
    named = Audience(accounts=frozenset({reader.account.id}))
    then = explain_class(world, reader, replace(handling, audiences=frozenset({named})), at=at).decision
    if then.allowed:
        return change
    clause = _RED_CLAUSE if then.miss in {"none", "tlp-ceiling"} else _CHANGES[then.miss or then.reason]
    return f"{clause}; and {change}"


def _told_clauses(agreement: Agreement, reader: Principal) -> Iterator[Clause]:
    member = None if reader.member is None else reader.member.code
    if member is None or agreement.state is AgreementState.DRAFT:
        return
    if member in agreement.parties:
        yield from agreement.clauses
    elif agreement.state is not AgreementState.PROPOSED and agreement.parties <= agreement.signed_by:
        yield from _addressed(agreement, member)


def _leading_from(agreement: Agreement, party: Principal) -> Iterator[Clause]:
    """Give what an agreement of nobody's says of the content of a party's member, whomever it names."""
    if party.member is not None and not agreement.parties and agreement.state is not AgreementState.DRAFT:
        own = {ANY, party.member.code}
        yield from (clause for clause in agreement.clauses if not own.isdisjoint(clause.origins))


def _addressed(agreement: Agreement, member: MemberCode) -> Iterable[Clause]:
    open_to_all = not agreement.parties
    return (
        clause
        for clause in agreement.clauses
        if member in clause.destinations or (open_to_all and clause.destinations == {ANY})
    )


_RED_CLAUSE: Final = "a clause with the ceiling red would have to lead from there to your member"
_CHANGES: Final[Mapping[str, str]] = {
    "inactive": "your account and organisation have to be active, and your member not suspended",
    "unknown-marking": "the producer would have to use markings that the hub knows",
    "not-in-audience": "the producer would have to name you in its audience",
    "hub-staff": "nothing: who runs the hub reads what is clear and no more",
    "red-not-named": "the producer would have to name your account in an audience",
    "amber-not-client": "the producer would have to serve your organisation, or name it or you in an audience",
    "strict-organisation": "the producer would have to name your organisation or you in an audience",
    "excluded": "the exclusion would have to end, and an agreement to lead to your member",
    "none": "an agreement would have to lead from there to your member",
    "not-in-force": "the agreement would have to be in force",
    "type": "an agreement would have to list this type",
    "tlp-ceiling": "an agreement would have to reach up to this level",
    "purpose": "your account would have to declare, and work for, a purpose that is asked for",
    "age": "an agreement would have to reach further back",
    "consent": "the producer would have to consent that its amber and stricter leave its country",
    "reach": "your organisation would have to be your national CERT, or be named as a recipient or in an audience",
}
"""What would have to change, by the miss or the reason."""
