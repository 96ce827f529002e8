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


_PUBLISHERS: Final = (
    "SELECT object_id, array_agg(DISTINCT producer) FROM log WHERE object_id = ANY(string_to_array(%s, ' '))"
    " GROUP BY object_id"
)


LOCK_MS: Final = 30_000
"""For so long a change to the log waits for another one. Who holds it longer has hung, and would have every thread of
every web process wait."""


def take_grounds(database: Database, ids: Iterable[StixId]) -> Grounds:
    """Lock the head of the log, then read what is known of some ids, all of which are STIX ids.

    Every statement sees what was committed before it: what is read after the lock is what stands until the commit.
    Raise OperationalError where somebody else holds the head for too long.
    """
    with database.pipeline():
        database.execute("SELECT set_config('lock_timeout', %s, true)", (str(LOCK_MS),))
        head = database.execute(LOCK)
        epoch = database.execute("SELECT epoch FROM policy_epoch")
        known = database.execute(_PUBLISHERS, (" ".join(ids),))
    return Grounds(
        head=head_of(head),
        epoch=epoch.fetchall()[0][0],
        publishers={StixId(name): frozenset(map(OrganisationId, producers)) for name, producers in known},
    )
