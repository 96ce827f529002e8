"""`--json`: every command has it, and where it was given a failure is one JSON object, too."""

import json
import os
from collections.abc import Callable

import click
import pytest
from click.testing import CliRunner

from hub.cli.console import json_log_option, json_option, with_settings
from hub.cli.main import Commands, cli
from hub.domain.errors import ConfigurationError, ConflictError, NotFoundError
from hub.runtime.settings import LogFormat, Settings
from tests.support.commandline import commands

LEAVES = [(path, command) for path, command in commands(cli) if not isinstance(command, click.Group)]

FAILURES = {
    "missing": NotFoundError("there is no account au-cert/feed"),
    "misconfigured": ConfigurationError("collections/au.toml: title: is missing\ncollections/nz.toml: id: is missing"),
    "misused": click.UsageError("Name the collection."),
    "misspelled": click.BadParameter("is no URL", param_hint="--url"),
    "aborted": click.Abort(),
    "interrupted": KeyboardInterrupt(),
    "hostile": ConflictError("you signed\x1b[2J\x9b1A nothing\u202e"),
}


def failing(name: str, failure: BaseException) -> click.Command:
    @click.command(name)
    @click.option("--port", type=int)
    @json_option
    def fail(**_: object) -> None:
        raise failure

    return fail


@click.command()
@with_settings()
@json_log_option
def work(settings: Settings) -> None:
    """Say how it logs."""
    click.echo(settings.log_format)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, str, str]]:
    found = {name: failing(name, failure) for name, failure in FAILURES.items()} | {"work": work}
    monkeypatch.setattr(Commands, "get_command", lambda _self, _context, name: found.get(name))
    for variable in [name for name in os.environ if name.startswith("HUB_")]:
        monkeypatch.delenv(variable)

    def invoke(*words: str) -> tuple[int, str, str]:
        result = CliRunner().invoke(cli, words, prog_name="hub")
        return result.exit_code, result.stdout, result.stderr

    return invoke


@pytest.mark.parametrize("command", [command for _, command in LEAVES], ids=[" ".join(path) for path, _ in LEAVES])
def test_every_command_has_json(command: click.Command) -> None:
    assert [option.is_eager for option in command.params if "--json" in option.opts] == [True]


@pytest.mark.parametrize(
    ("name", "status", "code", "message"),
    [
        ("missing", 1, "NOT_FOUND", "there is no account au-cert/feed"),
        ("misconfigured", 2, "CONFIGURATION", str(FAILURES["misconfigured"])),
        ("misused", 2, "USAGE", "Name the collection."),
        ("misspelled", 2, "USAGE", "Invalid value for --url: is no URL"),
        ("aborted", 1, "ABORTED", "Aborted."),
        ("interrupted", 1, "ABORTED", "Aborted."),
    ],
)
def test_a_failure_is_one_object_on_stderr_with_the_exit_status_of_the_text(
    run: Callable[..., tuple[int, str, str]], name: str, status: int, code: str, message: str
) -> None:
    given, out, err = run(name, "--json")
    assert (given, out, json.loads(err)) == (status, "", {"error": {"code": code, "message": message}})
    assert len(err.strip().splitlines()) == 1
    assert run(name)[0] == status


@pytest.mark.parametrize(
    "words",
    [
        ("missing", "--port", "many", "--json"),
        ("missing", "--json", "--port"),
        ("missing", "--nonsense", "--json"),
        ("nonsense", "--json"),
        ("--nonsense", "missing", "--json"),
    ],
    ids=" ".join,
)
def test_wrong_usage_is_one_object_wherever_it_is_noticed(
    run: Callable[..., tuple[int, str, str]], words: tuple[str, ...]
) -> None:
    status, out, err = run(*words)
    assert (status, out, json.loads(err)["error"]["code"]) == (2, "", "USAGE")


def test_json_that_is_the_value_of_another_option_asks_for_nothing(run: Callable[..., tuple[int, str, str]]) -> None:
    _, _, err = run("missing", "--port", "--json")
    assert err.endswith("Error: Invalid value for '--port': '--json' is not a valid integer.\n")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("missing", "error: NOT_FOUND: there is no account au-cert/feed\n"),
        (
            "misused",
            "Usage: hub misused [OPTIONS]\nTry 'hub misused --help' for help.\n\nError: Name the collection.\n",
        ),
        ("aborted", "Aborted!\n"),
        ("interrupted", "\nAborted!\n"),
    ],
)
def test_without_json_a_failure_is_text(run: Callable[..., tuple[int, str, str]], name: str, text: str) -> None:
    assert run(name)[1:] == ("", text)


def test_what_another_server_words_gives_the_terminal_no_orders(run: Callable[..., tuple[int, str, str]]) -> None:
    _, _, err = run("hostile", "--json")
    assert err.strip().isascii()
    assert err.strip().isprintable()
    assert json.loads(err)["error"]["message"] == "you signed\x1b[2J\x9b1A nothing\u202e"


def test_a_process_given_json_logs_in_json_whatever_else_is_said(
    run: Callable[..., tuple[int, str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUB_LOG_FORMAT", LogFormat.CONSOLE)
    assert run("work")[1] == "console\n"
    assert run("work", "--json")[1] == "json\n"
