"""The keys that seal secrets: the first seals, all of them open, so that a new one can be put before an old one."""

from collections.abc import Callable
from functools import cache, partial
from pathlib import Path

from hub.runtime.keys.files import read_key_file
from hub.runtime.settings import Settings
from hub.services.sealing import Sealer, SealingKey
from hub.services.subscriptions.secrets import require_no_secrets
from hub.store.database import Pool


def sealer_of(settings: Settings, pool: Pool) -> Callable[[], Sealer]:
    """Return what gives the sealer of this hub; the file is read, or made, when that is called for the first time.

    It raises KeyMissingError, and makes none, where there is no file and the database holds secrets; once the file is
    in its place, it gives the sealer.
    """

    @cache
    def sealer() -> Sealer:
        return Sealer(read_keys(settings.sealing_key_file, may_make=partial(require_no_secrets, pool)))

    return sealer


def read_keys(path: Path, *, may_make: Callable[[], None] = lambda: None) -> list[SealingKey]:
    """Read the keys of a file, which is made with a new one where there is none; raise ConfigurationError.

    `may_make` raises where no file may be made.
    """
    return [SealingKey(key) for key in read_key_file(path, setting="sealing_key_file", may_make=may_make)]
