"""What the processes of a hub say with `--json`: what was prepared, where a hub is reached, and why one ends."""

import json
from pathlib import Path

import pytest

from hub.store.migrate import Migrated, migrate
from tests.support.commandline import run, started
from tests.support.servers import TestServers
from tests.support.serving import ROOT, free_port

FILES = {"collections": 31, "members": 28, "organisations": 28, "agreements": 3}


@pytest.fixture
def empty(servers: TestServers) -> dict[str, str]:
    """Give the variables that name a database of which no hub has heard."""
    return {"HUB_DATABASE_URL": servers.empty_database(), "HUB_REDIS_URL": "redis://127.0.0.1:1/0"}


@pytest.fixture
def own(database_url: str, redis_url: str) -> dict[str, str]:
    """Give the variables that name servers, and one web process."""
    return {"HUB_DATABASE_URL": database_url, "HUB_REDIS_URL": redis_url, "HUB_WEB_WORKERS": "1"}


def test_prepare_says_which_schema_there_was_and_is_and_what_the_files_name(empty: dict[str, str]) -> None:
    first, again = (json.loads(run("prepare", "--json", **empty).stdout) for _ in range(2))
    head = first["schema"]["after"]
    assert first == {"schema": {"before": None, "after": head}, "files": FILES, "passed_over": []}
    assert again == first | {"schema": {"before": head, "after": head}}


def test_prepare_says_the_same_in_two_lines(empty: dict[str, str], tmp_path: Path) -> None:
    head = migrate(empty["HUB_DATABASE_URL"]).after
    named = "the files name 31 collections, 28 members, 28 organisations, 3 agreements"
    assert run("prepare", **empty).stdout == f"schema {head}, as before\n{named}\n"
    text = (ROOT / "config" / "agreements" / "regional-baseline.toml").read_text()
    (tmp_path / "regional-baseline.toml").write_text(text.replace('tlp_max = "green"', 'tlp_max = "clear"'))
    other = run("prepare", "--agreements", tmp_path, **empty).stdout
    assert other.endswith("28 organisations, 1 agreements; the hub has its own of regional-baseline\n")


def test_a_migration_says_which_schema_there_was(servers: TestServers) -> None:
    url = servers.empty_database()
    head = migrate(url).after
    assert migrate(url) == Migrated(before=head, after=head)


@pytest.mark.parametrize("command", ["web", "stream", "ingest", "deliver", "serve", "prepare"])
def test_a_process_that_cannot_start_says_why_in_json_after_its_log(command: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no directory")
    ended = run(command, "--data", tmp_path / "file" / "data", "--json")
    *_, last = map(json.loads, ended.stderr.splitlines())
    assert (ended.returncode, ended.stdout, last["error"]["code"]) == (2, "", "CONFIGURATION")
    assert f"{tmp_path}/file/data cannot be used" in last["error"]["message"]


def test_serve_says_in_one_line_where_it_is_reached_and_logs_in_json(own: dict[str, str], tmp_path: Path) -> None:
    port = free_port()
    said = serve(tmp_path / "log", "--json", "--port", port, HUB_STREAM_PROCESSES="0", HUB_LOG_FORMAT="console", **own)
    address = f"http://127.0.0.1:{port}"
    assert [json.loads(line) for line in said.splitlines()] == [
        {"ready": {"address": address, "discovery": f"{address}/taxii2/", "streams": None}}
    ]
    assert {"hub.prepared", "hub_stopping"} <= {
        json.loads(line)["event"] for line in (tmp_path / "log").read_text().splitlines()
    }


def test_serve_says_to_people_where_the_streams_are_too(own: dict[str, str], tmp_path: Path) -> None:
    port, stream_port = free_port(), free_port()
    said = serve(tmp_path / "log", "--port", port, "--stream-port", stream_port, **own)
    assert said == (
        f"hub is ready on http://127.0.0.1:{port}/taxii2/\nstreams on http://127.0.0.1:{stream_port}/stream\n"
    )


def serve(log: Path, *options: object, **environ: str) -> str:
    """Run `hub serve` until it has said something, end it, and return all that it has said."""
    with log.open("w") as events, started("serve", *options, stderr=events, **environ) as hub:
        assert hub.stdout is not None
        first = hub.stdout.readline()
        hub.terminate()
        rest = hub.stdout.read()
        assert hub.wait(60) == 0, log.read_text()
        return first + rest
