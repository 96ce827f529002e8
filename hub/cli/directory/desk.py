"""Where an operator of the directory works: an open database, a name for the ledger, and a way to show things."""

import functools
import getpass
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

import click

from hub.cli.console import json_option, print_json, print_table, with_settings
from hub.domain.directory import Act
from hub.domain.identifiers import MemberCode
from hub.runtime.embedded import servers
from hub.runtime.settings import Settings
from hub.store.database import Pool
from hub.store.directory import is_new

Command = TypeVar("Command", bound=Callable[..., Any])
Fact = str | bool | list[str] | int | datetime | Mapping[str, object] | None


class Lines(list[str]):
    """Sentences, which are printed one a line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What a command of the directory works with. `actor` is who the ledger says did it."""

    pool: Pool
    settings: Settings
    actor: str
    as_json: bool

    @property
    def act(self) -> Act:
        """A change made now, by who sits at this desk."""
        return Act(actor=self.actor, at=datetime.now(UTC))

    def show(self, facts: Mapping[str, Fact]) -> None:
        """Print one thing: a JSON object, or a line a fact."""
        if self.as_json:
            print_json({key: _plain(value) for key, value in facts.items()})
            return
        (head, *rows) = [line for key, value in facts.items() for line in _lines(key, value)]
        print_table(head, rows)

    def list(self, heads: Sequence[str], things: Sequence[Mapping[str, Fact]]) -> None:
        """Print several things: a JSON list of objects, or a table; `heads` are the keys of the facts."""
        if self.as_json:
            print_json([{key: _plain(value) for key, value in facts.items()} for facts in things])
            return
        print_table([_head(key) for key in heads], [[_text(facts[key]) for key in heads] for facts in things])


def in_capitals(code: str) -> MemberCode:
    """Read a member code as the hub writes it, however it was typed."""
    return MemberCode(code.upper())


def reads(command: Command) -> Command:
    """Give a command that changes nothing its `desk`."""
    return with_settings()(json_option(_at_desk(command)))


def writes(command: Command) -> Command:
    """Give a command that changes something its `desk`, and take the name under which the ledger keeps it."""
    named = click.option("--as", "operator", metavar="NAME", help="Your name, for the ledger.  [default: system user]")
    return with_settings()(json_option(named(_at_desk(command))))


def _at_desk(command: Command) -> Command:
    @functools.wraps(command)
    def at_desk(
        *args: object, settings: Settings, as_json: bool, operator: str | None = None, **given: object
    ) -> object:
        with _database(settings) as pool:
            actor = f"cli:{operator or _system_user()}"
            return command(*args, desk=Desk(pool=pool, settings=settings, actor=actor, as_json=as_json), **given)

    return at_desk  # type: ignore[return-value]


@contextmanager
def _database(settings: Settings) -> Iterator[Pool]:
    """Open the database of the hub, running or not; one that is empty gets what `hub serve` would begin with."""
    with servers(settings) as urls:
        pool = Pool(urls.database, size=1)
        pool.open()
        try:
            with pool.statement() as database:
                new = is_new(database)
            if new:
                from hub.runtime.preparing import prepare  # noqa: PLC0415 - the migrations come with it

                prepare(settings, urls)
            yield pool
        finally:
            pool.close()


def _system_user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid-{os.getuid()}"


def _lines(key: str, value: Fact) -> list[tuple[str, str]]:
    if not (isinstance(value, Lines) and value):
        return [(_head(key), _text(value))]
    return [(_head(key), line) for line in value]


def _head(key: str) -> str:
    return key.replace("_", " ")


def _text(value: Fact) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case list():
            return ", ".join(value)
        case Mapping():
            return json.dumps(value)
        case datetime():
            return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
        case None | "":
            return "-"
        case _:
            return str(value)


def _plain(value: Fact) -> Fact:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return value
