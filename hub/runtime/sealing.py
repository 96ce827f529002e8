"""The file with the key that seals secrets: made at first use, readable by its owner alone, and never in the database.

One key a line, in Base64. The first seals, all of them open, so that a new one can be put before an old one.
"""

import os
import stat
from base64 import b64decode, b64encode
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from secrets import token_bytes, token_hex
from typing import Final

from hub.domain.errors import ConfigurationError
from hub.runtime.settings import Settings
from hub.services.sealing import KEY_BYTES, Sealer, SealingKey

_MODE: Final = 0o600
_EVERYBODY: Final = stat.S_IRWXO


def sealer_of(settings: Settings) -> Callable[[], Sealer]:
    """Return what gives the sealer of this hub; the file is read, or made, when that is called for the first time.

    INVARIANT: a file that is there is never written to, for it may hold the only copy of a key.
    """

    @cache
    def sealer() -> Sealer:
        return Sealer(read_keys(settings.sealing_key_file))

    return sealer


def read_keys(path: Path) -> list[SealingKey]:
    """Read the keys of a file, which is made with a new one where there is none.

    Raise ConfigurationError where it cannot be used, or everybody may open it.
    """
    try:
        if not path.exists():
            _make(path)
        if path.stat().st_mode & _EVERYBODY:
            raise _unusable(path, "is open to every user of this machine; chmod 600 closes it")
        lines = path.read_text(encoding="ascii").split()
    except OSError as error:
        raise _unusable(path, f"cannot be used: {error.strerror}") from error
    except UnicodeDecodeError:
        raise _unusable(path, "is not a key file: a key in Base64 a line") from None
    return [_key(line, path) for line in lines]


def _make(path: Path) -> None:
    """Make a file with a new key, whole from its first moment; of several that do so at once, one file stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _MODE)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(b64encode(token_bytes(KEY_BYTES)) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            path.hardlink_to(draft)
    finally:
        draft.unlink()


def _key(line: str, path: Path) -> SealingKey:
    try:
        return SealingKey(b64decode(line, validate=True))
    except (ValueError, ConfigurationError):
        raise _unusable(path, f"holds a line that is no key: {KEY_BYTES} bytes in Base64") from None


def _unusable(path: Path, why: str) -> ConfigurationError:
    return ConfigurationError(f"sealing_key_file: {path} {why}.")
