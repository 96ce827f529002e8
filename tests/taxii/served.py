"""A hub behind its real web server, for what Flask's test client cannot show."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from hub.runtime.embedded.datadir import ServerUrls
from hub.runtime.settings import Settings

PROJECT: Final = Path(__file__).resolve().parents[2]
READY_SECONDS: Final = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where the web server listens."""

    host: str
    port: int

    @property
    def url(self) -> str:
        """The address as a URL without a slash at the end."""
        return f"http://{self.host}:{self.port}"


@contextmanager
def served(settings: Settings, urls: ServerUrls) -> Iterator[Address]:
    """Run `hub web` over a prepared database for as long as the block runs."""
    address = Address(host="127.0.0.1", port=_free_port())
    settled = replace(settings, host=address.host, port=address.port)
    settled = settled.standing_on(database_url=urls.database, redis_url=urls.redis)
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("HUB_")}
    process = subprocess.Popen([sys.executable, "-m", "hub", "web"], env=inherited | settled.environment(), cwd=PROJECT)
    try:
        _await(process, address)
        yield address
    finally:
        process.terminate()
        process.wait(30)


def exchange(address: Address, request: bytes) -> bytes:
    """Send the bytes of a request that closes its connection; return the bytes of the response."""
    with socket.create_connection((address.host, address.port), timeout=10) as connection:
        connection.sendall(request)
        return b"".join(iter(lambda: connection.recv(65_536), b""))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await(process: subprocess.Popen[bytes], address: Address) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection((address.host, address.port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError("hub web does not answer")
