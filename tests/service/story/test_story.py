"""Two members agree, exchange, amend, and one of them leaves: the story of an agreement, as its users live it."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent
from typing import Any, Final

import pytest

from hub.domain.directory import Organisation, OrganisationKind, Role
from hub.domain.handling import Tlp
from hub.domain.identifiers import OrganisationId
from hub.runtime.wiring import opened
from hub.services.directory.organisations import add_organisation
from tests.support.acts import made
from tests.support.serving import LAST, ROOT, Caller, ServedHub, serving
from tests.support.stix import indicator

MEMBERS: Final = (Role.PRODUCER, Role.ANALYST, Role.ADMINISTRATOR)
AGREEMENT: Final = """
    id = "au-nz"
    version = {version}
    title = "Operational exchange between Australia and New Zealand"
    effect = "permit"
    parties = ["AU", "NZ"]
    valid_from = 2026-01-01T00:00:00Z

    [[clauses]]
    number = "1"
    from = ["AU"]
    to = ["NZ"]
    tlp_max = "{tlp_max}"

    [[clauses]]
    number = "2"
    from = ["NZ"]
    to = ["AU"]
    tlp_max = "{tlp_max}"

    [obligations]
    retention_days = 365
    permitted_actions = "internally-visible-actions"
"""


@dataclass(slots=True)
class Poller:
    """A stock client: it asks for what was added after the last `date_added` it has seen, and keeps what it gets."""

    caller: Caller
    after: str | None = None
    got: list[str] = field(default_factory=list)

    def poll(self) -> list[str]:
        """Fetch what is new and return its ids, in order."""
        answer = self.caller.get("collections/all/objects/", {"added_after": self.after} if self.after else None)
        ids = [thing["id"] for thing in answer.json().get("objects", [])]
        self.after = answer.headers.get(LAST, self.after) if ids else self.after
        self.got += ids
        return ids


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A running hub, and the people of the story."""

    hub: ServedHub
    desk: Path
    olga: Caller
    ana: Caller
    kim: Caller

    def operator(self, *words: str) -> Any:
        """Run a command as an operator on the hub's own machine and return the JSON that it prints."""
        return json.loads(self._run(*words, "--data", str(self.hub.directory), "--json"))

    def member(self, who: Caller, *words: str) -> str:
        """Run a command as a member does, on a machine of its own, against the hub's address."""
        return self._run(*words, "--url", self.hub.root, "--username", who.username, token=who.token)

    def turned_down(self, who: Caller, *words: str) -> str:
        """Run a command as a member does, see it fail, and return what it says."""
        words = (*words, "--url", self.hub.root, "--username", who.username)
        done = self._done(*words, token=who.token)
        assert done.returncode == 1, done.stderr
        return done.stderr

    def document(self, *, version: int, tlp_max: str) -> str:
        """Write the agreement into a file and return its name."""
        path = self.desk / f"au-nz-{version}.toml"
        path.write_text(dedent(AGREEMENT.format(version=version, tlp_max=tlp_max)))
        return str(path)

    def key(self, who: Caller) -> str:
        """Make a key on the member's machine, register its public half through the API, and return its file."""
        organisation = who.username.partition("/")[0]
        path = self.desk / f"{organisation}.pem"
        made_key = json.loads(self._run("key", "new", str(path), "--no-passphrase", "--json"))
        answer = who.call_api("POST", f"organisations/{organisation}/keys", {"public_key": made_key["base64"]})
        assert answer.status_code == 201, answer.text
        return str(path)

    def _run(self, *words: str, token: str = "") -> str:
        done = self._done(*words, token=token)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def _done(self, *words: str, token: str = "") -> subprocess.CompletedProcess[str]:
        environment = {key: value for key, value in os.environ.items() if not key.startswith("HUB_")}
        return subprocess.run(
            [sys.executable, "-m", "hub", *words],
            cwd=ROOT,
            env=environment | {"HUB_TOKEN": token} if token else environment,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            check=False,
        )


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    place = tmp_path_factory.mktemp("story")
    with serving(place / "hub") as hub:
        operators = Organisation(
            id=OrganisationId("desk"),
            member=None,
            kind=OrganisationKind.HUB,
            name="The operators' desk",
            served_by=None,
            cross_border=False,
            active=True,
            identity=None,
        )
        with opened(hub.urls) as pool:
            add_organisation(pool, operators, act=made("test"))
        yield Stage(
            hub=hub,
            desk=place,
            olga=hub.account("desk/olga", Role.OPERATOR),
            ana=hub.account("au-cert/ana", *MEMBERS),
            kim=hub.account("nz-cert/kim", *MEMBERS),
        )


def test_two_members_agree_exchange_amend_and_part(stage: Stage) -> None:
    ana, kim = stage.ana, stage.kim
    keys = {ana: stage.key(ana), kim: stage.key(kim)}
    poller = Poller(kim)
    early, strict = indicator(tlp=Tlp.AMBER), indicator(tlp=Tlp.AMBER_STRICT)
    ana.accept("au", early, strict)
    assert early["id"] not in poller.poll()

    # Before anything is proposed, the operators see what it would do.
    first = stage.document(version=1, tlp_max="amber")
    foreseen = stage.operator("agreement", "simulate", first)
    (cell,) = foreseen["matrix"]
    assert (cell["readers"]["organisation"], cell["content"]["producer"]) == ("nz-cert", "au-cert")
    assert (cell["content"]["tlp"], cell["gained"]["versions"], cell["lost"]) == ("amber", 1, None)

    # Proposed, and signed by one: nothing yet.
    stage.operator("agreement", "draft", first)
    unseen = stage.turned_down(ana, "agreement", "sign", "au-nz", "--key", keys[ana], "--yes")
    assert "error: NOT_FOUND: " in unseen
    assert "or it is not proposed yet" in unseen
    stage.operator("agreement", "propose", "au-nz")
    assert "The key is not registered" in stage.turned_down(
        ana, "agreement", "sign", "au-nz", "--key", keys[kim], "--yes"
    )
    signed = stage.member(ana, "agreement", "sign", "au-nz", "--key", keys[ana], "--yes")
    assert signed.startswith("signed: au-nz, version 1, with SHA256:")
    assert "state: proposed; waits for NZ" in signed
    again = stage.member(ana, "agreement", "sign", "au-nz", "--key", keys[ana], "--yes")
    assert again.startswith("nothing changed: au-nz, version 1 was signed before, with this key")
    assert poller.poll() == []

    # Signed by both: what was there before arrives, once, and then what comes.
    assert "state: active\n" in stage.member(kim, "agreement", "sign", "au-nz", "--key", keys[kim], "--yes")
    assert poller.poll() == [early["id"]]
    assert poller.poll() == []
    fresh, back = indicator(tlp=Tlp.AMBER), indicator(tlp=Tlp.AMBER)
    ana.accept("au", fresh)
    kim.accept("nz", back)
    assert [fresh["id"], back["id"]] == poller.poll()
    assert back["id"] in [thing["id"] for thing in ana.get("collections/nz/objects/").json()["objects"]]

    # Amended to a higher level: in force once both have signed the new version, and the back-fill arrives.
    stage.operator("agreement", "draft", stage.document(version=2, tlp_max="amber+strict"))
    stage.operator("agreement", "propose", "au-nz")
    stage.member(kim, "agreement", "sign", "au-nz", "--key", keys[kim], "--yes")
    assert poller.poll() == []
    stage.member(ana, "agreement", "sign", "au-nz", "--key", keys[ana], "--yes")
    assert poller.poll() == [strict["id"]]
    rights = kim.call_api("GET", "me/rights").json()
    assert "amber+strict" in json.dumps(rights)

    # One leaves: from the acknowledgement on, nobody is served a thing.
    after = _served_after(stage, lambda: kim.call_api("POST", "agreements/au-nz/withdraw", {"member": "NZ"}))
    assert after == 0
    assert poller.poll() == []
    explained = stage.operator("explain", "--account", kim.username, "--object", early["id"])
    assert "SR-11" in json.dumps(explained)
    readers = ana.call_api("GET", "me/readers", query={"object": early["id"]}).json()
    assert kim.username in json.dumps(readers)
    ended = stage.turned_down(ana, "agreement", "sign", "au-nz", "--key", keys[ana], "--yes")
    assert ended.startswith("error: ENDED: Version 2 of au-nz has ended at ")


def _served_after(stage: Stage, change: Any) -> int:
    """Let somebody read without pause while a change is made; return how many pages asked for after it held any."""
    stop = threading.Event()
    asked: list[tuple[float, bool]] = []

    def read() -> None:
        reader = Caller(root=stage.hub.root, username=stage.kim.username, token=stage.kim.token)
        while not stop.is_set():
            begun = time.monotonic()
            answer = reader.get("collections/au/objects/")
            asked.append((begun, bool(answer.json().get("objects"))))

    threads = [threading.Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
    _until(lambda: sum(held for _, held in list(asked)) >= 10)
    assert change().status_code == 200
    acknowledged = time.monotonic()
    _until(lambda: sum(begun > acknowledged for begun, _ in list(asked)) >= 30)
    stop.set()
    for thread in threads:
        thread.join()
    return sum(held for begun, held in asked if begun > acknowledged)


def _until(reached: Any) -> None:
    deadline = time.monotonic() + 60
    while not reached():
        assert time.monotonic() < deadline
        time.sleep(0.01)
