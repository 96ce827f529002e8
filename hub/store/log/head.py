"""The head of the log: the one lock that puts commits and ticks in the same order."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import msgspec
from psycopg import Cursor
from psycopg.rows import TupleRow

from hub.domain.identifiers import GuardId, Tick
from hub.store.database import Database

LOCK: Final = "SELECT seq, tick FROM log_head FOR UPDATE"
"""Takes the log's lock until the transaction ends, see `lock_head`."""

LANES: Final = 16
"""So many numbers and microseconds apart stand the rows of one guard in a batch.

Small, because rows that a grant places stand as far apart as their numbers, and the clock moves on by the highest
number with every grant.
"""

_LOT: Final = secrets.SystemRandom()


class Stamp(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The place of a row: its number and its instant on the hub's clock, of which both rise from row to row."""

    seq: int
    tick: Tick


@dataclass(slots=True, kw_only=True)
class Head:
    """The last place given out; it moves on with each that is, and has to be kept then."""

    seq: int
    tick: Tick


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From where to where the log reaches: before all that there is, and the last instant given out."""

    genesis: Tick
    head: Tick


def span(database: Database) -> Span:
    """Return how far the log reaches, as this transaction sees it."""
    ((genesis, tick),) = database.execute("SELECT genesis, tick FROM log_head").fetchall()
    return Span(genesis=Tick(genesis), head=Tick(tick))


def lock_head(database: Database) -> Head:
    """Take the log's lock until this transaction ends and return the last place given out.

    INVARIANT: whoever reads a tick will never be shown an older one later, because no other transaction gives out
    ticks between this call and the commit.
    """
    return head_of(database.execute(LOCK))


def head_of(locked: Cursor[TupleRow]) -> Head:
    """Read what `LOCK` has answered."""
    ((seq, tick),) = locked.fetchall()
    return Head(seq=seq, tick=Tick(tick))


def give_out(head: Head, guards: Sequence[GuardId], *, now: Tick) -> list[Stamp]:
    """Give a place to each row of a batch, known by its guard, and move the head past them; `keep_head` keeps it.

    INVARIANT: where the rows of some guards stand to each other tells nothing of rows of others. Each guard has a lane
    of its own, drawn by lot, in which its rows stand in the order given, at one distance. That is the same for every
    batch, unless one has more guards than there are lanes.
    """
    kinds = list(dict.fromkeys(guards))
    width = LANES
    while width < len(kinds):
        width *= 2
    places = dict(zip(kinds, _LOT.sample(range(1, width + 1), len(kinds)), strict=True))
    first = max(head.tick, now)
    stamps: list[Stamp] = []
    furthest = 0
    for guard in guards:
        place = places[guard]
        places[guard] = place + width
        furthest = max(furthest, place)
        stamps.append(Stamp(seq=head.seq + place, tick=Tick(first + place)))
    if stamps:
        head.seq, head.tick = head.seq + furthest, Tick(first + furthest)
    return stamps


def keep_head(database: Database, head: Head) -> None:
    """Write how far the log reaches now. Call it in the transaction that has locked the head, before the commit."""
    database.execute("UPDATE log_head SET seq = %s, tick = %s", (head.seq, head.tick))


def move_past(database: Database, head: Head, *, now: Tick) -> Tick:
    """Set a place aside for each row that there is, `base` + its seq, move the head past them all, and return `base`.

    The clock thus moves on by as many microseconds as numbers were ever given out.
    """
    base = Tick(max(head.tick, now))
    database.execute("UPDATE log_head SET tick = %s", (base + head.seq,))
    return base


def cursor_key(database: Database) -> bytes:
    """Return the secret with which this log's positions are signed for clients."""
    ((secret,),) = database.execute("SELECT secret FROM log_head").fetchall()
    return bytes(secret)
