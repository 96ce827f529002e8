"""Back a hub up while it runs, or while it does not: one moment of its database, and the keys that open it."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

import hub
from hub.domain.errors import ConflictError, UnavailableError
from hub.runtime.backup.contents import DUMP, MANIFEST, Manifest, facts_of, key_files, reading
from hub.runtime.backup.programs import run
from hub.runtime.backup.reaching import database_of
from hub.runtime.embedded import servers
from hub.runtime.keys.files import sync_directory, write_private_file
from hub.runtime.settings import Settings
from hub.runtime.wiring import now
from hub.store.whole.moments import moment_held


def back_up(settings: Settings, place: Path, *, tell: Callable[[str], None]) -> Manifest:
    """Write a complete backup to the new directory `place`, or nothing; `tell` is given a line of progress.

    Raise ConflictError where something is there, ConfigurationError where there is no hub, UnavailableError where the
    dump fails or the disk is full.
    """
    place = place.resolve()
    _require_free(place)
    at = now()
    with (
        _draft_of(place) as draft,
        database_of(settings, servers) as (url, pool),
        moment_held(pool) as moment,
    ):
        tell(f"dumping a database of {moment.bytes / 2**20:,.0f} MiB")
        dump = draft / DUMP
        run("pg_dump", "-Fc", f"--snapshot={moment.snapshot}", f"--file={dump}", url=url, peer=moment.peer)
        dump.chmod(0o600)
        # INVARIANT: the keys come after the dump, so that they open all that is in it.
        _copy_keys(settings, draft)
        manifest = Manifest(
            release=hub.__version__,
            schema=moment.schema,
            at=at,
            database_bytes=moment.bytes,
            files={path.name: facts_of(path) for path in sorted(draft.iterdir())},
        )
        write_private_file(draft / MANIFEST, msgspec.json.format(msgspec.json.encode(manifest)) + b"\n")
    return manifest


def _require_free(place: Path) -> None:
    if place.exists() and not (place.is_dir() and not any(place.iterdir())):
        raise ConflictError(f"{place} is there and not empty: name a directory that is not there yet.")
    if place.is_mount():
        raise ConflictError(f"{place} is where a file system is mounted: name a directory in it.")


@contextmanager
def _draft_of(place: Path) -> Iterator[Path]:
    """Give a private directory beside `place` that takes its name when the block ends, and is gone where it raises."""
    try:
        draft = Path(tempfile.mkdtemp(prefix=f".{place.name}.", suffix=".part", dir=place.parent))
        try:
            yield draft
            sync_directory(draft)
            draft.rename(place)
            sync_directory(place.parent)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    except OSError as error:
        raise UnavailableError(f"{place} cannot be written: {error.strerror}") from error


def _copy_keys(settings: Settings, draft: Path) -> None:
    for name, path in key_files(settings).items():
        with reading(path):
            content = path.read_bytes() if path.exists() else None
        if content is not None:
            write_private_file(draft / name, content)
