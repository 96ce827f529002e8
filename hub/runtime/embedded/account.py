"""The system account that runs the embedded servers where the hub itself is started as root.

PostgreSQL refuses to run as root. On a machine of one's own the hub runs as an ordinary user and nothing of this
applies; in a fresh container everything is root, and there it has to work too.
"""

import os
import pwd
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import structlog

from hub.domain.errors import ConfigurationError

_NAME: Final = "appf-hub"

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceAccount:
    """A system account by its numbers."""

    uid: int
    gid: int

    def own(self, path: Path) -> None:
        """Make `path` this account's."""
        os.chown(path, self.uid, self.gid)


def service_account() -> ServiceAccount | None:
    """Give the account for the servers, made on first use; None where the hub is not root and runs them itself."""
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam(_NAME)
    except KeyError:
        _create()
        entry = pwd.getpwnam(_NAME)
    return ServiceAccount(uid=entry.pw_uid, gid=entry.pw_gid)


def open_the_way(path: Path) -> None:
    """Let other accounts traverse (not list) the directories above `path`; say so for each that was closed."""
    for directory in path.resolve().parents:
        mode = stat.S_IMODE(directory.stat().st_mode)
        if not mode & stat.S_IXOTH:
            _log.warning("directory_opened", path=str(directory), mode=oct(mode | stat.S_IXOTH), account=_NAME)
            directory.chmod(mode | stat.S_IXOTH)


def _create() -> None:
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if useradd is None:
        raise ConfigurationError(
            "PostgreSQL does not run as root and there is no useradd to make an account for it: "
            "start the hub as another user, or set HUB_DATABASE_URL and HUB_REDIS_URL"
        )
    made = subprocess.run(  # noqa: S603 - a fixed command
        [useradd, "--system", "--no-create-home", "--user-group", "--shell", "/usr/sbin/nologin", _NAME],
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode != 0:
        raise ConfigurationError(f"the account {_NAME} for PostgreSQL could not be made: {made.stderr.strip()}")
