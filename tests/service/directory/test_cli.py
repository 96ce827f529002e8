"""`hub member`, `hub organisation` and `hub account` as an operator types them, each in a process of its own."""

import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from hub.domain.identifiers import AccountId
from hub.services.directory.tokens import digest_of, list_tokens
from hub.store.database import Pool
from tests.service.directory.chronicle import change

ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True, slots=True)
class Terminal:
    """Where an operator types; `environment` says which hub."""

    environment: dict[str, str]

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run `hub` and return what became of it."""
        return subprocess.run(
            [sys.executable, "-m", "hub", *words],
            cwd=ROOT,
            env=os.environ | self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def text(self, *words: str) -> str:
        """Run a command that succeeds and return what it prints."""
        done = self.run(*words)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def json(self, *words: str) -> Any:
        """Run a command that succeeds and read the JSON that it prints."""
        return json.loads(self.text(*words))

    def refusal(self, *words: str) -> str:
        """Run a command that is refused and return why."""
        done = self.run(*words)
        assert done.returncode == 1
        assert done.stdout == ""
        return done.stderr


@pytest.fixture
def terminal(url: str, pool: Pool) -> Terminal:
    """Give a terminal at a hub with servers of its own, in which the small forum is."""
    del pool
    return Terminal({"HUB_DATABASE_URL": url, "HUB_REDIS_URL": "redis://127.0.0.1:1/0"})


def test_a_member_is_added_shown_and_listed(terminal: Terminal) -> None:
    tonga = {"code": "TO", "name": "Tonga", "status": "observer"}
    assert terminal.json("member", "add", "to", "--name", "Tonga", "--status", "observer", "--json") == tonga
    assert terminal.json("member", "show", "TO", "--json") == tonga | {"sponsor": None, "contacts": []}
    assert terminal.json("member", "list", "--json")[-1] == tonga
    assert terminal.text("member", "list").splitlines() == [
        "code  name       status",
        "AU    A country  active",
        "NZ    A country  active",
        "TO    Tonga      observer",
    ]


def test_a_member_goes_through_its_standings(terminal: Terminal) -> None:
    for verb, status in [
        ("suspend", "suspended"),
        ("activate", "active"),
        ("observe", "observer"),
        ("disable", "suspended"),
        ("enable", "active"),
    ]:
        assert terminal.json("member", verb, "AU", "--json")["status"] == status


def test_an_organisation_is_added_shown_and_listed(terminal: Terminal) -> None:
    words = ("--member", "AU", "--kind", "constituent", "--name", "AU Power", "--served-by", "au-cert")
    added = terminal.json("organisation", "add", "au-power", *words, "--cross-border", "--json")
    assert re.fullmatch("identity--[0-9a-f-]{36}", added.pop("identity"))
    assert added == {
        "id": "au-power",
        "member": "AU",
        "kind": "constituent",
        "name": "AU Power",
        "served_by": "au-cert",
        "cross_border": True,
        "active": True,
    }
    assert terminal.json("organisation", "show", "au-power", "--json").items() >= added.items()
    listed = terminal.json("organisation", "list", "--member", "AU", "--json")
    assert [known["id"] for known in listed] == ["au-cert", "au-power"]
    assert terminal.text("organisation", "list").splitlines() == [
        "id        member  kind         name             served by  cross border  active",
        "au-cert   AU      cert         An organisation  -          no            yes",
        "au-power  AU      constituent  AU Power         au-cert    yes           yes",
        "nz-cert   NZ      cert         An organisation  -          no            yes",
    ]


def test_an_organisation_is_changed_and_changed_back(terminal: Terminal) -> None:
    words = ("--member", "AU", "--kind", "partner", "--name", "Telco")
    before = terminal.json("organisation", "add", "au-telco", *words, "--json")
    for act, undo, changed in [
        (("disable",), ("enable",), {"active": False}),
        (("consent",), ("withdraw-consent",), {"cross_border": True}),
        (("served-by", "au-cert"), ("served-by",), {"served_by": "au-cert"}),
        (("rename", "Telecom"), ("rename", "Telco"), {"name": "Telecom"}),
    ]:
        assert terminal.json("organisation", act[0], "au-telco", *act[1:], "--json") == before | changed
        assert terminal.json("organisation", undo[0], "au-telco", *undo[1:], "--json") == before


@pytest.mark.parametrize("flags", [(), ("--json",)])
def test_an_added_account_prints_its_user_name_and_token_and_nothing_else(
    terminal: Terminal, pool: Pool, flags: tuple[str, ...]
) -> None:
    words = ("--role", "producer", "--role", "analyst", *flags)
    printed = terminal.json("account", "add", "au-cert/ana", *words)
    assert set(printed) == {"username", "token"}
    assert printed["username"] == "au-cert/ana"
    with pool.statement() as database:
        kept = database.execute("SELECT digest FROM tokens").fetchall()
    assert kept == [(digest_of(printed["token"]),)]
    assert terminal.json("account", "show", "au-cert/ana", "--json") == {
        "id": "au-cert/ana",
        "organisation": "au-cert",
        "roles": ["analyst", "producer"],
        "purpose": "network-defence",
        "active": True,
    }


def test_accounts_are_listed(terminal: Terminal) -> None:
    terminal.text("account", "add", "au-cert/ana", "--role", "analyst", "--role", "producer")
    terminal.text("account", "add", "nz-cert/zoe", "--role", "producer", "--purpose", "research")
    listed = terminal.json("account", "list", "--organisation", "nz-cert", "--json")
    assert [known["id"] for known in listed] == ["nz-cert/zoe"]
    assert terminal.text("account", "list").splitlines() == [
        "id           organisation  roles              purpose          active",
        "au-cert/ana  au-cert       analyst, producer  network-defence  yes",
        "nz-cert/zoe  nz-cert       producer           research         yes",
    ]


def test_an_account_is_changed_and_changed_back(terminal: Terminal) -> None:
    terminal.text("account", "add", "au-cert/ana", "--role", "analyst")
    before = terminal.json("account", "show", "au-cert/ana", "--json")
    for act, undo, changed in [
        (("disable",), ("enable",), {"active": False}),
        (("roles", "--role", "producer"), ("roles", "--role", "analyst"), {"roles": ["producer"]}),
        (("purpose", "research"), ("purpose", "network-defence"), {"purpose": "research"}),
    ]:
        assert terminal.json("account", act[0], "au-cert/ana", *act[1:], "--json") == before | changed
        assert terminal.json("account", undo[0], "au-cert/ana", *undo[1:], "--json") == before


def test_tokens_are_added_listed_and_revoked(terminal: Terminal, pool: Pool) -> None:
    terminal.text("account", "add", "au-cert/ana", "--role", "analyst", "--expires-days", "30")
    printed = terminal.json("account", "token", "add", "au-cert/ana", "--expires-days", "2")
    assert set(printed) == {"username", "token"}
    first, second = list_tokens(pool, AccountId("au-cert/ana"))
    assert [(token.expires - token.created).days for token in (first, second)] == [30, 2]
    revoked = terminal.json("account", "token", "revoke", "au-cert/ana", str(first.id), "--json")
    assert revoked["id"] == first.id
    assert revoked["revoked"] is not None
    listed = terminal.json("account", "token", "list", "au-cert/ana", "--json")
    assert [(token["id"], token["revoked"] is None) for token in listed] == [(first.id, False), (second.id, True)]
    assert printed["token"] not in terminal.text("account", "token", "list", "au-cert/ana")


def test_a_token_is_good_for_as_long_as_the_settings_say(terminal: Terminal, pool: Pool) -> None:
    Terminal(terminal.environment | {"HUB_TOKEN_DAYS": "7"}).text("account", "add", "au-cert/ana", "--role", "analyst")
    (token,) = list_tokens(pool, AccountId("au-cert/ana"))
    assert (token.expires - token.created).days == 7


def test_the_ledger_has_the_name_of_who_typed(terminal: Terminal, pool: Pool) -> None:
    with change(pool) as seen:
        terminal.text("member", "suspend", "AU", "--as", "olga")
    assert seen.entries == [("cli:olga", "member.suspend", "AU")]
    with change(pool) as seen:
        Terminal(terminal.environment | {"LOGNAME": "pat"}).text("member", "activate", "AU")
    assert seen.entries == [("cli:pat", "member.activate", "AU")]


def test_a_refusal_is_one_line_that_says_what_to_do(terminal: Terminal) -> None:
    assert terminal.refusal("organisation", "show", "xx") == (
        "error: NOT_FOUND: There is no organisation xx; hub organisation list names them all.\n"
    )
    assert terminal.refusal("account", "add", "ana", "--role", "analyst").startswith("error: BAD_REQUEST: 'ana' is no")
    assert terminal.refusal("member", "add", "AU", "--name", "Again").startswith("error: CONFLICT: AU is a member")


def test_a_hub_that_has_never_run_begins_with_what_the_files_say(tmp_path: Path) -> None:
    terminal = Terminal({"HUB_DATA": str(tmp_path / "data")})
    assert terminal.run("prepare").returncode == 0
    assert len(terminal.json("member", "list", "--json")) == 28
    assert terminal.json("account", "add", "au-cert/ana", "--role", "analyst")["username"] == "au-cert/ana"
    assert [known["id"] for known in terminal.json("account", "list", "--json")] == ["au-cert/ana"]


@pytest.mark.parametrize("words", [("member", "list"), ("account", "add", "au-cert/ana", "--role", "analyst")])
def test_a_directory_without_a_hub_is_named_and_left_as_it_is(tmp_path: Path, words: tuple[str, ...]) -> None:
    done = Terminal({}).run(*words, "--data", str(tmp_path / "dta"))
    assert done.returncode == 2
    assert done.stderr == (
        f"error: CONFIGURATION: There is no hub in {tmp_path}/dta. "
        "Give its directory with --data (or HUB_DATA); hub prepare makes a new one.\n"
    )
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[tuple[Terminal, str]]:
    """Give a terminal at a hub that runs, and the hub's address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {"HUB_DATA": str(tmp_path / "data")}
    hub = subprocess.Popen(
        [sys.executable, "-m", "hub", "serve", "--port", str(port)],
        cwd=ROOT,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert hub.stdout is not None
        assert hub.stdout.readline().startswith("hub is ready")
        yield Terminal(environment), f"http://127.0.0.1:{port}"
    finally:
        hub.terminate()
        hub.wait(60)


def test_what_an_operator_types_holds_at_once_while_the_hub_runs(serving: tuple[Terminal, str]) -> None:
    terminal, address = serving
    printed = terminal.json("account", "add", "au-cert/ana", "--role", "analyst")

    def status() -> int:
        return requests.get(
            f"{address}/appf/collections/",
            auth=(printed["username"], printed["token"]),
            headers={"Accept": "application/taxii+json;version=2.1"},
            timeout=60,
        ).status_code

    assert status() == 200
    for shut, opened in [
        (("account", "disable", "au-cert/ana"), ("account", "enable", "au-cert/ana")),
        (("organisation", "disable", "au-cert"), ("organisation", "enable", "au-cert")),
        (("member", "suspend", "AU"), ("member", "activate", "AU")),
    ]:
        terminal.text(*shut)
        assert status() == 403
        terminal.text(*opened)
        assert status() == 200
    token = terminal.json("account", "token", "list", "au-cert/ana", "--json")[0]["id"]
    terminal.text("account", "token", "revoke", "au-cert/ana", str(token))
    assert status() == 401
