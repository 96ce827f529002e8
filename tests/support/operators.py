"""Operators who back up and restore hubs on servers of their own."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from hub.cli.main import cli
from hub.runtime.keys.sealing import read_keys
from tests.support.servers import TestServers


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """Who backs up and restores hubs on servers of their own; keys are in `data`, and backups beside it."""

    at: Path
    url: str

    @property
    def backup(self) -> Path:
        return self.at / "backup"

    @property
    def environment(self) -> dict[str, str]:
        return {"HUB_DATABASE_URL": self.url, "HUB_DATA": str(self.at / "data")}

    def types(self, *words: str) -> Result:
        return CliRunner().invoke(cli, [*words, str(self.backup)], env=self.environment)

    def is_told(self, *words: str) -> dict[str, Any]:
        done = self.types(*words, "--json")
        assert done.exit_code == 0, done.output
        return dict(json.loads(done.stdout))

    def is_refused(self, *words: str, saying: str, code: int = 1) -> None:
        done = self.types(*words)
        assert (done.exit_code, saying in done.output) == (code, True), done.output

    def to(self, url: str) -> "Operator":
        """Return who has moved the backup to another machine, without keys and with another database."""
        elsewhere = Operator(at=self.at / "elsewhere", url=url)
        elsewhere.at.mkdir()
        self.backup.rename(elsewhere.backup)
        return elsewhere


def operator_of(servers: TestServers, at: Path) -> Operator:
    """Give the operator of a hub that has keys."""
    for name in ("sealing.key", "webhook.key"):
        read_keys(at / "data" / name)
    return Operator(at=at, url=servers.fresh_database())
