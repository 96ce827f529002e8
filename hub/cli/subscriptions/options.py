"""What the commands on subscriptions are told, and how it is read."""

import json
import sys
import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import click

from hub.cli.directory.desk import Desk
from hub.domain.clock import instant_of, parse_timestamp
from hub.domain.errors import ConfigurationError
from hub.domain.identifiers import SubscriptionId
from hub.domain.subscriptions.documents import filter_of
from hub.domain.subscriptions.filters import Filter
from hub.domain.subscriptions.subscription import Signature
from hub.runtime.catalogue import load_catalogue
from hub.services.directory.members import member_codes
from hub.services.subscriptions.adding import BYTES, OBJECTS
from hub.services.subscriptions.positions import Place

_READABLE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)


class PlaceType(click.ParamType[Any]):
    """`now`, `beginning`, or a timestamp in UTC."""

    name = "place"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Place | datetime:  # noqa: ANN401 - click's signature
        """Read it."""
        if isinstance(value, Place | datetime):
            return value
        if value in set(Place):
            return Place(value)
        tick = parse_timestamp(value)
        if tick is None:
            self.fail(f"{value!r} is none of now, beginning and a timestamp like 2026-03-01T12:00:00Z.", param, ctx)
        return instant_of(tick)


SUBSCRIPTION: Final = click.argument("subscription_id", metavar="ID", type=click.UUID)
FILTER: Final = click.option(
    "--filter",
    "filter_file",
    type=_READABLE,
    metavar="FILE",
    help="The conditions on what is sent, TOML or JSON; docs/subscriptions.md shows one.",
)
SIGNATURE: Final = click.option(
    "--signature",
    type=click.Choice([each.value for each in Signature]),
    metavar="SCHEMES",
    help="v1, the webhook's secret, or v1+v1a, the hub's own key beside it.  [default: v1]",
)
OBJECTS_OPTION: Final = click.option(
    "--batch-objects",
    type=click.IntRange(OBJECTS.start, OBJECTS.stop - 1),
    metavar="N",
    help="How many objects a batch has at most.",
)
BYTES_OPTION: Final = click.option(
    "--batch-bytes",
    type=click.IntRange(BYTES.start, BYTES.stop - 1),
    metavar="N",
    help="How many bytes a batch has at most.",
)
PASSWORD_FILE: Final = click.option(
    "--password-file",
    type=click.Path(dir_okay=False, allow_dash=True, exists=True, path_type=Path),
    metavar="FILE",
    help="The password or token for the other server; - reads standard input.  [default: asked for]",
)


def id_of(subscription_id: object) -> SubscriptionId:
    """Return the id that was read as a UUID."""
    return SubscriptionId(str(subscription_id))


def read_filter(desk: Desk, path: Path) -> Filter:
    """Read a filter; raise ConfigurationError for what is no TOML or JSON, UnprocessableError for what is no filter."""
    try:
        text = path.read_text(encoding="utf-8")
        document = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise ConfigurationError(f"{path}: is not {'JSON' if path.suffix == '.json' else 'TOML'}: {error}") from error
    catalogue = load_catalogue(desk.settings.collections)
    return filter_of(document, catalogue, member_codes(desk.pool), source=str(path))


def read_password(path: Path | None) -> str:
    """Return the password from the first line of a file, or as it is typed."""
    if path is not None:
        text = sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8")
        return text.partition("\n")[0].rstrip("\r")
    if not sys.stdin.isatty():
        raise click.UsageError("There is nobody to ask for the password: give --password-file.")
    typed: str = click.prompt("Password or token of the other server", hide_input=True, err=True)
    return typed
