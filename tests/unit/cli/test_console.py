"""What every command shares: where its settings come from, how it fails, and how it prints."""

import json
from pathlib import Path
from types import SimpleNamespace

import click
import pytest
from click.testing import CliRunner

from hub.cli import console
from hub.cli.console import confirm, json_option, print_json, print_table, with_settings
from hub.cli.main import Commands, cli
from hub.domain.errors import ConfigurationError, HubError, NotFoundError
from hub.runtime.settings import Settings


@click.command()
@with_settings("port")
@json_option
def show(settings: Settings, *, as_json: bool) -> None:
    """Show two settings."""
    facts = {"data": str(settings.data), "port": settings.port}
    print_json(facts) if as_json else print_table(list(facts), [list(facts.values())])


@click.command()
def end() -> None:
    """Do what cannot be undone."""
    confirm("This ends au-nz for good.", "au-nz")
    click.echo("ended")


@pytest.mark.parametrize(("typed", "code", "shown"), [("au-nz", 0, "ended\n"), ("yes", 1, ""), ("", 1, "")])
def test_what_is_for_good_is_done_where_its_id_is_typed(
    monkeypatch: pytest.MonkeyPatch, typed: str, code: int, shown: str
) -> None:
    monkeypatch.setattr(console, "sys", SimpleNamespace(stdin=SimpleNamespace(isatty=lambda: True)))
    done = CliRunner().invoke(end, input=f"{typed}\n")
    assert (done.exit_code, done.stdout) == (code, shown)
    assert done.stderr.startswith("This ends au-nz for good. Type its id to go on: ")


def test_what_is_for_good_is_refused_where_nobody_is_to_be_asked() -> None:
    done = CliRunner().invoke(end, input="au-nz\n")
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.endswith("This ends au-nz for good. There is nobody to ask: give --yes.\n")


@click.command()
def fail() -> None:
    """Fail as a service would."""
    raise NotFoundError("there is no account au-cert/feed")


@click.command()
def misconfigured() -> None:
    """Fail as a loader would."""
    raise ConfigurationError("collections/au.toml: title: is missing")


@pytest.fixture
def runner(monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    commands = {command.name: command for command in (show, fail, misconfigured)}
    monkeypatch.setattr(Commands, "get_command", lambda _self, _context, name: commands.get(name))
    monkeypatch.delenv("HUB_DATA", raising=False)
    return CliRunner()


@pytest.mark.parametrize(
    "arguments",
    [["--data", "/srv/here", "show", "--json"], ["show", "--json", "--data", "/srv/here"]],
    ids=["before the command", "after the command"],
)
def test_data_may_stand_before_or_after_the_command(runner: CliRunner, arguments: list[str]) -> None:
    result = runner.invoke(cli, arguments)
    assert json.loads(result.stdout)["data"] == "/srv/here"


def test_what_stands_after_the_command_beats_what_stands_before(runner: CliRunner) -> None:
    result = runner.invoke(cli, ["--data", "/srv/before", "show", "--data", "/srv/after", "--json"])
    assert json.loads(result.stdout)["data"] == "/srv/after"


def test_options_beat_the_file(runner: CliRunner, tmp_path: Path) -> None:
    (tmp_path / "hub.toml").write_text("port = 1000\ndata = '/srv/file'\n")
    result = runner.invoke(cli, ["--config", str(tmp_path / "hub.toml"), "show", "--port", "1001", "--json"])
    assert json.loads(result.stdout) == {"data": "/srv/file", "port": 1001}


def test_a_table_is_as_wide_as_its_values(runner: CliRunner) -> None:
    result = runner.invoke(cli, ["show", "--data", "/srv/here", "--port", "1"])
    assert result.stdout == "data       port\n/srv/here  1\n"


def test_a_table_shows_what_is_missing_as_a_dash(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("name", "purpose"), [("au", None), ("nz", "")])
    assert capsys.readouterr().out == "name  purpose\nau    -\nnz    -\n"


@pytest.mark.parametrize(
    ("command", "line", "code"),
    [
        ("fail", "error: NOT_FOUND: there is no account au-cert/feed\n", 1),
        ("misconfigured", "error: CONFIGURATION: collections/au.toml: title: is missing\n", 2),
    ],
)
def test_an_error_of_the_hub_is_one_line_and_an_exit_code(
    runner: CliRunner, command: str, line: str, code: int
) -> None:
    result = runner.invoke(cli, [command])
    assert (result.stdout, result.stderr, result.exit_code) == ("", line, code)
    assert not isinstance(result.exception, HubError)


def test_wrong_usage_is_exit_code_2(runner: CliRunner) -> None:
    assert runner.invoke(cli, ["show", "--port", "70000"]).exit_code == 2
    assert runner.invoke(cli, ["nonsense"]).exit_code == 2
