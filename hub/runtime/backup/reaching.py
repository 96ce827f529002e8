"""How a backup or a restore reaches its database, which is all of a hub's servers that it needs."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from hub.runtime.embedded import ServerUrls
from hub.runtime.settings import Settings
from hub.runtime.wiring import opened
from hub.store.database import Pool


@contextmanager
def database_of(
    settings: Settings, embedded: Callable[[Settings], AbstractContextManager[ServerUrls]]
) -> Iterator[str]:
    """Give the URL of a database: the operator's own, else that of the `embedded` servers."""
    if settings.database_url:
        yield settings.database_url
    else:
        with embedded(settings) as urls:
            yield urls.database


def connected(url: str) -> AbstractContextManager[Pool]:
    """Hold one connection to the database at `url`."""
    return opened(ServerUrls(database=url, redis=""), size=1)


def place_of(settings: Settings) -> str:
    """Say where a hub's database is, for a person; a URL may hold a password."""
    return "the database at database_url" if settings.database_url else str(settings.data)
