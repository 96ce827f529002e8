"""Bring a hub back from a backup, to where no hub is."""

from collections.abc import Callable
from pathlib import Path

from hub.domain.errors import ConflictError, UnavailableError
from hub.runtime.backup.contents import DUMP, Manifest, key_files, reading
from hub.runtime.backup.programs import run
from hub.runtime.backup.reaching import database_of, place_of
from hub.runtime.embedded import servers_made
from hub.runtime.keys.files import make_private_file
from hub.runtime.settings import Settings
from hub.store.database import Pool
from hub.store.whole.peer import Peer, peer_of
from hub.store.whole.targets import is_empty, tidy


def restore(manifest: Manifest, directory: Path, settings: Settings, *, tell: Callable[[str], None]) -> None:
    """Restore the backup in `directory`, which was verified; `tell` is given a line of progress. Safe to repeat.

    Raise ConflictError where a hub or other keys are there, before anything is changed; UnavailableError where
    pg_restore fails, which leaves an empty database and the keys.
    """
    directory = directory.resolve()
    keys = _keys_to_place(manifest, directory, settings)
    with database_of(settings, servers_made) as (url, pool):
        peer = _empty_peer(pool, settings)
        for path, content in keys.items():
            _place(path, content)
        tell(f"restoring a database that had {manifest.database_bytes / 2**20:,.0f} MiB")
        _fill(url, peer, directory / DUMP)
        tidy(pool)


def _keys_to_place(manifest: Manifest, directory: Path, settings: Settings) -> dict[Path, bytes]:
    """Return the key files of a backup that are not in their places; raise ConflictError where others are."""
    missing = {}
    for name, path in key_files(settings).items():
        if name not in manifest.files:
            continue
        with reading(directory / name):
            content = (directory / name).read_bytes()
        with reading(path):
            present = path.read_bytes() if path.exists() else None
        if present is None:
            missing[path] = content
        elif not set(content.split()) <= set(present.split()):
            raise ConflictError(
                f"{path} holds other keys than the backup. Move it away; or, where what it sealed is needed too, add "
                f"the lines of {directory / name} to it."
            )
    return missing


def _empty_peer(pool: Pool, settings: Settings) -> Peer:
    with pool.statement() as database:
        if not is_empty(database):
            raise ConflictError(
                f"There is something in {place_of(settings)} already, and a restore replaces nothing: name a data "
                "directory that is not there yet, or an empty database."
            )
        return peer_of(database)


def _fill(url: str, peer: Peer, dump: Path) -> None:
    try:
        run("pg_restore", "--no-owner", "--single-transaction", "--exit-on-error", str(dump), url=url, peer=peer)
    except UnavailableError as error:
        raise UnavailableError(
            f"{error.sentence}. The database is as empty as before: begin again with the same command."
        ) from error


def _place(path: Path, content: bytes) -> None:
    try:
        make_private_file(path, content)
    except OSError as error:
        raise UnavailableError(f"{path} cannot be written: {error.strerror}") from error
