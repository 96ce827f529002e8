"""The policy epoch: a counter that every change of what the rules look at increases in its own transaction.

Locks are taken in one order everywhere: rows of the directory, then `log_head`, then `policy_epoch`.
"""

from hub.store.database import Database


def advance_epoch(database: Database) -> None:
    """Make every cached answer of the rules stale from this transaction's commit on. Call it last."""
    database.execute("UPDATE policy_epoch SET epoch = epoch + 1")


def current_epoch(database: Database) -> int:
    """Return the epoch as this transaction sees it."""
    (epoch,) = database.execute("SELECT epoch FROM policy_epoch").fetchall()[0]
    return int(epoch)
