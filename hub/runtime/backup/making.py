"""Back a hub up while it runs, or while it does not: one moment of its database, and the keys that open it."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

import hub
from hub.domain.errors import ConflictError
from hub.runtime.backup.contents import (
    DUMP,
    MANIFEST,
    SEALING_KEY,
    Manifest,
    content_of,
    facts_of,
    key_files,
    reading,
    writing,
)
from hub.runtime.backup.programs import run
from hub.runtime.backup.reaching import connected, database_of
from hub.runtime.embedded import servers
from hub.runtime.keys.files import keys_in, sync_directory, write_private_file
from hub.runtime.settings import Settings
from hub.runtime.wiring import now
from hub.services.sealing import HEAD_BYTES, SealingKey, key_of
from hub.store.database import Database
from hub.store.subscriptions.rows import heads_of_secrets
from hub.store.whole.moments import moment_held
from hub.store.whole.peer import peer_of


def back_up(settings: Settings, place: Path, *, tell: Callable[[str], None]) -> Manifest:
    """Write a complete backup to the new directory `place`, or nothing; `tell` is given a line of progress.

    Raise ConflictError where something is there, ConfigurationError where there is no hub, UnavailableError where the
    dump fails or the disk is full.
    """
    place = place.resolve()
    _require_free(place)
    at = now()
    with _draft_of(place) as draft:
        dump = draft / DUMP
        with (
            database_of(settings, servers) as url,
            connected(url) as pool,
            moment_held(pool) as moment,
        ):
            # INVARIANT: a key is taken out when nothing is sealed with it any more, so the keys that open all that is
            # in a moment are those that are there when it is. At the end of the dump one of them may have gone.
            keys = _keys_of(settings)
            with writing(place):
                for name, content in keys.items():
                    write_private_file(draft / name, content)
            missing = _missing(moment.database, keys.get(SEALING_KEY, b""))
            peer = peer_of(moment.database)
            tell(f"dumping a database of {moment.bytes / 2**20:,.0f} MiB")
            run("pg_dump", "-Fc", "--exclude-extension=*", f"--snapshot={moment.snapshot}", f"--file={dump}", peer=peer)
        with writing(place):
            dump.chmod(0o600)
        manifest = Manifest(
            release=hub.__version__,
            schema=moment.schema,
            at=at,
            database_bytes=moment.bytes,
            files={name: facts_of(draft / name) for name in sorted({DUMP, *keys})},
            postgres=peer.version,
            keys_missing=missing,
        )
        with writing(place):
            write_private_file(draft / MANIFEST, msgspec.json.format(msgspec.json.encode(manifest)) + b"\n")
    return manifest


def _require_free(place: Path) -> None:
    with reading(place):
        is_there = place.exists() and not (place.is_dir() and not any(place.iterdir()))
        is_mounted = place.is_mount()
    if is_there:
        raise ConflictError(f"{place} is there and not empty: name a directory that is not there yet.")
    if is_mounted:
        raise ConflictError(f"{place} is where a file system is mounted: name a directory in it.")


@contextmanager
def _draft_of(place: Path) -> Iterator[Path]:
    """Give a private directory beside `place` that takes its name when the block ends, and is gone where it raises."""
    with writing(place):
        draft = Path(tempfile.mkdtemp(prefix=f".{place.name}.", suffix=".part", dir=place.parent))
    try:
        yield draft
        with writing(place):
            sync_directory(draft)
            draft.rename(place)
            sync_directory(place.parent)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _keys_of(settings: Settings) -> dict[str, bytes]:
    """Read the key files that there are, by their names in a backup."""
    found = {name: content_of(path) for name, path in key_files(settings).items()}
    return {name: content for name, content in found.items() if content is not None}


def _missing(database: Database, sealing_keys: bytes) -> dict[str, int]:
    """Return the ids of the keys that secrets need and a file has not, and how many each of them opens."""
    known = {SealingKey(key).id.hex() for key in keys_in(sealing_keys)}
    needed = {key_of(head): count for head, count in heads_of_secrets(database, size=HEAD_BYTES).items()}
    return {key: count for key, count in needed.items() if key not in known}
