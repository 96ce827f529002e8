"""Say what a change would give to readers and take from them, by the rules that will decide once it is made."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from hub.domain.agreements import Agreement, AgreementDocument
from hub.domain.directory import Principal
from hub.domain.handling import Classes
from hub.domain.identifiers import GuardId, StixId
from hub.policy.changes.candidates import Adoption, Change, adoption_of, changed
from hub.policy.changes.conflicts.finding import conflicts_of, conflicts_told
from hub.policy.changes.conflicts.nouns import Conflict
from hub.policy.changes.disclosure import Seat, open_classes, possible_classes, seat_of, told_to
from hub.policy.changes.matrix import Cell, matrix
from hub.policy.changes.possible import joined
from hub.policy.changes.shifts import Moment, Move, moves
from hub.policy.world import World
from hub.services.clearances import Clearances
from hub.services.explaining.classes import told_to_party
from hub.services.foresight.counting import counting
from hub.store.database import Database, Pool
from hub.store.facts import Facts, load_facts
from hub.store.log.counts import newest_objects
from hub.store.log.pages import knows

SAMPLES: Final = 10
"""How many objects an answer names at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Foresight:
    """What a change would do at an instant: `at`, or later where the agreement begins later.

    `cells` hold the readers and the classes of content that they gain and lose. Asked from the hub's own desk they
    count every version there is; asked for a `Seat.member`, those that the asker may read. `samples` are objects among
    them that the asker may read now; none where nobody is named.
    """

    change: Change
    asked: datetime
    at: datetime
    seat: Seat
    cells: tuple[Cell, ...]
    samples: tuple[StixId, ...]
    conflicts: tuple[Conflict, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Question:
    """A change between two moments, and who asks."""

    change: Change
    before: Moment
    after: Moment
    asker: Principal | None
    seat: Seat


def simulate(
    pool: Pool, what: Change | Agreement | AgreementDocument, *, asker: Principal | None, at: datetime
) -> Foresight:
    """Compare who reads what with and without a change, `at` this moment or when the agreement begins.

    `asker` is None for who runs the hub's own commands. Raise ForbiddenError for who may not ask, NotFoundError
    for a change of what the hub does not know.
    """
    change = _change_of(what)
    with pool.snapshot() as database:
        facts = load_facts(database)
        question = _question(facts.world, change, asker=asker, at=at)
        classes = _classes(question, facts, at=at)
        found = moves(question.before, question.after, classes)
        count = counting(database, found, at=question.after.at)
        cells = told_to(question.seat, matrix(found, classes, question.after.world, count))
        candidates = _candidates(database, question, found, facts, at=at)
        conflicts = _conflicts(question, facts.classes)
    return Foresight(
        change=change,
        asked=at,
        at=question.after.at,
        seat=question.seat,
        cells=cells,
        samples=_samples(pool, candidates, asker=asker, at=at),
        conflicts=conflicts,
    )


def _change_of(what: Change | Agreement | AgreementDocument) -> Change:
    match what:
        case AgreementDocument():
            return adoption_of(what)
        case Agreement():
            return Adoption(agreement=what)
        case _:
            return what


def _question(world: World, change: Change, *, asker: Principal | None, at: datetime) -> _Question:
    """Take both worlds at one instant, so that what begins and ends by itself meanwhile is no part of the answer.

    INVARIANT: of agreements that a party may not be told of there is none in its worlds, so they show in no answer.
    """
    seat = seat_of(asker, change, world)
    if seat.member is not None and asker is not None:
        world = told_to_party(world, asker)
    instant = max(at, change.agreement.valid_from) if isinstance(change, Adoption) else at
    return _Question(
        change=change,
        before=Moment(world=world, at=instant),
        after=Moment(world=changed(world, change), at=instant),
        asker=asker,
        seat=seat,
    )


def _classes(question: _Question, facts: Facts, *, at: datetime) -> Classes:
    """Return the classes that the answer is about: all there are, or those a party may know of."""
    member = question.seat.member
    if member is None or question.asker is None:
        return facts.classes
    known = open_classes(facts.world, facts.classes, question.asker, at=at)
    return joined(known, possible_classes((question.before.world, question.after.world), member))


def _candidates(
    database: Database, question: _Question, found: Sequence[Move], facts: Facts, *, at: datetime
) -> Sequence[StixId]:
    """Return objects under guards that change hands and that the asker may read, the newest of them."""
    if question.asker is None:
        return ()
    readable = open_classes(facts.world, facts.classes, question.asker, at=at).guards.keys()
    guards: list[GuardId] = sorted({guard for move in found for block in move.blocks for guard in block} & readable)
    return newest_objects(database, guards, limit=SAMPLES)


def _samples(pool: Pool, candidates: Sequence[StixId], *, asker: Principal | None, at: datetime) -> tuple[StixId, ...]:
    """Keep the objects that the asker is given when it asks for them."""
    if asker is None or not candidates:
        return ()
    clearances, account = Clearances(pool, lambda: at), asker.account.id

    def given(wanted: StixId) -> bool:
        return clearances.answer(account, lambda database, allowed: knows(database, None, wanted, allowed))

    return tuple(filter(given, candidates))


def _conflicts(question: _Question, classes: Classes) -> tuple[Conflict, ...]:
    if not isinstance(question.change, Adoption):
        return ()
    agreement, world, at = question.change.agreement, question.after.world, question.after.at
    if question.seat.member is not None:
        return conflicts_told(agreement, world, question.seat.member, at=at)
    types = frozenset(handling.type for handling in classes.handlings.values())
    return conflicts_of(agreement, world, at=at, types=types)
