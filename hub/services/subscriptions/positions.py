"""Places in the log as people name them: its beginning, its head, or an instant."""

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


def position_of(database: Database, place: Place | datetime, *, at: datetime) -> Tick:
    """Return the position after which delivery begins; raise UnprocessableError for an instant that is yet to come."""
    log = span(database)
    if place is Place.BEGINNING:
        return log.genesis
    if place is Place.NOW:
        return log.head
    if place > at:
        raise UnprocessableError(f"{place.isoformat()} is yet to come; begin now.", code="POSITION")
    return max(log.genesis, min(tick_of(place), log.head))
