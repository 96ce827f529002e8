"""What a change to the log stands on, held and read in one exchange with the server."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from hub.domain.identifiers import OrganisationId, StixId
from hub.store.database import Database
from hub.store.log.head import LOCK, Head, head_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """The head of the log, the policy epoch, and of some ids who has published anything under them.

    Until this transaction ends nobody can change the log, nor anything that the rules look at: who changes that holds
    the log first (see `hub.store.epoch`). So the facts of this epoch are those of the commit.
    """

    head: Head
    epoch: int
    publishers: Mapping[StixId, frozenset[OrganisationId]]


_KNOWN: Final = """
    SELECT e.epoch, p.object_id, p.producers FROM policy_epoch e LEFT JOIN (
        SELECT object_id, array_agg(DISTINCT producer) AS producers FROM log
        WHERE object_id = ANY(string_to_array(%s, ' ')) GROUP BY object_id
    ) AS p ON true
"""


def take_grounds(database: Database, ids: Iterable[StixId]) -> Grounds:
    """Lock the head of the log, then read what is known of some ids, all of which are STIX ids.

    The second statement sees what was committed before it: what is read after the lock is what stands until the commit.
    Raise OperationalError where somebody else holds the head for too long.
    """
    with database.pipeline():
        head = database.execute(LOCK)
        known = database.execute(_KNOWN, (" ".join(ids),))
    rows = known.fetchall()
    return Grounds(
        head=head_of(head),
        epoch=rows[0][0],
        publishers={StixId(name): frozenset(producers) for _, name, producers in rows if name is not None},
    )
