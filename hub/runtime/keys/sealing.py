"""The keys that seal secrets: the first seals, all of them open, so that a new one can be put before an old one."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

from hub.runtime.keys.files import read_key_file
from hub.runtime.settings import Settings
from hub.services.sealing import Sealer, SealingKey


def sealer_of(settings: Settings) -> Callable[[], Sealer]:
    """Return what gives the sealer of this hub; the file is read, or made, when that is called for the first time."""

    @cache
    def sealer() -> Sealer:
        return Sealer(read_keys(settings.sealing_key_file))

    return sealer


def read_keys(path: Path) -> list[SealingKey]:
    """Read the keys of a file, which is made with a new one where there is none; raise ConfigurationError."""
    return [SealingKey(key) for key in read_key_file(path, setting="sealing_key_file")]
