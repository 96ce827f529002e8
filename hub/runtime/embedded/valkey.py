"""The embedded Redis-protocol server: Valkey, through a socket in a private directory.

It keeps nothing on disk. Redis carries pointers only, every one of which is rebuilt from PostgreSQL, so a file of
its own could only ever be older than the truth.
"""

from pathlib import Path
from typing import Final
from urllib.parse import quote

from hub.bus.connections import connect
from hub.runtime.embedded.account import ServiceAccount, open_the_way
from hub.runtime.embedded.child import Program
from hub.runtime.embedded.datadir import socket_directory
from hub.runtime.embedded.programs import valkey_server

_ENVIRONMENT: Final = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
_OPTIONS: Final = {
    "port": "0",
    "unixsocketperm": "700",
    "save": "",
    "appendonly": "no",
    "maxmemory": "512mb",
    "maxmemory-policy": "noeviction",
    "loglevel": "warning",
}


class Valkey:
    """One server at `home`, owned by `account` where the hub is root."""

    def __init__(self, home: Path, account: ServiceAccount | None) -> None:
        self._home = home
        self._account = account

    @property
    def url(self) -> str:
        """How the hub connects."""
        return f"unix://{quote(str(self._socket))}?db=0"

    def prepare(self) -> None:
        """Let the account reach the program; a stale socket is the server's own to replace."""
        if self._account is not None:
            open_the_way(valkey_server())

    @property
    def program(self) -> Program:
        """The server process: it holds nothing worth saving, so an orphan is killed."""
        options = _OPTIONS | {"unixsocket": str(self._socket)}
        return Program(
            name="valkey",
            argv=(str(valkey_server()), *(part for key, value in options.items() for part in (f"--{key}", value))),
            environment=_ENVIRONMENT,
            directory=self._home,
            account=self._account,
            output=self._home.parent / "run" / "valkey.log",
        )

    def answers(self) -> bool:
        """Tell whether the server answers a PING."""
        return connect(self.url).answers()

    @property
    def _socket(self) -> Path:
        return socket_directory(self._home, self._account) / "valkey.sock"
