"""What the processes of a hub have in common, put together."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hub.bus.connections import connect
from hub.bus.heads import Announcer, News
from hub.bus.hints import Hints, Tell
from hub.bus.queue import Queue, submissions
from hub.domain.catalogue import Catalogue
from hub.domain.identifiers import CollectionId, SubmissionId
from hub.runtime.catalogue import load_catalogue
from hub.runtime.embedded.datadir import ServerUrls
from hub.runtime.settings import Settings
from hub.services.clearances import Clearances
from hub.services.publishing.publish import Publishing
from hub.services.submit import Limits
from hub.store.database import Pool
from hub.store.log.numbers import number_collections


def now() -> datetime:
    """Return this moment. The one clock that is handed to everything which needs one."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What web and workers have in common, over an open pool."""

    pool: Pool
    catalogue: Catalogue
    numbers: dict[CollectionId, int]
    clearances: Clearances
    publishing: Publishing
    queue: Queue[SubmissionId]
    point: Tell[SubmissionId]
    tell: Tell[News]
    limits: Limits


@contextmanager
def opened(urls: ServerUrls, *, size: int = 4) -> Iterator[Pool]:
    """Hold an open pool of at most `size` connections."""
    pool = Pool(urls.database, size=size)
    pool.open()
    try:
        yield pool
    finally:
        pool.close()


def build(
    settings: Settings, urls: ServerUrls, pool: Pool, *, reads: Pool | None = None, clock: Callable[[], datetime] = now
) -> Parts:
    """Make the common parts; the database has been prepared. Readers' questions are put through `reads`."""
    catalogue = load_catalogue(settings.collections)
    with pool.transaction() as database:
        numbers = number_collections(database, (collection.id for collection in catalogue))
    clearances = Clearances(pool, clock, reads=reads)
    redis = connect(urls.redis)
    queue = submissions(redis)
    return Parts(
        pool=pool,
        catalogue=catalogue,
        numbers=numbers,
        clearances=clearances,
        publishing=Publishing(clearances, numbers),
        queue=queue,
        point=Hints[SubmissionId](queue.put, failure="submission.not_announced"),
        tell=Hints[News](Announcer(redis).announce, failure="head.not_announced"),
        limits=Limits(
            caps=settings.caps,
            pending_above=settings.pending_above,
            status_kept=timedelta(hours=settings.status_hours),
        ),
    )
