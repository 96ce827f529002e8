"""Changes that tests make."""

from datetime import datetime

from hub.domain.directory import Act
from hub.runtime.wiring import now


def made(actor: str, *, at: datetime | None = None) -> Act:
    """Return a change by somebody, at this moment unless told otherwise."""
    return Act(actor=actor, at=at or now())
