"""What PostgreSQL's own programs have to know of a server before they call it."""

from dataclasses import dataclass
from typing import Final

from hub.store.database import Database

_MAJOR: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """The server and database at the other end of a connection; `version` is the major one."""

    version: int
    encrypted: bool
    database: str


def peer_of(database: Database) -> Peer:
    """Tell whom a connection has reached, and how."""
    return Peer(
        version=database.info.server_version // _MAJOR,
        encrypted=database.pgconn.ssl_in_use,
        database=database.info.dbname,
    )
