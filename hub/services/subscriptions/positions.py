"""Places in the log as people name them: its beginning, its head, an instant, or where something was before."""

from datetime import datetime
from enum import StrEnum

from hub.domain.clock import tick_of
from hub.domain.errors import UnprocessableError
from hub.domain.identifiers import Tick
from hub.store.database import Database
from hub.store.log.head import span


class Place(StrEnum):
    """A place that has a name."""

    BEGINNING = "beginning"
    NOW = "now"


Where = Place | datetime | Tick
"""A place by its name, an instant after which to begin, or a position that the hub has given out."""


def position_of(database: Database, where: Where, *, at: datetime) -> Tick:
    """Return the position after which delivery begins; raise UnprocessableError for an instant that is yet to come."""
    log = span(database)
    if where is Place.BEGINNING:
        return log.genesis
    if where is Place.NOW:
        return log.head
    if isinstance(where, datetime):
        if where > at and tick_of(where) > log.head:
            raise UnprocessableError(
                f"{where.isoformat()} is yet to come. What is added from here on comes with `now`.", code="POSITION"
            )
        where = tick_of(where)
    return Tick(max(log.genesis, min(int(where), log.head)))
