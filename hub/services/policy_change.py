"""Change what the rules look at: one change at a time, and nobody misses what it opens."""

from collections.abc import Iterator
from contextlib import contextmanager

from hub.domain.directory import Act
from hub.store.database import Database
from hub.store.epoch import advance_epoch
from hub.store.log.head import lock_head


@contextmanager
def policy_change(database: Database, act: Act) -> Iterator[None]:
    """Hold the log while the block writes what the rules look at, then make every cached answer stale.

    Lock the rows of the directory that the block will write before, as `hub.store.epoch` says.
    """
    del act
    lock_head(database)
    yield
    advance_epoch(database)
