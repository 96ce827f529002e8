"""Bring a hub back from a backup, to where no hub is."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from hub.domain.errors import ConflictError, UnavailableError
from hub.runtime.backup.contents import DUMP, Verified, content_of, key_files, reading, writing
from hub.runtime.backup.programs import run
from hub.runtime.backup.reaching import connected, database_of, place_of
from hub.runtime.embedded import servers_made
from hub.runtime.keys.files import make_private_file
from hub.runtime.settings import Settings
from hub.store.database import Database, StoreError
from hub.store.whole.peer import peer_of
from hub.store.whole.targets import is_empty, migrations_waiting, tidy

_THE_HUBS_ALONE: Final = (
    *("--no-owner", "--no-privileges", "--no-tablespaces", "--no-comments", "--no-security-labels"),
    *("--no-publications", "--no-subscriptions"),
)
"""The hub makes none of these. They are of the server that was dumped, and name what another server has not."""


def restore(backup: Verified, settings: Settings, *, tell: Callable[[str], None]) -> str | None:
    """Restore a backup and return why the database was not tidied, None where it was. Safe to repeat.

    `tell` is given a line of progress. Raise ConflictError where a hub or other keys are there, before anything is
    changed; UnavailableError where pg_restore fails, which leaves the keys, and says whether the database is empty.
    """
    keys = _keys_to_place(backup, settings)
    with database_of(settings, servers_made) as url:
        with connected(url) as pool, migrations_waiting(pool) as database:
            _require_empty(database, settings)
            for path, copy in keys.items():
                _place(path, copy)
            tell(f"restoring a database that had {backup.manifest.database_bytes / 2**20:,.0f} MiB")
            _fill(url, database, backup.files[DUMP])
        return _why_untidy(url)


def _keys_to_place(backup: Verified, settings: Settings) -> dict[Path, Path]:
    """Return where key files are to be that are not, and their copies in a backup; raise ConflictError as `_place`."""
    copies = {path: backup.files[name] for name, path in key_files(settings).items() if name in backup.files}
    return {path: copy for path, copy in copies.items() if not _has_keys(path, copy)}


def _has_keys(path: Path, copy: Path) -> bool:
    """Tell whether a key file is there; raise ConflictError where it has not the keys of its copy in a backup."""
    present = content_of(path)
    if present is None:
        return False
    with reading(copy):
        wanted = copy.read_bytes()
    if not set(wanted.split()) <= set(present.split()):
        raise ConflictError(
            f"{path} holds other keys than the backup. Move it away; or, where what it sealed is needed too, add "
            f"the lines of {copy} to it."
        )
    return True


def _place(path: Path, copy: Path) -> None:
    """Make a key file from its copy in a backup; raise ConflictError where another one has come there meanwhile."""
    with reading(copy):
        content = copy.read_bytes()
    with writing(path):
        make_private_file(path, content)
    _has_keys(path, copy)


def _require_empty(database: Database, settings: Settings) -> None:
    if not is_empty(database):
        raise ConflictError(
            f"There is something in {place_of(settings)} already, and a restore replaces nothing: name a data "
            "directory that is not there yet, or an empty database."
        )


def _fill(url: str, database: Database, dump: Path) -> None:
    try:
        run(
            "pg_restore",
            *_THE_HUBS_ALONE,
            *("--single-transaction", "--exit-on-error", str(dump)),
            peer=peer_of(database),
        )
    except UnavailableError as error:
        left = (
            "The database is as empty as before: begin again with the same command."
            if _is_found_empty(url)
            else "The database was not found to be empty after it: see what is in it before you begin again."
        )
        raise UnavailableError(f"{error.sentence}. {left}") from error


def _is_found_empty(url: str) -> bool:
    with suppress(UnavailableError, StoreError), connected(url) as pool, pool.statement() as database:
        return is_empty(database)
    return False


def _why_untidy(url: str) -> str | None:
    """Tidy what has been restored, and stands in any case; return why that failed."""
    try:
        with connected(url) as pool:
            tidy(pool)
    except (UnavailableError, StoreError) as error:
        return str(error)
    return None
