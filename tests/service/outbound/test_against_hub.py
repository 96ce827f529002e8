"""`hub push` and `hub pull` against the hub itself, behind its real web server."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests
from click.testing import CliRunner, Result

from hub.cli.main import cli
from hub.domain.directory import Role
from hub.runtime import preparing
from hub.runtime.embedded.datadir import ServerUrls
from hub.runtime.web.building import build_web
from tests.service.outbound.commands import lines
from tests.service.outbound.content import bundle, indicator, indicators
from tests.taxii.caller import Caller
from tests.taxii.harness import Hub, MovableClock, settings_of
from tests.taxii.served import served


@dataclass(frozen=True, slots=True, kw_only=True)
class Forum:
    """A hub on a port, and an account that publishes and reads."""

    url: str
    hub: Hub
    ana: Caller

    def run(self, command: str, *arguments: str, caller: Caller | None = None) -> Result:
        """Run a command as an account."""
        who = caller or self.ana
        given = [command, *arguments, "--url", self.url, "--collection", "xa", "--username", who.username]
        return CliRunner().invoke(cli, given, env={"HUB_TOKEN": who.token})


@pytest.fixture(scope="module")
def forum(tmp_path_factory: pytest.TempPathFactory, database_url: str, redis_url: str) -> Iterator[Forum]:
    settings = settings_of(Path(tmp_path_factory.mktemp("hub")))
    urls = ServerUrls(database=database_url, redis=redis_url)
    preparing.prepare(settings, urls)
    hub = Hub(application=build_web(settings, urls), settings=settings, urls=urls, clock=MovableClock())
    ana = hub.account("xa-cert/ana")
    with served(settings, urls) as address:
        yield Forum(url=address.url, hub=hub, ana=ana)


def test_what_is_pushed_is_pulled_and_the_refusals_are_named(forum: Forum, tmp_path: Path) -> None:
    source, out = tmp_path / "source.json", tmp_path / "out.ndjson"
    broken = indicator(900) | {"pattern": "[ipv4-addr:value = ]"}
    source.write_text(bundle([*indicators(230), broken]))
    sent = forum.run("push", str(source), "--envelope", "100", "--json")
    document = json.loads(sent.stdout)
    assert sent.exit_code == 3
    assert (document["accepted"], document["by_code"]) == (230, {"PATTERN_INVALID": 1})
    assert [refusal["id"] for refusal in document["refusals"]] == [broken["id"]]
    got = forum.run("pull", "--out", str(out))
    assert (got.exit_code, got.stderr) == (0, "")
    assert lines(out) == indicators(230)


def test_the_hub_says_what_time_it_is_and_no_pull_begins_after_that(forum: Forum, tmp_path: Path) -> None:
    assert "Date" in requests.get(forum.url, timeout=10).headers
    done = forum.run("pull", "--out", str(tmp_path / "out"), "--since", "2126-01-01T00:00:00Z")
    assert done.exit_code == 2
    assert list(tmp_path.iterdir()) == []


def test_a_repeated_push_is_accepted_and_changes_nothing(forum: Forum, tmp_path: Path) -> None:
    source, out = tmp_path / "source.json", tmp_path / "out.ndjson"
    source.write_text(bundle(indicators(120, start=1_000)))
    forum.run("push", str(source))
    forum.run("pull", "--out", str(out))
    kept = out.read_bytes()
    again = forum.run("push", str(source))
    assert (again.exit_code, again.stdout) == (0, "120 accepted, 0 refused\n")
    assert forum.run("pull", "--out", str(out)).stdout.startswith("nothing new, up to date as of ")
    assert out.read_bytes() == kept


def test_one_object_that_spoils_the_envelope_does_not_spoil_the_others(forum: Forum, tmp_path: Path) -> None:
    source = tmp_path / "source.ndjson"
    spoilt = json.dumps(indicator(2_500)).replace('"name"', '"description": "a", "description": "b", "name"')
    texts = [json.dumps(thing) for thing in indicators(60, start=2_000)]
    source.write_text("\n".join([*texts[:17], spoilt, *texts[17:]]))
    sent = forum.run("push", str(source), "--json")
    document = json.loads(sent.stdout)
    assert (document["accepted"], document["by_code"]) == (60, {"JSON_DUPLICATE_KEY": 1})
    assert document["refusals"][0]["id"] == indicator(2_500)["id"]


def test_an_analyst_is_told_that_pushing_is_not_for_him(forum: Forum, tmp_path: Path) -> None:
    source = tmp_path / "source.json"
    source.write_text(bundle(indicators(1)))
    analyst = forum.hub.account("xa-cert/analyst", Role.ANALYST)
    sent = forum.run("push", str(source), caller=analyst)
    assert sent.exit_code == 1
    words = "you may not write to xa: this account may publish nowhere: ask the operators for the role producer\n"
    assert words in sent.stderr
