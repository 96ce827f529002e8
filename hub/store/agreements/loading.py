"""The agreements as the rules see them."""

from hub.domain.agreements import Agreement
from hub.policy.agreements.succession import succession
from hub.store.agreements.records import list_records
from hub.store.database import Database


def load_agreements(database: Database) -> tuple[Agreement, ...]:
    """Return every version that the rules may look at, in force or not, in order of id and number."""
    return tuple(agreement for record in list_records(database) for agreement in succession(record))
