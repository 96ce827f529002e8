"""Every command is there, and says in one line what it is for."""

import click
import pytest
from click.testing import CliRunner

from hub.cli.main import CommandFailedError, cli
from hub.domain.errors import ConflictError


def command(name: str) -> click.Command:
    found = cli.get_command(click.Context(cli), name)
    assert found is not None
    return found


@pytest.mark.parametrize("name", cli.list_commands(click.Context(cli)))
def test_a_command_carries_its_name_and_says_what_it_is_for(name: str) -> None:
    assert command(name).name == name
    short = command(name).get_short_help_str(limit=1_000)
    assert short.endswith(".")


def test_the_help_names_every_command() -> None:
    result = CliRunner().invoke(cli, ["--help"])
    assert result.exit_code == 0
    for name in cli.list_commands(click.Context(cli)):
        assert f"\n  {name} " in result.stdout


@pytest.mark.parametrize("name", ["serve", "web", "ingest", "prepare"])
def test_a_service_takes_data_and_config(name: str) -> None:
    options = {option for parameter in command(name).params for option in parameter.opts}
    assert {"--data", "--config", "--collections"} <= options


def test_an_error_that_another_server_words_gives_the_terminal_no_orders(capsys: pytest.CaptureFixture[str]) -> None:
    CommandFailedError(ConflictError("you signed\x1b[2J\x9b1A nothing\u202e")).show()
    assert capsys.readouterr().err == "error: CONFLICT: you signed\\x1b[2J\\x9b1A nothing\\u202e\n"
