"""What `--help` says, of every command."""

import pytest
from click.testing import CliRunner

from hub.cli.main import cli
from tests.support.commandline import commands
from tests.support.golden import assert_golden


@pytest.mark.parametrize("path", [path for path, _ in commands(cli)], ids=lambda path: " ".join(("hub", *path)))
def test_the_help_of_a_command_is_what_it_was(path: tuple[str, ...]) -> None:
    result = CliRunner().invoke(cli, [*path, "--help"], prog_name="hub", terminal_width=100, env={"COLUMNS": "100"})
    assert result.exit_code == 0
    assert_golden(f"help/{'-'.join(('hub', *path))}.txt", result.output)
