"""`hub member onboard`: from a country's code to a sheet whose self-test passes against the running hub."""

import json
import os
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from hub.runtime.embedded.datadir import ServerUrls
from tests.support.servers import TestServers
from tests.support.serving import ROOT, free_port, serving

TONGA = (
    *("--name", "Tonga", "--cert-name", "CERT Tonga", "--sponsor", "nz"),
    *("--contact", "incidents:Duty desk,desk@cert.example,+6761234567", "--contact", "agreements:Ana,ana@cert.example"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """Where an operator works: a hub with servers of its own, its own collection files, and a place for sheets."""

    urls: ServerUrls
    collections: Path
    port: int
    desk: Path

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run `hub` and return what became of it."""
        environment = {key: value for key, value in os.environ.items() if not key.startswith("HUB_")}
        environment |= {
            "HUB_DATABASE_URL": self.urls.database,
            "HUB_REDIS_URL": self.urls.redis,
            "HUB_COLLECTIONS": str(self.collections),
            "HUB_AGREEMENTS": str(ROOT / "config" / "agreements"),
            "PYTHONPATH": str(ROOT),
            "PYTHONSAFEPATH": "1",
        }
        return subprocess.run(
            [sys.executable, "-m", "hub", *words],
            cwd=self.desk,
            env=environment,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            check=False,
        )

    def onboard(self, code: str, *words: str) -> Any:
        """Walk a member in and return what the command says of it."""
        url = f"http://127.0.0.1:{self.port}"
        done = self.run("member", "onboard", code, "--url", url, "--json", *words)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


@pytest.fixture
def office(servers: TestServers, tmp_path: Path) -> Iterator[Office]:
    collections, desk = tmp_path / "collections", tmp_path / "desk"
    shutil.copytree(ROOT / "collections", collections)
    desk.mkdir()
    urls = ServerUrls(database=servers.empty_database(), redis=servers.fresh_redis())
    return Office(urls=urls, collections=collections, port=free_port(), desk=desk)


def test_a_new_member_is_walked_in_and_its_self_test_passes(office: Office, tmp_path: Path) -> None:
    told = office.onboard("to", *TONGA)
    assert (told["member"], told["organisation"], told["username"]) == ("TO", "to-cert", "to-cert/admin")
    assert (office.collections / "to.toml").exists()
    script = tmp_path / "selftest.sh"
    script.write_text(_script_of(office.desk / told["sheet"]))
    hub = tmp_path / "hub"
    with serving(hub, servers=office.urls, port=office.port, collections=office.collections):
        tested = _self_test(script, told["token"])
        assert (tested.returncode, tested.stderr) == (0, "")
        assert [line.split()[0] for line in tested.stdout.splitlines()] == ["ok"] * 7
        wrong = _self_test(script, "hub_no-such-token")
        assert wrong.returncode == 1
        assert [line.split()[0] for line in wrong.stdout.splitlines()] == ["FAIL"] * 7


def test_the_sheet_holds_the_token_and_is_for_its_owner_alone(office: Office) -> None:
    told = office.onboard("to", *TONGA)
    path = office.desk / told["sheet"]
    text = path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert told["token"] in text
    assert told["identity"] in text
    for contact in ("desk@cert.example", "+6761234567", "ana@cert.example"):
        assert contact in text
    assert "NZ vouched for it" in text
    assert "regional-baseline" in text


def test_a_sheet_is_never_written_over_another(office: Office) -> None:
    office.onboard("to", *TONGA)
    again = office.run("member", "onboard", "to", "--url", "https://hub.example")
    assert again.returncode == 1
    assert "to-welcome.md is there already" in again.stderr


def test_walking_in_again_leaves_what_is_there_and_gives_one_more_token(office: Office) -> None:
    first = office.onboard("to", *TONGA)
    second = office.onboard("to", "--sheet", "second.md")
    assert second["token"] != first["token"]
    assert {key: second[key] for key in ("organisation", "identity", "collection", "username")} == {
        key: first[key] for key in ("organisation", "identity", "collection", "username")
    }
    assert "desk@cert.example" in (office.desk / "second.md").read_text()


def test_a_shipped_member_needs_no_more_than_its_code(office: Office) -> None:
    told = office.onboard("fj")
    assert (told["organisation"], told["collection"]) == ("fj-cert", "fj")
    assert told["agreements"]


def test_what_nobody_answers_is_named_with_its_option(office: Office) -> None:
    done = office.run("member", "onboard", "to", "--name", "Tonga", "--url", "https://hub.example")
    assert done.returncode == 2
    assert "give --cert-name" in done.stderr


def test_a_contact_that_is_none_is_refused_before_a_token_is_made(office: Office) -> None:
    done = office.run("member", "onboard", "fj", "--contact", "incidents:Desk,nowhere", "--url", "https://hub.example")
    assert done.returncode == 1
    assert "'nowhere' is no e-mail address" in done.stderr
    assert not list(office.desk.iterdir())


def _script_of(sheet: Path) -> str:
    (block,) = re.findall(r"\n\n((?:    .*\n|\n)+)\Z", sheet.read_text())
    return dedent(block)


def _self_test(script: Path, token: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", str(script)],
        env={"HUB_TOKEN": token, "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
