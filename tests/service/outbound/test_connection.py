"""Finding a server and a collection, and giving credentials to nobody else."""

import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hub.cli.main import cli
from tests.service.outbound.commands import DATES, run, source
from tests.service.outbound.content import indicator
from tests.service.outbound.scripted import COLLECTION, OBJECTS, ROOT, Reply, Script, page, reply, status

pytestmark = pytest.mark.usefixtures("pauses")


def test_credentials_and_media_types_are_those_of_TAXII(script: Script, tmp_path: Path) -> None:
    script.on("POST", OBJECTS, status(1))
    run("push", script, source(tmp_path, 1))
    (seen,) = script.to("POST", OBJECTS)
    assert seen.headers["authorization"] == "Bearer secret"
    assert seen.headers["accept"] == seen.headers["content-type"] == "application/taxii+json;version=2.1"


def test_credentials_do_not_follow_a_redirect_to_another_server(script: Script, tmp_path: Path) -> None:
    script.on("GET", ROOT, Reply(status=302, headers={"Location": "http://127.0.0.2:9/api/"}))
    done = run("pull", script, "--out", str(tmp_path / "out"))
    assert done.exit_code == 1
    assert "redirects to http://127.0.0.2:9/api/; if you trust it, give that address instead" in done.stderr


def test_a_redirect_on_the_same_server_is_followed(script: Script, tmp_path: Path) -> None:
    script.on("GET", "/old/", Reply(status=301, headers={"Location": ROOT}))
    script.on("GET", OBJECTS, page([], None))
    script.url = script.url.replace(ROOT, "/old/")
    done = run("pull", script, "--out", str(tmp_path / "out"))
    assert (done.exit_code, done.stdout) == (0, "nothing there yet\n")


def test_roots_of_other_servers_are_not_given_credentials(script: Script, tmp_path: Path) -> None:
    script.on("GET", ROOT, reply(title="D", api_roots=["https://other.example/api/"]))
    done = run("pull", script, "--out", str(tmp_path / "out"))
    assert done.exit_code == 1
    assert "neither a TAXII API root nor a discovery address that names one on this server" in done.stderr


def test_a_web_page_is_not_taken_for_TAXII(script: Script, tmp_path: Path) -> None:
    script.on("GET", ROOT, Reply(body=b"<html>", headers={}))
    done = run("pull", script, "--out", str(tmp_path / "out"))
    assert done.exit_code == 1
    assert "is it the address of one?" in done.stderr


def test_a_collection_is_found_by_id_alias_and_title(script: Script, tmp_path: Path) -> None:
    script.on("GET", OBJECTS, page([], None))
    for name in (COLLECTION, COLLECTION.upper(), "AU", "australia"):
        out = str(tmp_path / name)
        done = CliRunner().invoke(cli, ["pull", "--url", script.url, "--collection", name, "--out", out])
        assert (done.exit_code, done.stdout) == (0, "nothing there yet\n")


@pytest.mark.parametrize(
    ("command", "told"), [("push", "1 of 2 objects were acknowledged"), ("pull", "1 objects are kept")]
)
def test_an_interruption_says_what_was_done(script: Script, tmp_path: Path, command: str, told: str) -> None:
    interrupt = Reply(status=503)
    script.on("POST", OBJECTS, status(1), interrupt)
    script.on("GET", OBJECTS, page([indicator(0)], (DATES[0], DATES[0]), more=True, next="n"), interrupt)
    given = [source(tmp_path, 2), "--envelope", "1"] if command == "push" else ["--out", str(tmp_path / "out")]
    done = _interrupted_while_waiting(command, script, *given)
    assert done.exit_code == 130
    assert told in done.stderr


def _interrupted_while_waiting(command: str, script: Script, *arguments: str) -> Result:
    def interrupt(_seconds: float) -> None:
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "sleep", interrupt)
        return run(command, script, *arguments)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["--since", "yesterday"], "is not a UTC time such as"),
        (["--url", "hub.example"], "is not an http or https address"),
        (["--username", "au-cert/feed", "--token-file", "/dev/null"], "/dev/null is empty"),
    ],
)
def test_wrong_usage_is_said_before_anybody_is_asked(
    script: Script, tmp_path: Path, given: list[str], told: str
) -> None:
    arguments = ["pull", "--url", script.url, "--collection", "au", "--out", str(tmp_path / "out"), *given]
    done = CliRunner().invoke(cli, arguments)
    assert done.exit_code == 2
    assert told in done.stderr
    assert script.seen == []
