"""What PostgreSQL's own programs have to know of a server before they call it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from hub.store.database import Database

_MAJOR: Final = 10_000
_NOT_REPEATED: Final = {b"service", b"servicefile", b"dbname"}
"""What a service says is in the options already, and what it says tomorrow is another thing; the database is named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """The server and database at the other end of a connection; `version` is the major one.

    `variables` have libpq reach the same server in the same way; they may hold a password. `encrypted_by` is the one
    that asks for the encryption that the connection has, None where it has none.
    """

    version: int
    encrypted_by: str | None
    database: str
    variables: Mapping[str, str] = field(repr=False)


def peer_of(database: Database) -> Peer:
    """Tell whom a connection has reached, and how."""
    return Peer(
        version=database.info.server_version // _MAJOR,
        encrypted_by=_encrypted_by(database),
        database=database.info.dbname,
        variables=_variables(database),
    )


def _encrypted_by(database: Database) -> str | None:
    if database.pgconn.ssl_in_use:
        return "PGSSLMODE"
    ((gssapi,),) = database.execute(
        "SELECT EXISTS (SELECT FROM pg_stat_gssapi WHERE pid = pg_backend_pid() AND encrypted)"
    ).fetchall()
    return "PGGSSENCMODE" if gssapi else None


def _variables(database: Database) -> dict[str, str]:
    """Return the options of a connection, wherever they came from; of several hosts, the one that was reached."""
    reached = database.pgconn
    options = {
        option.envvar: option.val
        for option in reached.info
        if option.envvar is not None and option.keyword not in _NOT_REPEATED
    } | {
        b"PGHOST": reached.host,
        b"PGHOSTADDR": reached.hostaddr,
        b"PGPORT": reached.port,
        b"PGPASSWORD": reached.password,
    }
    return {name.decode(): value.decode() for name, value in options.items() if value}
