"""The command line: all its commands, and one of them run in a process of its own."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

import click

from tests.support.serving import ROOT


def commands(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Go through a command and everything under it, each with the words that call it."""
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            if found is not None and not found.hidden:
                yield from commands(found, (*path, name))


def run(command: str, *options: object, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run `hub COMMAND` with no settings but these, and return what became of it."""
    with started(command, *options, stderr=subprocess.PIPE, **environ) as hub:
        out, err = hub.communicate(timeout=120)
        return subprocess.CompletedProcess(hub.args, hub.returncode, out, err)


@contextmanager
def started(command: str, *options: object, stderr: IO[str] | int, **environ: str) -> Iterator[subprocess.Popen[str]]:
    """Start `hub COMMAND` with no settings but these; it has ended when the block has."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith("HUB_")}
    argv = [sys.executable, "-m", "hub", command, *map(str, options)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=stderr, text=True, cwd=ROOT, env=clean | environ) as hub:
        try:
            yield hub
        finally:
            hub.terminate()
