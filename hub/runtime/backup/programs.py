"""pg_dump and pg_restore: which of them fits a server, and how it is told whom to call."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from psycopg.conninfo import make_conninfo

from hub.domain.errors import ConfigurationError, UnavailableError
from hub.runtime.embedded.child import Program, last_words, spawn, stop
from hub.runtime.embedded.programs import POSTGRES_VERSION, postgres_programs
from hub.store.whole.peer import Peer

_IN_THE_CLEAR: Final = {None, "disable", "allow", "prefer"}


def run(name: str, *arguments: str, peer: Peer) -> None:
    """Run one of PostgreSQL's programs on the database of `peer`.

    Raise ConfigurationError where the server is too old or no program fits, UnavailableError with its last words where
    it fails. INVARIANT: an argument is read by everybody on the machine, so nothing but the database's name is one of
    what it takes to connect.
    """
    database = make_conninfo(dbname=peer.database)
    with TemporaryDirectory(prefix="hub-") as scratch:
        program = Program(
            name=name,
            argv=(str(_program(name, peer)), "--no-password", f"--dbname={database}", *arguments),
            environment=_environment(peer),
            directory=Path.cwd(),
            output=Path(scratch) / "output",
        )
        process = spawn(program)
        try:
            code = process.wait()
        finally:
            stop(process, program)
        if code != 0:
            raise UnavailableError(f"{name} failed: {last_words(program) or f'it ended with {code}'}")


def _program(name: str, peer: Peer) -> Path:
    """Return the program that comes with the hub; for a server it does not get on with, one of the system."""
    if peer.version < POSTGRES_VERSION:
        raise ConfigurationError(
            f"database_url: the server there is PostgreSQL {peer.version}, and a hub needs {POSTGRES_VERSION} or later."
        )
    if peer.version == POSTGRES_VERSION and peer.encrypted_by is None:
        return postgres_programs() / name
    found = shutil.which(name)
    if found is None or _version_of(found) < peer.version:
        raise ConfigurationError(
            f"database_url: the {name} that comes with the hub is of PostgreSQL {POSTGRES_VERSION} and opens no "
            f"encrypted connection. For this server put one of PostgreSQL {peer.version} or later on "
            "the PATH."
        )
    return Path(found)


def _version_of(program: str) -> int:
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
    number = re.search(r"\(PostgreSQL\) (\d+)", said)
    return int(number[1]) if number else 0


def _environment(peer: Peer) -> dict[str, str]:
    """Return the variables by which libpq reaches `peer` and nobody else, and encrypted where it was reached so."""
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(("HUB_", "PG"))}
    variables = inherited | dict(peer.variables) | {"LC_ALL": "C"}
    if peer.encrypted_by is not None and variables.get(peer.encrypted_by) in _IN_THE_CLEAR:
        variables[peer.encrypted_by] = "require"
    return variables
