"""`hub`: the command line, each command in a module of its own that is loaded when it is used."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import IO, Any, Final

import click

import hub
from hub.cli.console import AS_JSON, everywhere
from hub.domain.errors import ConfigurationError, HubError
from hub.runtime.logs import printable

_COMMANDS: Final = {
    "serve": "hub.cli.serve",
    "prepare": "hub.cli.serve",
    "web": "hub.cli.serve",
    "ingest": "hub.cli.serve",
    "stream": "hub.cli.serve",
    "deliver": "hub.cli.serve",
    "backup": "hub.cli.backup",
    "restore": "hub.cli.backup",
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
        self.error = error

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

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read what stands before the command; `--json` anywhere counts until the command has read its own options."""
        ctx.meta[AS_JSON] = "--json" in args
        with _failing_as_asked(ctx):
            return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; an error of the hub becomes its line and exit code."""
        with _failing_as_asked(ctx):
            try:
                return super().invoke(ctx)
            except ConfigurationError as error:
                raise MisconfiguredError(error) from error
            except HubError as error:
                raise CommandFailedError(error) from error


@contextmanager
def _failing_as_asked(ctx: click.Context) -> Iterator[None]:
    """Print what ends a command as one JSON object on stderr where `--json` was given; else leave it to click."""
    try:
        yield
    except (click.ClickException, click.Abort, EOFError, KeyboardInterrupt) as failure:
        if not ctx.meta[AS_JSON]:
            raise
        code, message, status = _told(failure)
        if not isinstance(failure, click.ClickException):
            click.echo(err=True)  # ends the line of a question that was not answered
        click.echo(json.dumps({"error": {"code": code, "message": message}}), err=True)
        raise click.exceptions.Exit(status) from failure


def _told(failure: BaseException) -> tuple[str, str, int]:
    """Give the code, the sentence and the exit status of what ends a command."""
    match failure:
        case CommandFailedError(error=error):
            return error.code, error.sentence, failure.exit_code
        case click.ClickException():
            return "USAGE", failure.format_message(), failure.exit_code
        case _:
            return "ABORTED", "Aborted.", 1


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(hub.__version__, prog_name="hub")
@everywhere
def cli(**options: object) -> None:
    """Share threat information between national CERTs over TAXII 2.1."""
    click.get_current_context().obj = {key: value for key, value in options.items() if value is not None}


def main() -> None:
    """Run the command line."""
    cli(prog_name="hub")
