"""The command, from an empty directory to a hub that goes on serving, or is gone."""

import shutil
import signal
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import click

from hub.cli.client.connection import INTERRUPTED
from hub.cli.demo.cast import Player, assemble, require_samples
from hub.cli.demo.feeds import find_files, push_files
from hub.cli.demo.invitation import print_invitation
from hub.cli.demo.matrix import print_matrix, print_refusals
from hub.cli.demo.play import Outcome, look, play, require_agreement
from hub.cli.demo.stage import Stage, choose_port, make_directory, on_stage
from hub.cli.demo.treaty import PARTIES, TREATY, conclude_treaty
from hub.runtime.wiring import opened
from hub.store.database import Pool

_ENDINGS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

Tell = Callable[[str], None]


@click.command()
@click.option(
    "--port",
    type=click.IntRange(1, 65_535),
    metavar="N",
    help="Port to listen on.  [default: 8000, or a free one where that is taken]",
)
@click.option("--exit", "leave", is_flag=True, help="End when the matrix is printed, instead of going on serving.")
@click.option(
    "--stix",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="Push the STIX files in DIR, too, as au-cert, and count what became of them.",
)
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Directory for all of it: empty or not there yet.  [default: a temporary one, removed with --exit]",
)
def demo(*, port: int | None, leave: bool, stix: Path | None, data: Path | None) -> None:
    """Show a hub at work: who gets what, and under which rule.

    Starts `hub serve` on servers of its own, makes accounts for six national CERTs, a constituent and a private
    partner, pushes the samples of docs/samples over HTTP, pulls as each account with taxii2-client, and prints the
    matrix. Exit status 1 where a pull and the rules disagree. Ctrl-C ends all of it.
    """
    for number in _ENDINGS:
        signal.signal(number, signal.default_int_handler)
    require_samples()
    files = [] if stix is None else find_files(stix)
    root = make_directory(data)
    removed = leave and data is None
    try:
        _run(root, choose_port(port), files, leave=leave)
    except KeyboardInterrupt:
        click.echo("interrupted", err=True)
        raise click.exceptions.Exit(INTERRUPTED) from None
    finally:
        if removed:
            shutil.rmtree(root)
        else:
            _print_kept(root)


def _run(root: Path, port: int, files: Sequence[Path], *, leave: bool) -> None:
    tell = _narrator()
    tell("starting the hub: PostgreSQL, Valkey, ingest worker, web")
    with on_stage(root, port) as stage, opened(stage.urls) as pool:
        tell(f"the hub answers on {stage.discovery}")
        players = assemble(pool)
        tell(f"{len(players)} accounts: " + ", ".join(player.account for player in players))
        conclude_treaty(pool)
        tell(f"{TREATY}: proposed, and signed by {' and '.join(PARTIES)}")
        _show_samples(stage, pool, players, tell)
        if files:
            _show_files(stage, pool, players, files, tell)
        if not leave:
            click.echo()
            print_invitation(stage, players)
            _serve(stage)


def _show_samples(stage: Stage, pool: Pool, players: Sequence[Player], tell: Tell) -> None:
    scenes = play(stage, players, tell=tell)
    outcome = look(stage, pool, players, {name for played in scenes for name in played.titles}, tell=tell)
    click.echo()
    print_matrix(scenes, outcome, players)
    click.echo()
    print_refusals(scenes)
    require_agreement(outcome)
    click.echo()
    _print_agreement(outcome, players)


def _show_files(stage: Stage, pool: Pool, players: Sequence[Player], files: Sequence[Path], tell: Tell) -> None:
    click.echo()
    tell(f"pushing {len(files)} STIX files as {players[0].account}")
    ids = push_files(stage, players[0], files)
    outcome = look(stage, pool, players, ids, tell=tell)
    require_agreement(outcome)
    click.echo(
        f"{len(outcome.explanations):,} versions, {len(players)} accounts: what was pulled is what the rules say."
    )


def _print_agreement(outcome: Outcome, players: Sequence[Player]) -> None:
    versions = len(outcome.explanations)
    click.echo(f"{versions:,} objects, {len(players)} accounts: what was pulled over TAXII is what the rules say.")


def _serve(stage: Stage) -> None:
    """Go on until somebody ends us; raise UnavailableError where the hub ends by itself."""
    try:
        stage.process.wait()
    except KeyboardInterrupt:
        click.echo("ending", err=True)
        return
    stage.require_running()


def _narrator() -> Tell:
    begun = time.monotonic()

    def tell(sentence: str) -> None:
        click.echo(f"{time.monotonic() - begun:5.1f} s  {sentence}")

    return tell


def _print_kept(root: Path) -> None:
    click.echo(f"kept in {root}; again: hub serve --data {root}/data --agreements {root}/agreements", err=True)
