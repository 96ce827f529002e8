"""What a change leaves behind: the ledger's rows and the policy epoch."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from hub.store.database import Pool
from hub.store.epoch import current_epoch

Entry = tuple[str, str, str]


@dataclass(slots=True, kw_only=True)
class Change:
    """What happened during a block: (actor, action, subject) of each new ledger row, and the epoch's advance."""

    entries: list[Entry] = field(default_factory=list)
    epochs: int = 0


@contextmanager
def change(pool: Pool) -> Iterator[Change]:
    """Compare the ledger and the epoch before and after the block, raising or not."""
    before, epoch = _state(pool)
    seen = Change()
    try:
        yield seen
    finally:
        after, later = _state(pool)
        seen.entries = after[len(before) :]
        seen.epochs = later - epoch


def _state(pool: Pool) -> tuple[list[Entry], int]:
    with pool.snapshot() as database:
        rows = database.execute("SELECT actor, action, subject FROM ledger ORDER BY id").fetchall()
        return [(actor, action, subject) for actor, action, subject in rows], current_epoch(database)
