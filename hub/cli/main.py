"""`hub`: the command line, each command in a module of its own that is loaded when it is used."""

from importlib import import_module
from typing import IO, Any, Final

import click

import hub
from hub.cli.console import everywhere, printable
from hub.domain.errors import ConfigurationError, HubError

_COMMANDS: Final = {
    "serve": "hub.cli.serve",
    "prepare": "hub.cli.serve",
    "web": "hub.cli.serve",
    "ingest": "hub.cli.serve",
    "stream": "hub.cli.serve",
    "deliver": "hub.cli.serve",
    "collections": "hub.cli.collections",
    "member": "hub.cli.directory",
    "organisation": "hub.cli.directory",
    "account": "hub.cli.directory",
    "key": "hub.cli.agreements",
    "agreement": "hub.cli.agreements",
    "pair": "hub.cli.pairs",
    "subscription": "hub.cli.subscriptions",
    "withdrawal": "hub.cli.withdrawals",
    "ledger": "hub.cli.chronicle",
    "submission": "hub.cli.chronicle",
    "policy": "hub.cli.policy",
    "explain": "hub.cli.explain",
    "rights": "hub.cli.explain",
    "receipts": "hub.cli.explain",
    "why": "hub.cli.asking",
    "readers": "hub.cli.asking",
    "push": "hub.cli.client.push",
    "pull": "hub.cli.client.pull",
    "demo": "hub.cli.demo",
}


class CommandFailedError(click.ClickException):
    """An error of the hub, for a person at a terminal: `error: CODE: sentence`."""

    exit_code = 1

    def __init__(self, error: HubError) -> None:
        super().__init__(f"{error.code}: {error.sentence}")

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the line, or several where several things are wrong; it may be what another server says."""
        text = "\n".join(map(printable, self.message.split("\n")))
        click.echo(f"error: {text}", file=file, err=True)


class MisconfiguredError(CommandFailedError):
    """What the hub starts from is wrong."""

    exit_code = 2


class Commands(click.Group):
    """The commands by name, imported on demand."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands in the order of the table."""
        del ctx
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module that holds the command."""
        del ctx
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = getattr(import_module(_COMMANDS[cmd_name]), cmd_name)
        return command

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; an error of the hub becomes its line and exit code."""
        try:
            return super().invoke(ctx)
        except ConfigurationError as error:
            raise MisconfiguredError(error) from error
        except HubError as error:
            raise CommandFailedError(error) from error


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(hub.__version__, prog_name="hub")
@everywhere
def cli(**options: object) -> None:
    """Share threat information between national CERTs over TAXII 2.1."""
    click.get_current_context().obj = {key: value for key, value in options.items() if value is not None}


def main() -> None:
    """Run the command line."""
    cli(prog_name="hub")
