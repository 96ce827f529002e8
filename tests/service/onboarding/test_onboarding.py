"""`hub member onboard`: from a country's code to a sheet whose self-test passes against the running hub."""

import json
import os
import re
import shutil
import stat
import subprocess
import sys
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


@pytest.fixture(scope="module")
def office(servers: TestServers, tmp_path_factory: pytest.TempPathFactory) -> Office:
    place = tmp_path_factory.mktemp("office")
    collections, desk = place / "collections", place / "desk"
    shutil.copytree(ROOT / "collections", collections)
    desk.mkdir()
    urls = ServerUrls(database=servers.empty_database(), redis=servers.fresh_redis())
    return Office(urls=urls, collections=collections, port=free_port(), desk=desk)


@pytest.fixture(scope="module")
def tonga(office: Office) -> Any:
    """Walk Tonga in, once."""
    return office.onboard("to", *TONGA)


def test_a_new_member_is_walked_in_and_its_self_test_passes(office: Office, tonga: Any, tmp_path: Path) -> None:
    assert (tonga["member"], tonga["organisation"], tonga["username"]) == ("TO", "to-cert", "to-cert/admin")
    assert (office.collections / "to.toml").exists()
    script = tmp_path / "selftest.sh"
    block = _script_of(office.desk / tonga["sheet"])
    with serving(tmp_path / "hub", servers=office.urls, port=office.port, collections=office.collections):
        for copied in (block, dedent(block)):
            script.write_text(copied)
            tested = _self_test(script, tonga["token"])
            assert tested.returncode == 0, tested.stdout + tested.stderr
            assert [line.split()[0] for line in tested.stdout.splitlines()] == ["ok"] * 7
        wrong = _self_test(script, "hub_no-such-token")
        assert (wrong.returncode, wrong.stdout.count("FAIL"), wrong.stdout.count("ok  ")) == (1, 7, 0)


def test_who_vouched_for_a_member_and_whom_to_call_there_is_shown(office: Office, tonga: Any) -> None:
    del tonga
    shown = json.loads(office.run("member", "show", "TO", "--json").stdout)
    told = (f"--contact={contact}" for contact in shown["contacts"])
    assert (shown["sponsor"], [word for each in told for word in each.split("=", 1)]) == ("NZ", list(TONGA[6:]))
    lines = office.run("member", "show", "TO").stdout.splitlines()
    assert [line.split(maxsplit=1) for line in lines[-2:]] == [["contacts", each] for each in shown["contacts"]]


def test_the_sheet_holds_the_token_and_is_for_its_owner_alone(office: Office, tonga: Any) -> None:
    path = office.desk / tonga["sheet"]
    text = path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for word in (tonga["token"], tonga["identity"], "desk@cert.example", "+6761234567", "ana@cert.example"):
        assert word in text
    assert "NZ vouched for it" in text
    assert "regional-baseline" in text
    root = f"http://127.0.0.1:{office.port}"
    sign = f"hub agreement sign ID --key cert.key --url {root}/taxii2/ --username to-cert/admin"
    for line in (sign, f"{root}/api/v1/organisations/to-cert/keys", f"curl -u to-cert/admin {root}/api/v1/me/rights"):
        assert f"{line}\n" in text


def test_a_sheet_is_never_written_over_another(office: Office, tonga: Any) -> None:
    again = office.run("member", "onboard", "to", "--url", "https://hub.example")
    assert again.returncode == 1
    assert f"{tonga['sheet']} is there already" in again.stderr


def test_walking_in_again_leaves_what_is_there_and_gives_one_more_token(office: Office, tonga: Any) -> None:
    second = office.onboard("to", "--sheet", "second.md")
    assert second["token"] != tonga["token"]
    for what in ("organisation", "identity", "collection", "username"):
        assert second[what] == tonga[what]
    assert "desk@cert.example" in (office.desk / "second.md").read_text()


def test_a_shipped_member_needs_no_more_than_its_code(office: Office) -> None:
    told = office.onboard("fj")
    assert (told["organisation"], told["collection"]) == ("fj-cert", "fj")
    assert any(line.startswith("regional-baseline") for line in told["agreements"])


def test_what_nobody_answers_is_named_with_its_option(office: Office) -> None:
    done = office.run("member", "onboard", "ws", "--name", "Samoa", "--url", "https://hub.example")
    assert done.returncode == 2
    assert "give --cert-name" in done.stderr
    done = office.run("member", "onboard", "ws", "--name", "Samoa", "--cert-name", "CERT Samoa")
    assert done.returncode == 2
    assert "give --url" in done.stderr


@pytest.mark.parametrize(
    "wrong",
    [
        ("--sponsor", "QQ"),
        ("--sponsor", "KI"),
        ("--contact", "incidents:Desk,nowhere"),
        ("--url", "nonsense"),
        ("--sheet", "no-such-folder/sheet.md"),
    ],
)
def test_nothing_is_begun_where_an_answer_is_wrong(office: Office, wrong: tuple[str, str]) -> None:
    given = ("--name", "Kiribati", "--cert-name", "CERT Kiribati", "--url", "https://hub.example")
    done = office.run("member", "onboard", "ki", *given, *wrong)
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    assert office.run("member", "show", "KI").returncode == 1
    assert not (office.collections / "ki.toml").exists()


def test_a_contact_that_is_none_is_refused_before_a_token_is_made(office: Office) -> None:
    done = office.run("member", "onboard", "au", "--contact", "incidents:Desk,nowhere", "--url", "https://hub.example")
    assert done.returncode == 1
    assert "'nowhere' is no e-mail address" in done.stderr
    assert not (office.desk / "au-welcome.md").exists()


def _script_of(sheet: Path) -> str:
    (block,) = re.findall(r"\n\n((?:    .*\n|\n)+)\Z", sheet.read_text())
    return str(block)


def _self_test(script: Path, token: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", str(script)],
        env={"HUB_TOKEN": token, "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
