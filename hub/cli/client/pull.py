"""`hub pull`: keep what a collection holds in files, and go on from there the next time."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import click

from hub.cli.client.connection import (
    INTERRUPTED,
    Connection,
    ProgressLine,
    carried,
    connection_of,
    connection_options,
    say,
)
from hub.cli.client.dated import Dated
from hub.cli.client.wanted import Format, Wanted, cursor_of, sink_of, start_of
from hub.cli.console import json_option, print_json
from hub.domain.clock import instant_of, parse_timestamp
from hub.outbound.errors import AnswerError, OutboundError
from hub.outbound.exchange.cursor import Position
from hub.outbound.exchange.pull import Progress, Pull
from hub.outbound.locate import locate
from hub.outbound.taxii import ObjectsPage, PageRequest, Target, TaxiiClient

AHEAD: Final = timedelta(minutes=1)
"""How far our clock may be ahead of the server's, by which `--since` is measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """How results are told: as sentences or as JSON."""

    as_json: bool

    def tell(self, wanted: Wanted, done: Progress, trouble: str = "") -> None:
        """Print what a run did."""
        if self.as_json:
            _print_document(_document(wanted, done, trouble), wanted)
            return
        if trouble:
            say(trouble)
            say(_kept(done))
        else:
            click.echo(_sentence(done))
        if done.undated:
            say(
                "the server does not say when it added these objects (X-TAXII-Date-Added-Last), so the next run "
                "will read them again, in place of these"
            )


EPILOG: Final = """\b
Example:
  export HUB_TOKEN=...
  hub pull --url https://hub.example/taxii2/ --collection all --username au-cert/feed --out all.ndjson

Exit status: 0 up to date, also where nothing is new; 1 the server could not be reached or would not deal with us (what
was read is kept, and the same command goes on from there); 2 wrong usage, or the output and its state do not belong to
this command.
"""


@click.command(epilog=EPILOG)
@connection_options
@click.option(
    "--out",
    metavar="PATH",
    required=True,
    type=click.Path(path_type=Path),
    help="File to keep the objects in; a folder for --format dir.",
)
@click.option(
    "--state",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File that keeps the position.  [default: PATH.state]",
)
@click.option(
    "--type", "types", metavar="T", multiple=True, help="Only objects of this type, such as indicator; repeatable."
)
@click.option(
    "--format",
    "kind",
    type=click.Choice([kind.value for kind in Format]),
    default=Format.NDJSON.value,
    show_default=True,
    help="ndjson: an object a line. bundle: one STIX bundle, complete after every page. dir: a file an object version.",
)
@click.option(
    "--since",
    metavar="TIMESTAMP",
    help="Begin with what was added after this time, such as 2026-01-31T00:00:00Z; a state file goes before it.",
)
@click.option(
    "--limit",
    metavar="N",
    type=click.IntRange(1),
    default=1_000,
    show_default=True,
    help="Ask for so many objects a page; the server may give fewer.",
)
@click.option(
    "--follow", metavar="SECONDS", type=click.FloatRange(1), help="Do not end: look again every so many seconds."
)
@json_option
def pull(  # noqa: PLR0913 -- one parameter an option
    *,
    out: Path,
    state: Path | None,
    types: tuple[str, ...],
    kind: str,
    since: str | None,
    limit: int,
    follow: float | None,
    as_json: bool,
    **options: object,
) -> None:
    """Keep what a collection of a TAXII 2.1 server holds in PATH.

    The first run reads everything you may see; every further run of the same command reads what was added since, and
    adds it. The position is kept in PATH.state. The command may be interrupted at any moment, and run from cron.
    Objects are kept byte for byte as the server sent them; only line breaks between values become spaces.

    To take objects away while pulling, use --format dir: files that are gone are not missed.
    """
    if since is not None and parse_timestamp(since) is None:
        raise click.BadParameter(f"{since!r} is not a UTC time such as 2026-01-31T00:00:00Z", param_hint="--since")
    connection = connection_of(**options)  # type: ignore[arg-type]
    wanted = Wanted(
        out=out,
        state=state or out.with_name(f"{out.name}.state"),
        kind=Format(kind),
        types=tuple(sorted(set(types))),
        since=since,
        limit=limit,
        follow=follow,
    )
    raise click.exceptions.Exit(_run(connection, wanted, Voice(as_json=as_json)))


def _run(connection: Connection, wanted: Wanted, voice: Voice) -> int:
    """Pull once or for ever; return the exit status."""
    line = ProgressLine()
    done = Progress(objects=0, pages=0, undated=0, reached=Position())

    def watch(progress: Progress) -> None:
        nonlocal done
        done = progress
        line.show(progress.objects)

    try:
        _pull(connection, wanted, voice, watch)
    except OutboundError as error:
        line.clear()
        voice.tell(wanted, done, error.sentence)
        return 1
    except KeyboardInterrupt:
        line.clear()
        voice.tell(wanted, done, "interrupted")
        return INTERRUPTED if wanted.follow is None else 0
    return 0


def _pull(connection: Connection, wanted: Wanted, voice: Voice, watch: Callable[[Progress], None]) -> None:
    with carried(connection) as transport:
        dated = Dated(transport)
        client = TaxiiClient(dated)
        target = locate(client, connection.address, connection.collection)
        _refuse_the_future(wanted.since, at=dated.seen or datetime.now(UTC))
        cursor = cursor_of(wanted, target, connection.username)
        start = start_of(cursor, wanted)
        with sink_of(wanted, start) as sink:
            _pull_and_follow(Pull(sink, cursor, start, watch=watch), client, target, wanted, voice)


def _refuse_the_future(since: str | None, *, at: datetime) -> None:
    """Refuse to begin after `at`: what is added until then would never be read."""
    tick = None if since is None else parse_timestamp(since)
    if tick is not None and instant_of(tick) > at + AHEAD:
        raise click.BadParameter(
            f"{since} is yet to come: by the server's clock, which is what counts, it is {at:%Y-%m-%dT%H:%M:%SZ}. "
            "Nothing was read.",
            param_hint="--since",
        )


def _pull_and_follow(puller: Pull, client: TaxiiClient, target: Target, wanted: Wanted, voice: Voice) -> None:
    """Pull once, and again every so many seconds where that is wanted."""
    query = PageRequest(types=wanted.types, limit=wanted.limit)

    def fetch(request: PageRequest) -> ObjectsPage:
        return client.page(target, request)

    voice.tell(wanted, puller.run(fetch, query))
    while wanted.follow is not None:
        _refuse_to_follow_undated(puller.progress)
        time.sleep(wanted.follow)
        try:
            done = puller.run(fetch, query)
        except AnswerError:
            raise
        except OutboundError as error:
            say(f"{error.sentence}; looking again in {wanted.follow:g} s")
            continue
        if done.objects:
            voice.tell(wanted, done)


def _refuse_to_follow_undated(done: Progress) -> None:
    if done.undated:
        raise OutboundError("a server that does not say when it added objects cannot be followed")


def _sentence(done: Progress) -> str:
    """Say in one sentence what a run did that came to the end of the collection."""
    newest = done.reached.after
    if not done.objects:
        return f"nothing new, up to date as of {newest}" if newest else "nothing there yet"
    return f"{done.objects:,} objects" + (f", up to date as of {newest}" if newest else "")


def _kept(done: Progress) -> str:
    """Say what a run has left that did not come to the end."""
    if not done.objects:
        return "nothing was read; what was kept before is as it was"
    return f"{done.objects:,} objects are kept; the same command goes on from there"


def _print_document(document: dict[str, object], wanted: Wanted) -> None:
    """Print indented JSON, or one line where more are to follow."""
    if wanted.follow is None:
        print_json(document)
    else:
        click.echo(json.dumps(document))


def _document(wanted: Wanted, done: Progress, trouble: str) -> dict[str, object]:
    return {
        "objects": done.objects,
        "total": done.reached.objects,
        "up_to_date_as_of": done.reached.after,
        "pages": done.pages,
        "undated": done.undated,
        "out": str(wanted.out),
        "state": str(wanted.state),
        "error": trouble or None,
    }
