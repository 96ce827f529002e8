"""Grants: what accounts are given anew of the log, because their right to it came after they had passed it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import NamedTuple

from hub.domain.identifiers import AccountId, GuardId, Tick
from hub.store.database import Database
from hub.store.epoch import note_grants
from hub.store.log.head import Head, move_past
from hub.store.log.segments import Block


class Gain(NamedTuple):
    """Accounts that may read rows of some guards which none of them could read before."""

    accounts: Sequence[AccountId]
    guards: AbstractSet[GuardId]


class Regarded(NamedTuple):
    """A row that stays where it is under another guard."""

    seq: int
    before: GuardId
    after: GuardId


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A block that some accounts were given; a later grant of one of its guards takes this guard out of it."""

    id: int
    block: Block


def load_grants(database: Database, accounts: Collection[AccountId]) -> dict[AccountId, tuple[Grant, ...]]:
    """Read every grant to each of some accounts, the earliest first."""
    with database.cursor(binary=True) as cursor:
        rows = cursor.execute(
            "SELECT g.id, g.guards, g.through_seq, g.through_tick, g.base, given.accounts FROM ("
            " SELECT id, array_agg(asked.account) AS accounts FROM unnest(%s::text[]) AS asked (account)"
            " JOIN grants ON grants.accounts @> ARRAY[asked.account] GROUP BY id"
            ") AS given JOIN grants g USING (id) ORDER BY g.base",
            (list(accounts),),
        ).fetchall()
    found: dict[AccountId, list[Grant]] = {account: [] for account in accounts}
    for number, guards, through_seq, through_tick, base, given in rows:
        block = Block(guards=frozenset(guards), through_seq=through_seq, through_tick=Tick(through_tick), base=base)
        grant = Grant(id=number, block=block)
        for account in given:
            found[account].append(grant)
    return {account: tuple(grants) for account, grants in found.items()}


def write_grants(database: Database, head: Head, gains: Collection[Gain], *, now: Tick) -> None:
    """Give accounts what they gain of the rows up to `head`, which is locked, and move the head past the block.

    No account may occur in more than one gain: all of them get one and the same block of positions. Guards without
    rows are left out, and where none is left the head stays. Call it before the epoch is touched.
    """
    filled = _with_rows(database, frozenset[GuardId]().union(*(gain.guards for gain in gains)))
    accounts: dict[AbstractSet[GuardId], list[AccountId]] = defaultdict(list)
    for gain in gains:
        accounts[gain.guards & filled].extend(gain.accounts)
    accounts.pop(frozenset(), None)
    if not accounts:
        return
    base = move_past(database, head, now=now)
    with database.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO grants (accounts, guards, through_seq, through_tick, base) VALUES (%s, %s, %s, %s, %s)",
            [(names, sorted(guards), head.seq, head.tick, base) for guards, names in accounts.items()],
        )
    note_grants(database)


def hand_on(database: Database, changes: Iterable[Regarded]) -> None:
    """Let rows that change their guard in place keep, for each reader, at least the position that they have.

    INVARIANT: for no reader does a row ever move to an earlier position. So a grant that places such a row takes its
    new guard up too; other rows of that guard then stand later for the same readers, and may reach them once more.
    Call it under the log's lock.
    """
    earliest: dict[tuple[GuardId, GuardId], int] = {}
    for seq, before, after in changes:
        if before != after:
            earliest[before, after] = min(seq, earliest.get((before, after), seq))
    if not earliest:
        return
    parameters = {
        "before": [before for before, _ in earliest],
        "after": [after for _, after in earliest],
        "seqs": list(earliest.values()),
    }
    if database.execute(_HAND_ON, parameters).rowcount:
        note_grants(database)


_HAND_ON = """
    UPDATE grants SET guards = grants.guards || taken.guards
    FROM (
        SELECT g.id, array_agg(DISTINCT changed.after) AS guards
        FROM grants g
        JOIN unnest(%(before)s::int[], %(after)s::int[], %(seqs)s::int8[]) AS changed (before, after, seq)
          ON changed.before = ANY(g.guards) AND changed.after <> ALL(g.guards) AND g.through_seq >= changed.seq
        WHERE g.guards && %(before)s::int[]
        GROUP BY g.id
    ) AS taken
    WHERE grants.id = taken.id
"""


def _with_rows(database: Database, guards: AbstractSet[GuardId]) -> frozenset[GuardId]:
    """Return those of the guards that any row has."""
    rows = database.execute(
        "SELECT guard FROM unnest(%s::int[]) AS wanted (guard)"
        " WHERE EXISTS (SELECT FROM log WHERE log.guard = wanted.guard AND log.collection = ANY(%s::int2[]))",
        (list(guards), _collections(database)),
    )
    return frozenset(GuardId(guard) for (guard,) in rows)


def _collections(database: Database) -> list[int]:
    return [number for (number,) in database.execute("SELECT number FROM collections")]
