"""Environments for peers, made when they are wanted for the first time, and waiting until a peer answers."""

import subprocess
import sys
import time
from functools import cached_property
from pathlib import Path

import requests


class Environment:
    """Packages in a directory of their own."""

    def __init__(self, directory: Path, *packages: str) -> None:
        self.directory = directory
        self._packages = packages

    @cached_property
    def programs(self) -> Path:
        """The directory of its programs; installs them."""
        subprocess.run([sys.executable, "-m", "venv", str(self.directory)], check=True)
        programs = self.directory / "bin"
        install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", *self._packages]
        subprocess.run([str(programs / "python"), *install], check=True)
        return programs


def await_answer(url: str) -> None:
    """Wait until a server answers whatever it answers; raise TimeoutError after 20 seconds."""
    for _ in range(400):
        try:
            requests.get(url, timeout=5)
        except requests.RequestException:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError(url)
