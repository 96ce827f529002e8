"""What a reader may see: the decision function asked about every kind of content that it can tell apart."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from hub.domain.agreements import ANY
from hub.domain.directory import Principal
from hub.domain.errors import NotFoundError
from hub.domain.handling import Audience, Handling, Tlp
from hub.domain.identifiers import AccountId, MemberCode
from hub.policy.clauses import concluded
from hub.policy.decisions import Decision
from hub.policy.reading import decide_by_age
from hub.policy.tracing import trace_by_age
from hub.policy.visibility import ALWAYS
from hub.policy.world import Origin, World
from hub.services.explaining.answers import Answer
from hub.services.explaining.kinds import ProducerKind, Representative, with_representatives
from hub.services.explaining.terms import Terms, load_terms
from hub.store.database import Pool
from hub.store.facts import load_facts

_OTHER_TYPE: Final = "~"
"""Stands for every type that no clause names."""


_DIMENSIONS: Final = ("origins", "types", "levels", "addressed", "producers", "origins")
"""In what order cells are joined: the origins first, so that it does not show which of them clauses for others name."""


class Addressed(StrEnum):
    """Whether an audience of the object has to name the reader's account itself."""

    ANYONE = "anyone"
    NAMED = "named"


@dataclass(frozen=True, slots=True, kw_only=True)
class Right:
    """What is readable of these origins, producers, levels and types, under one and the same rule or clause.

    `origins` holds None for the hub itself. `types` is None for all types, without those in `except_types`. The age is
    more than `older_than` where that is set, and at most `max_age`, which is None where it does not matter.
    """

    origins: tuple[MemberCode | None, ...]
    producers: tuple[ProducerKind, ...]
    addressed: tuple[Addressed, ...]
    levels: tuple[Tlp, ...]
    types: tuple[str, ...] | None
    except_types: tuple[str, ...]
    older_than: timedelta | None
    max_age: timedelta | None
    answer: Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights:
    """All that an account may read, without what carries a marking the hub does not know or an audience without it.

    The answer holds until `until` (exclusive), when some agreement begins or ends that changes it, unless people change
    something before; None is for ever.
    """

    account: AccountId
    at: datetime
    until: datetime | None
    rights: tuple[Right, ...]


class _Cell(NamedTuple):
    origins: frozenset[Origin]
    producers: frozenset[ProducerKind]
    addressed: frozenset[Addressed]
    levels: frozenset[Tlp]
    types: frozenset[str]


class _Band(NamedTuple):
    """A decision that holds for ages beyond one and up to another; None is from the first moment on."""

    decision: Decision
    older_than: timedelta | None
    max_age: timedelta


_Granted = tuple[_Band, Handling]
"""A band, and some handling by which it was found."""


def rights(pool: Pool, principal: Principal, *, at: datetime) -> Rights:
    """Say what the caller may see at an instant, from whom, under which rule, and until when that holds."""
    return rights_for(pool, principal.account.id, at=at)


def rights_for(pool: Pool, account: AccountId, *, at: datetime) -> Rights:
    """Say what an account may see, for operators; raise NotFoundError where there is none."""
    with pool.snapshot() as database:
        world = load_facts(database).world
        terms = load_terms(database)
    if account not in world.accounts:
        raise NotFoundError(f"There is no account {account}.")
    return rights_of(world, terms, account, at=at)


def rights_of(world: World, terms: Terms, account: AccountId, *, at: datetime) -> Rights:
    """Say what an account may see in a world; nothing where it takes no part."""
    reader = world.principal(account)
    if reader is None:
        return Rights(account=account, at=at, until=None, rights=())
    asked, kinds = with_representatives(world, reader)
    cells = _cells(asked, kinds, reader, at=at)
    until = next(
        (each for each in _limits(world, at) if _cells(asked, kinds, reader, at=each).keys() != cells.keys()), None
    )
    types = _named_types(world)
    found = tuple(
        _right(cell, band, terms.answer(trace_by_age(asked, account, handling, age=band.max_age, at=at)), types)
        for (cell, band), handling in cells.items()
    )
    return Rights(account=account, at=at, until=until, rights=tuple(sorted(found, key=_order)))


def _cells(
    world: World, kinds: Iterable[Representative], reader: Principal, *, at: datetime
) -> Mapping[tuple[_Cell, _Band], Handling]:
    """Return everything that may be read, in as few cells as adjoin with the same answer."""
    types = [*_named_types(world), _OTHER_TYPE]
    granted: dict[tuple[_Cell, _Band], Handling] = {}
    for origins, representative in _alike(world, kinds, reader):
        ages = _ages(world, representative.origin)
        for addressed in Addressed:
            audiences = _audiences(addressed, reader)
            for tlp in Tlp:
                for kind in types:
                    handling = Handling(producer=representative.id, type=kind, tlp=tlp, audiences=audiences)
                    cell = _Cell(
                        origins,
                        frozenset({representative.kind}),
                        frozenset({addressed}),
                        frozenset({tlp}),
                        frozenset({kind}),
                    )
                    for band in _bands(world, reader.account.id, handling, ages, at=at):
                        granted[cell, band] = handling
    for dimension in _DIMENSIONS:
        granted = _merged(granted, dimension)
    return granted


def _alike(
    world: World, kinds: Iterable[Representative], reader: Principal
) -> Iterator[tuple[frozenset[Origin], Representative]]:
    """Put together the producers of a kind whose origins no clause tells apart; one's own country stands alone."""
    groups: dict[object, list[Representative]] = defaultdict(list)
    for each in kinds:
        own = each.origin == reader.organisation.member
        groups[each.kind, own, each.origin is None, tuple(map(id, world.terms_from(each.origin)))].append(each)
    for group in groups.values():
        yield frozenset(each.origin for each in group), group[0]


def _bands(
    world: World, account: AccountId, handling: Handling, ages: Sequence[timedelta], *, at: datetime
) -> Iterator[_Band]:
    """Go through the ages at which a handling may be read, joined where the decision is the same."""
    previous: timedelta | None = None
    current: _Band | None = None
    for age in ages:
        decision = decide_by_age(world, account, handling, age=age, at=at)
        if current is not None and current.decision == decision:
            current = current._replace(max_age=age)
        else:
            if current is not None and current.decision.allowed:
                yield current
            current = _Band(decision, previous, age)
        previous = age
    if current is not None and current.decision.allowed:
        yield current


def _merged(granted: Mapping[tuple[_Cell, _Band], Handling], dimension: str) -> dict[tuple[_Cell, _Band], Handling]:
    """Join cells that differ in one dimension only and have the same answer."""
    joined: dict[tuple[_Cell, _Band], tuple[set[object], Handling]] = {}
    for (cell, band), handling in granted.items():
        key = cell._replace(**{dimension: frozenset()}), band
        joined.setdefault(key, (set(), handling))[0].update(getattr(cell, dimension))
    return {
        (cell._replace(**{dimension: frozenset(values)}), band): handling  # type: ignore[arg-type] # its own values
        for (cell, band), (values, handling) in joined.items()
    }


def _ages(world: World, origin: Origin) -> list[timedelta]:
    return sorted({term.max_age for term in world.terms_from(origin)} | {ALWAYS})


def _limits(world: World, at: datetime) -> list[datetime]:
    """Return the instants after `at` at which an agreement begins or ends."""
    dates = {
        limit
        for agreement in world.agreements
        if concluded(agreement)
        for limit in (agreement.valid_from, agreement.valid_until)
        if limit is not None and limit > at
    }
    return sorted(dates)


def _named_types(world: World) -> list[str]:
    return sorted({kind for each in world.agreements for clause in each.clauses for kind in clause.types} - {ANY})


def _order(right: Right) -> tuple[object, ...]:
    """Put what is nearest and least restricted first, whatever order it was found in."""
    kinds, ways = list(ProducerKind), list(Addressed)
    return (
        [kinds.index(kind) for kind in right.producers],
        right.levels,
        [origin or "" for origin in right.origins],
        [ways.index(each) for each in right.addressed],
        right.types or (),
        right.except_types,
        right.older_than or timedelta(0),
    )


def _audiences(addressed: Addressed, reader: Principal) -> frozenset[Audience]:
    named = Audience(accounts=frozenset({reader.account.id}))
    return frozenset({named}) if addressed is Addressed.NAMED else frozenset()


def _right(cell: _Cell, band: _Band, answer: Answer, named: Sequence[str]) -> Right:
    others = _OTHER_TYPE in cell.types
    return Right(
        origins=tuple(sorted(cell.origins, key=lambda origin: origin or "")),
        producers=tuple(kind for kind in ProducerKind if kind in cell.producers),
        addressed=tuple(each for each in Addressed if each in cell.addressed),
        levels=tuple(sorted(cell.levels)),
        types=None if others else tuple(sorted(cell.types)),
        except_types=tuple(kind for kind in named if kind not in cell.types) if others else (),
        older_than=band.older_than,
        max_age=None if band.max_age == ALWAYS else band.max_age,
        answer=answer,
    )
