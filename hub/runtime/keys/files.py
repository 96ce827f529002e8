"""A file with keys of the hub: made at first use, readable by its owner alone, and never in the database.

One key a line, 32 bytes in Base64.
"""

import errno
import os
import stat
from base64 import b64decode, b64encode
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from secrets import token_bytes, token_hex
from typing import Final

from hub.domain.errors import ConfigurationError

KEY_BYTES: Final = 32

_MODE: Final = 0o600
_EVERYBODY: Final = stat.S_IRWXO


def read_key_file(path: Path, *, setting: str, may_make: Callable[[], None] = lambda: None) -> list[bytes]:
    """Read the keys of a file, which is made with a new one where there is none; `setting` is what names the file.

    `may_make` raises where no file may be made. Raise ConfigurationError where it cannot be used, or everybody may open
    it. INVARIANT: a file that is there is never written to, for it may hold the only copy of a key.
    """
    try:
        if not path.exists():
            may_make()
            make_private_file(path, b64encode(token_bytes(KEY_BYTES)) + b"\n")
        if path.stat().st_mode & _EVERYBODY:
            raise _unusable(setting, path, "is open to every user of this machine; chmod 600 closes it")
        lines = path.read_text(encoding="ascii").split()
    except OSError as error:
        raise _unusable(setting, path, f"cannot be used: {error.strerror}") from error
    except UnicodeDecodeError:
        raise _unusable(setting, path, "is not a key file: a key in Base64 a line") from None
    keys = [_key(line) for line in lines]
    if not all(keys):
        raise _unusable(setting, path, f"holds a line that is no key: {KEY_BYTES} bytes in Base64")
    return keys


def keys_in(content: bytes) -> list[bytes]:
    """Return the keys that a key file has, whatever else is in it."""
    return [key for line in content.split() if (key := _key(line))]


def make_private_file(path: Path, content: bytes) -> None:
    """Make a file for its owner alone, on the disk and whole from its first moment; of several at once, one stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{token_hex(8)}")
    try:
        write_private_file(draft, content)
        with suppress(FileExistsError):
            path.hardlink_to(draft)
    finally:
        draft.unlink(missing_ok=True)
    sync_directory(path.parent)


def write_private_file(path: Path, content: bytes) -> None:
    """Write a new file for its owner alone, onto the disk."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _MODE)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def sync_directory(path: Path) -> None:
    """Have the disk keep which files a directory holds; some file systems of others' machines cannot be asked to."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise
    finally:
        os.close(descriptor)


def _key(line: str | bytes) -> bytes:
    """Return the key of a line; nothing where it is none."""
    try:
        key = b64decode(line, validate=True)
    except ValueError:
        return b""
    return key if len(key) == KEY_BYTES else b""


def _unusable(setting: str, path: Path, why: str) -> ConfigurationError:
    return ConfigurationError(f"{setting}: {path} {why}.")
