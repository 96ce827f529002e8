"""What `--help` says, of every command."""

from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from hub.cli.main import cli
from tests.support.golden import assert_golden


def commands(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Go through a command and everything under it."""
    yield path
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            if found is not None and not found.hidden:
                yield from commands(found, (*path, name))


@pytest.mark.parametrize("path", list(commands(cli)), ids=lambda path: " ".join(("hub", *path)))
def test_the_help_of_a_command_is_what_it_was(path: tuple[str, ...]) -> None:
    result = CliRunner().invoke(cli, [*path, "--help"], prog_name="hub", terminal_width=100, env={"COLUMNS": "100"})
    assert result.exit_code == 0
    assert_golden(f"help/{'-'.join(('hub', *path))}.txt", result.output)
