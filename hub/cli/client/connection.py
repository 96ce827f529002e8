"""What `hub push` and `hub pull` share: the options that name a server and an account, and the progress line."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

import click

from hub.domain.errors import ConfigurationError
from hub.outbound.credentials import Credentials, Nobody
from hub.outbound.locate import Address, parse_address
from hub.outbound.taxii import TaxiiClient
from hub.outbound.transport import Transport, TransportSettings
from hub.runtime.logs import printable

Command = TypeVar("Command", bound=Callable[..., Any])

LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
REDRAW_SECONDS: Final = 0.2
INTERRUPTED: Final = 130


class InputError(ConfigurationError):
    """The files that a command was given do not do; nothing was done with them."""

    code = "INPUT"


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """A server and who we are to it."""

    address: Address
    collection: str | None
    credentials: Credentials | Nobody = field(repr=False)
    cacert: str | None

    @property
    def username(self) -> str:
        """The user name, empty where there is none."""
        return (self.credentials.username or "") if isinstance(self.credentials, Credentials) else ""


def connection_options(command: Command) -> Command:
    """Add the options that name a server, a collection and an account, as `connection_of` takes them."""
    collection = click.option("--collection", metavar="ALIAS|ID", help="The collection: its alias, id or title.")
    return _url_option(collection(_account_options(command)))


def server_options(command: Command) -> Command:
    """Add the options that name a hub and an account, as `settings_of` takes them."""
    return _url_option(_account_options(command))


def _url_option(command: Command) -> Command:
    return click.option(
        "--url",
        metavar="URL",
        required=True,
        help="Address of the server: its discovery (https://hub.example/taxii2/), an API root, or a collection.",
    )(command)


def _account_options(command: Command) -> Command:
    """Add the options that name an account and the authority that vouches for the server."""
    options = (
        click.option("--username", metavar="NAME", help="User name of the account, such as au-cert/feed (HTTP Basic)."),
        click.option(
            "--token",
            metavar="TOKEN",
            envvar="HUB_TOKEN",
            show_envvar=True,
            help="Token of the account. Other users of this machine can see a command line: rather set the "
            "environment variable, or give --token-file. Without --username it is sent as a Bearer token.",
        ),
        click.option(
            "--token-file",
            metavar="FILE",
            type=click.Path(exists=True, dir_okay=False, path_type=Path),
            help="File whose first line is the token.",
        ),
        click.option(
            "--cacert",
            metavar="FILE",
            type=click.Path(exists=True, dir_okay=False),
            help="PEM file of the authority that signed the server's certificate, where the system does not know it.",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


def connection_of(  # noqa: PLR0913 -- one parameter an option
    *,
    url: str,
    collection: str | None,
    username: str | None,
    token: str | None,
    token_file: Path | None,
    cacert: str | None,
) -> Connection:
    """Read the shared options; raise UsageError where they do not fit together."""
    try:
        address = parse_address(url)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--url") from error
    if collection is None and address.collection is None:
        raise click.UsageError("Name the collection with --collection: its alias, id or title.")
    credentials = _credentials(username, _token(username, token, token_file))
    _warn_of_plain_http(url, credentials)
    return Connection(address=address, collection=collection, credentials=credentials, cacert=cacert)


def settings_of(
    *, url: str, username: str | None, token: str | None, token_file: Path | None, cacert: str | None
) -> TransportSettings:
    """Read the options of a hub and an account; raise UsageError where they do not fit together."""
    credentials = _credentials(username, _token(username, token, token_file))
    _warn_of_plain_http(url, credentials)
    return TransportSettings(credentials=credentials, cacert=cacert)


@contextmanager
def connected(connection: Connection) -> Iterator[TaxiiClient]:
    """Open a session with the server for as long as the block runs."""
    with carried(connection) as transport:
        yield TaxiiClient(transport)


@contextmanager
def carried(connection: Connection) -> Iterator[Transport]:
    """Give what carries the requests of such a session."""
    with transported(TransportSettings(credentials=connection.credentials, cacert=connection.cacert)) as transport:
        yield transport


@contextmanager
def transported(settings: TransportSettings) -> Iterator[Transport]:
    """Open a session with any server for as long as the block runs."""
    transport = Transport(settings, sleep=time.sleep, notice=say)
    try:
        yield transport
    finally:
        transport.close()


def say(text: str) -> None:
    """Tell the person at the terminal something, beside the result."""
    click.echo(f"hub: {printable(text)}", err=True)


class ProgressLine:
    """One line on stderr, drawn over again; nothing where stderr is not a terminal."""

    def __init__(self) -> None:
        self._begun = time.monotonic()
        self._drawn = 0.0
        self._terminal = sys.stderr.isatty()

    def show(self, objects: int, total: int | None = None) -> None:
        """Show how many objects are done and how fast it goes, a few times a second."""
        now = time.monotonic()
        if not self._terminal or now - self._drawn < REDRAW_SECONDS:
            return
        self._drawn = now
        rate = objects / max(now - self._begun, REDRAW_SECONDS)
        of_total = "" if total is None else f" of {total:,}"
        click.echo(f"\r\033[K{objects:,}{of_total} objects, {rate:,.0f}/s", nl=False, err=True)

    def clear(self) -> None:
        """Take the line away."""
        if self._terminal and self._drawn:
            click.echo("\r\033[K", nl=False, err=True)
            self._drawn = 0.0


def _token(username: str | None, token: str | None, token_file: Path | None) -> str | None:
    """Find the token: file, option or environment, else asked for where there is a person to ask."""
    if token_file is not None:
        lines = token_file.read_text().splitlines()
        token = lines[0].strip() if lines else ""
        if not token:
            raise click.BadParameter(f"{token_file} is empty", param_hint="--token-file")
    if token is None and username is not None:
        if not sys.stdin.isatty():
            raise click.UsageError("--username needs a token: set HUB_TOKEN, or give --token-file or --token.")
        token = str(click.prompt("Token", hide_input=True, err=True))
    return token


def _credentials(username: str | None, token: str | None) -> Credentials | Nobody:
    if token is None:
        return Nobody()
    if not token.isprintable() or not token.strip():
        raise click.UsageError("The token is empty, or has characters that no token has.")
    return Credentials(username=username, token=token)


def _warn_of_plain_http(url: str, credentials: Credentials | Nobody) -> None:
    parts = urlsplit(url)
    if parts.scheme == "http" and parts.hostname not in LOOPBACK and isinstance(credentials, Credentials):
        say("warning: with http the token and all objects are readable on the way; use https")
