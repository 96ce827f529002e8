"""`hub serve`, and the steps it consists of, for hubs that span machines: `hub prepare`, `hub web` and so on."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING

import click

from hub.cli.console import json_log_option, json_option, print_json, with_settings
from hub.runtime.embedded import ServerUrls, servers, servers_made
from hub.runtime.logs import configure_logs
from hub.runtime.settings import Settings
from hub.runtime.supervisor import is_supervised
from hub.runtime.workers.stopping import stop_event

if TYPE_CHECKING:
    from hub.runtime.preparing import Prepared
    from hub.runtime.processes import Addresses


@click.command()
@with_settings("host", "port", "stream_port", "collections", "agreements")
@json_option
def serve(settings: Settings, *, as_json: bool) -> None:
    """Run a whole hub: its servers, the web and the workers.

    PostgreSQL and a Redis-protocol server run under the data directory, unless HUB_DATABASE_URL and HUB_REDIS_URL
    name servers of your own. SIGTERM or Ctrl-C ends all of it. Once the hub answers, its addresses are printed, with
    --json as one line; it then logs in JSON, too.
    """
    from hub.runtime import processes  # noqa: PLC0415 - the other commands start without it

    configure_logs(settings)
    processes.serve(settings, stop=stop_event(), ready=partial(_print_ready, as_json=as_json))


@click.command()
@with_settings("collections", "agreements")
@json_option
def prepare(settings: Settings, *, as_json: bool) -> None:
    """Bring the database to this release and take over the collection and agreement files.

    `hub serve` does it by itself. Safe to repeat.
    """
    from hub.runtime import preparing  # noqa: PLC0415 - the other commands start without it

    configure_logs(settings)
    with servers_made(settings) as urls:
        prepared = preparing.prepare(settings, urls)
    if as_json:
        print_json(asdict(prepared))
    else:
        _print_prepared(prepared)


@click.command()
@with_settings("host", "port", "collections", "agreements")
@json_log_option
def web(settings: Settings) -> None:
    """Run the web process alone; needs a prepared database."""
    from hub.runtime.web.front import run_web  # noqa: PLC0415 - the other commands start without the web

    with _process(settings, port=settings.port) as urls:
        run_web(settings, urls)


@click.command()
@with_settings("host", "stream_port", "collections", "agreements")
@json_log_option
def stream(settings: Settings) -> None:
    """Run the stream process alone, which holds `GET /stream` open; needs a prepared database."""
    from hub.runtime.streams.front import run_stream  # noqa: PLC0415 - the other commands start without the web

    with _process(settings, stream_port=settings.stream_port) as urls:
        run_stream(settings, urls)


@click.command()
@with_settings("collections", "agreements")
@json_log_option
def ingest(settings: Settings) -> None:
    """Run an ingest worker alone, which takes up large envelopes."""
    from hub.runtime.workers import ingesting  # noqa: PLC0415 - the other commands start without it

    stop = stop_event()
    with _process(settings) as urls:
        ingesting.run_ingest(settings, urls, stop)


@click.command()
@with_settings("collections", "agreements")
@json_log_option
def deliver(settings: Settings) -> None:
    """Run a deliverer alone, which brings subscribers what has arrived for them. Any number may run."""
    from hub.runtime.workers import delivering  # noqa: PLC0415 - the other commands start without it

    stop = stop_event()
    with _process(settings) as urls:
        delivering.run_deliver(settings, urls, stop)


def _print_ready(addresses: "Addresses", *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"ready": asdict(addresses)}))
        return
    click.echo(f"hub is ready on {addresses.discovery}")
    if addresses.streams is not None:
        click.echo(f"streams on {addresses.streams}")


def _print_prepared(prepared: "Prepared") -> None:
    before, after = prepared.schema.before, prepared.schema.after
    past = "new" if before is None else "as before" if before == after else f"before {before}"
    click.echo(f"schema {after}, {past}")
    named = ", ".join(f"{count} {kind}" for kind, count in prepared.files.items())
    kept = f"; the hub has its own of {', '.join(prepared.passed_over)}" if prepared.passed_over else ""
    click.echo(f"the files name {named}{kept}")


@contextmanager
def _process(settings: Settings, **ports: int) -> Iterator[ServerUrls]:
    """Begin the log of one process of a hub and give its servers.

    Raises ConfigurationError where one of `ports` is taken or the database is not prepared. `hub serve` has seen to
    both before it starts a process, and starts one again while its predecessor may still be ending.
    """
    configure_logs(settings)
    if is_supervised():
        with servers(settings) as urls:
            yield urls
        return
    from hub.runtime import processes  # noqa: PLC0415 - the migrations come with it
    from hub.store.migrate import require_migrated  # noqa: PLC0415 - these are the migrations

    for key, port in ports.items():
        processes.require_port(key, settings.host, port)
    with servers(settings) as urls:
        require_migrated(urls.database)
        yield urls
