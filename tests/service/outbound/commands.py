"""The commands as a person runs them, against a script."""

import json
from pathlib import Path
from typing import Any, Final

from click.testing import CliRunner, Result

from hub.cli.main import cli
from tests.service.outbound.content import bundle, indicators
from tests.service.outbound.scripted import OBJECTS, Script

DATES: Final = [f"2026-02-0{day}T00:00:00.000000Z" for day in range(1, 10)]
ENV: Final = {"HUB_TOKEN": "secret"}


def run(command: str, script: Script, *arguments: str) -> Result:
    """Run a command on the script's collection."""
    given = [command, *arguments, "--url", script.url, "--collection", "au"]
    return CliRunner().invoke(cli, given, env=ENV)


def source(folder: Path, count: int) -> str:
    """Write a bundle of so many indicators and return its path."""
    path = folder / "source.json"
    path.write_text(bundle(indicators(count)))
    return str(path)


def sent(script: Script) -> list[list[dict[str, Any]]]:
    """Return the objects of each envelope that arrived."""
    return [json.loads(seen.body)["objects"] for seen in script.to("POST", OBJECTS)]


def lines(path: Path) -> list[Any]:
    """Return the objects of an ndjson file."""
    return [json.loads(line) for line in path.read_text().splitlines()]
