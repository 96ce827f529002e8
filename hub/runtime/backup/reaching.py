"""How a backup or a restore reaches its database, which is all of a hub's servers that it needs."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager

from hub.runtime.embedded import ServerUrls
from hub.runtime.settings import Settings
from hub.runtime.wiring import opened
from hub.store.database import Pool


@contextmanager
def database_of(
    settings: Settings, embedded: Callable[[Settings], AbstractContextManager[ServerUrls]]
) -> Iterator[tuple[str, Pool]]:
    """Give the URL of a database and a connection: the operator's own, else that of the `embedded` servers."""
    with ExitStack() as stack:
        own = ServerUrls(database=settings.database_url, redis="")
        urls = own if settings.database_url else stack.enter_context(embedded(settings))
        yield urls.database, stack.enter_context(opened(urls, size=1))


def place_of(settings: Settings) -> str:
    """Say where a hub's database is, for a person; a URL may hold a password."""
    return "the database at HUB_DATABASE_URL" if settings.database_url else str(settings.data)
