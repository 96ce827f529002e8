"""The policy epoch: a counter that every change of what the rules look at increases in its own transaction.

Locks are taken in one order everywhere: rows of the directory, then `log_head`, then `policy_epoch`. Whoever changes
what the rules look at holds `log_head`, so that under it the facts of the epoch are those of the commit. A push refers
to its account and organisation after it has locked the head: rows of the directory are locked with their keys left
free (`FOR NO KEY UPDATE`), and nothing of them is written before the head is held.
"""

from dataclasses import dataclass

from hub.domain.identifiers import Tick
from hub.store.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyState:
    """Where the policy stands.

    `turned` is the instant by which readers are judged at the earliest: up to there, what begins and ends by the clock
    has been turned into grants. `granted` counts the changes of grants.
    """

    epoch: int
    turned: Tick
    granted: int


def policy_state(database: Database) -> PolicyState:
    """Return where the policy stands, as this transaction sees it."""
    ((epoch, turned, granted),) = database.execute("SELECT epoch, turned, granted FROM policy_epoch").fetchall()
    return PolicyState(epoch=epoch, turned=Tick(turned), granted=granted)


def current_epoch(database: Database) -> int:
    """Return the epoch as this transaction sees it."""
    return policy_state(database).epoch


def advance_epoch(database: Database) -> None:
    """Make every cached answer of the rules stale from this transaction's commit on. Call it last."""
    database.execute("UPDATE policy_epoch SET epoch = epoch + 1")


def turn_epoch(database: Database, turned: Tick) -> None:
    """Advance the epoch, and judge readers by no earlier instant than this from here on. Call it last."""
    database.execute(
        "UPDATE policy_epoch SET epoch = epoch + 1, turned = GREATEST(turned, %s)",
        (turned,),
    )


def note_grants(database: Database) -> None:
    """Advance the epoch, and make stale what is known of the grants. Call it last."""
    database.execute("UPDATE policy_epoch SET epoch = epoch + 1, granted = granted + 1")
