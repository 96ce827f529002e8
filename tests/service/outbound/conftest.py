"""Other servers: medallion, which is real, and one that follows a script."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.service.outbound import medallion_peer, scripted
from tests.service.outbound.scripted import Script


@pytest.fixture
def medallion() -> Iterator[str]:
    command = [sys.executable, str(Path(medallion_peer.__file__))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            if process.stdout is None:
                raise AssertionError
            yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        finally:
            process.terminate()


@pytest.fixture
def script() -> Iterator[Script]:
    with scripted.running_script() as running:
        yield running


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    taken: list[float] = []
    monkeypatch.setattr(time, "sleep", taken.append)
    return taken
