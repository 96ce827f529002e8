"""What every command shares: how it gets its settings, how it prints, and how it asks before it acts for good."""

import functools
import json
import os
import shlex
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from hub.runtime.logs import configure_logs
from hub.runtime.settings import LogFormat, LogLevel, load_settings

Command = TypeVar("Command", bound=Callable[..., Any])

AS_JSON: Final = "hub.cli.as_json"
"""The key under which a context and those above it know whether the command was given `--json`."""

_DIRECTORY: Final = click.Path(file_okay=False, path_type=Path)
_FILE: Final = click.Path(dir_okay=False, path_type=Path)

_OPTIONS: Final[Mapping[str, Callable[[Command], Command]]] = {
    "data": click.option("--data", type=_DIRECTORY, metavar="DIR", help="Data directory of the hub.  [default: var]"),
    "config": click.option(
        "--config", type=_FILE, metavar="FILE", help="Configuration file; config/hub.toml shows one."
    ),
    "collections": click.option(
        "--collections", type=_DIRECTORY, metavar="DIR", help="Collection files.  [default: collections]"
    ),
    "agreements": click.option(
        "--agreements", type=_DIRECTORY, metavar="DIR", help="Agreement files.  [default: config/agreements]"
    ),
    "host": click.option("--host", metavar="ADDRESS", help="Address to listen on.  [default: 127.0.0.1]"),
    "port": click.option(
        "--port", type=click.IntRange(1, 65_535), metavar="N", help="Port to listen on.  [default: 8000]"
    ),
    "stream_port": click.option(
        "--stream-port", type=click.IntRange(1, 65_535), metavar="N", help="Port of the streams.  [default: 8001]"
    ),
}
_EVERYWHERE: Final = ("data", "config")
"""These may also stand before the command: `hub --data DIR account list`."""


def everywhere(command: Command) -> Command:
    """Add the options that every command takes."""
    return _with_options(command, _EVERYWHERE)


def with_settings(*keys: str) -> Callable[[Command], Command]:
    """Give a command `settings`, read from file, environment and options: `--data`, `--config` and those of `keys`.

    Where `--json` is given, too, it logs in JSON.
    """

    def decorate(command: Command) -> Command:
        names = (*_EVERYWHERE, *keys)

        @functools.wraps(command)
        def with_them(*args: object, **given: Any) -> object:  # noqa: ANN401 - click's own parameters
            options = _given_before() | {key: value for key in names if (value := given.pop(key)) is not None}
            if click.get_current_context().meta.get(AS_JSON):
                options["log_format"] = LogFormat.JSON
            config = options.pop("config", None)
            settings = load_settings(environ=os.environ, config=config, options=options)
            configure_logs(settings, at_least=LogLevel.WARNING)
            return command(*args, settings=settings, **given)

        return _with_options(with_them, names)  # type: ignore[return-value]

    return decorate


def json_option(command: Command) -> Command:
    """Add `--json`, which reaches the command as `as_json`."""
    return _json_flag("Print JSON.")(command)


def json_log_option(command: Command) -> Command:
    """Add `--json` to a process that prints nothing: for its log, and for the error with which it ends."""
    return _json_flag("Log in JSON.", expose_value=False)(command)


def yes_option(command: Command) -> Command:
    """Add `--yes`, with which a command does not `confirm`."""
    return click.option("--yes", is_flag=True, help="Do not ask.")(command)


def confirm(sentence: str, typed: str, *, what: str = "its id") -> None:
    """Say what is about to be done for good, and go on where `what` names is typed.

    Raise UsageError where there is nobody to ask, Abort for anything else that is typed.
    """
    if not sys.stdin.isatty():
        raise click.UsageError(f"{sentence} There is nobody to ask: give --yes.")
    if click.prompt(f"{sentence} Type {what} to go on", err=True) != typed:
        raise click.Abort


def where_given() -> str:
    """Return `--data` and `--config` as they were given, for a shell to take them again."""
    context = click.get_current_context()
    given = _given_before() | {key: value for key, value in context.params.items() if value is not None}
    return shlex.join(word for key in _EVERYWHERE if key in given for word in (f"--{key}", str(given[key])))


def print_json(value: object) -> None:
    """Print a value as indented JSON."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False, default=str))


def print_table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print rows in columns as wide as their widest value; what is None or empty shows as a dash."""
    texts = [tuple(heads), *(tuple(_cell(value) for value in row) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    for text in texts:
        click.echo("  ".join(value.ljust(width) for value, width in zip(text, widths, strict=True)).rstrip())


def _cell(value: object) -> str:
    return "-" if value is None or value == "" else str(value)


def _given_before() -> dict[str, Any]:
    given = click.get_current_context().find_root().obj
    return dict(given) if isinstance(given, dict) else {}


def _json_flag(told: str, *, expose_value: bool = True) -> Callable[[Command], Command]:
    """Make `--json`, read before all other options so that it is known where one of them is wrong."""
    return click.option(
        "--json",
        "as_json",
        is_flag=True,
        is_eager=True,
        expose_value=expose_value,
        callback=_note_json,
        help=told,
    )


def _note_json(context: click.Context, _option: click.Parameter, given: bool) -> bool:  # noqa: FBT001 - click calls it
    context.meta[AS_JSON] = given
    return given


def _with_options(command: Command, names: Sequence[str]) -> Command:
    for name in reversed(names):
        command = _OPTIONS[name](command)
    return command
