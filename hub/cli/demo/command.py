"""The command, from an empty directory to a hub that goes on serving, or is gone."""

import shutil
import signal
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import click

from hub.cli.client.connection import INTERRUPTED
from hub.cli.console import json_option, print_json
from hub.cli.demo.cast import Player, assemble, require_samples
from hub.cli.demo.feeds import counts_of, find_files, print_counts, push_files
from hub.cli.demo.invitation import invitation_of, print_invitation
from hub.cli.demo.matrix import print_matrix, print_refusals, scene_of
from hub.cli.demo.play import Outcome, look, play, require_agreement
from hub.cli.demo.stage import Stage, choose_port, make_directory, on_stage
from hub.cli.demo.treaty import PARTIES, TREATY, conclude_treaty
from hub.runtime.wiring import opened
from hub.store.database import Pool

_ENDINGS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Voice:
    """How the demonstration is told: as it goes on, or, as JSON, in one document when everything has been shown."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        self._begun = time.monotonic()
        self._document: dict[str, object] = {}

    def tell(self, sentence: str) -> None:
        """Say what is being done, on stderr where stdout is the document's."""
        click.echo(f"{time.monotonic() - self._begun:5.1f} s  {sentence}", err=self._as_json)

    def show(self, part: str, facts: object, *prints: Callable[[], None]) -> None:
        """Show a part: its facts in the document, else each of its prints after an empty line."""
        self._document[part] = facts
        for each in () if self._as_json else prints:
            click.echo()
            each()

    def end(self) -> None:
        """Print the document where there is one."""
        if self._as_json:
            print_json(self._document)


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
@json_option
def demo(*, port: int | None, leave: bool, stix: Path | None, data: Path | None, as_json: bool) -> None:
    """Show a hub at work: who gets what, and under which rule.

    Starts `hub serve` on servers of its own, makes accounts for six national CERTs, a constituent and a private
    partner, pushes the samples of docs/samples over HTTP, pulls as each account with taxii2-client, and prints the
    matrix. Exit status 1 where a pull and the rules disagree. Ctrl-C ends all of it.

    With --json, stderr tells what is being done, and one document is printed: `samples`, with the answer of the rules
    for each object and account and with what was refused; `compared`; `files`, with --stix; `serving`, the address and
    the accounts, without --exit.
    """
    for number in _ENDINGS:
        signal.signal(number, signal.default_int_handler)
    require_samples()
    files = [] if stix is None else find_files(stix)
    root = make_directory(data)
    removed = leave and data is None
    try:
        _run(root, choose_port(port), files, Voice(as_json=as_json), leave=leave)
    except KeyboardInterrupt:
        click.echo("interrupted", err=True)
        raise click.exceptions.Exit(INTERRUPTED) from None
    finally:
        if removed:
            shutil.rmtree(root)
        else:
            _print_kept(root)


def _run(root: Path, port: int, files: Sequence[Path], voice: Voice, *, leave: bool) -> None:
    voice.tell("starting the hub: PostgreSQL, Valkey, ingest worker, web")
    with on_stage(root, port) as stage, opened(stage.urls) as pool:
        voice.tell(f"the hub answers on {stage.discovery}")
        players = assemble(pool)
        voice.tell(f"{len(players)} accounts: " + ", ".join(player.account for player in players))
        conclude_treaty(pool)
        voice.tell(f"{TREATY}: proposed, and signed by {' and '.join(PARTIES)}")
        _show_samples(stage, pool, players, voice)
        if files:
            _show_files(stage, pool, players, files, voice)
        if not leave:
            voice.show("serving", invitation_of(stage, players), lambda: print_invitation(stage, players))
        voice.end()
        if not leave:
            _serve(stage)


def _show_samples(stage: Stage, pool: Pool, players: Sequence[Player], voice: Voice) -> None:
    scenes = play(stage, players, tell=voice.tell)
    outcome = look(stage, pool, players, {name for played in scenes for name in played.titles}, tell=voice.tell)
    voice.show(
        "samples",
        [scene_of(played, outcome) for played in scenes],
        lambda: print_matrix(scenes, outcome, players),
        lambda: print_refusals(scenes),
    )
    _show_agreement(outcome, players, voice)


def _show_files(stage: Stage, pool: Pool, players: Sequence[Player], files: Sequence[Path], voice: Voice) -> None:
    voice.tell(f"pushing {len(files)} STIX files as {players[0].account}")
    fed = push_files(stage, players[0], files, tell=voice.tell)
    voice.show("files", counts_of(fed), lambda: print_counts(fed))
    _show_agreement(look(stage, pool, players, fed.ids, tell=voice.tell), players, voice)


def _show_agreement(outcome: Outcome, players: Sequence[Player], voice: Voice) -> None:
    """Say that the pulls and the rules agree; raise DisagreementError where they do not."""
    require_agreement(outcome)
    objects, accounts = len(outcome.explanations), len(players)
    sentence = f"{objects:,} objects, {accounts} accounts: what was pulled over TAXII is what the rules say."
    voice.show("compared", {"objects": objects, "accounts": accounts}, lambda: click.echo(sentence))


def _serve(stage: Stage) -> None:
    """Go on until somebody ends us; raise UnavailableError where the hub ends by itself."""
    try:
        stage.process.wait()
    except KeyboardInterrupt:
        click.echo("ending", err=True)
        return
    stage.require_running()


def _print_kept(root: Path) -> None:
    click.echo(f"kept in {root}; again: hub serve --data {root}/data --agreements {root}/agreements", err=True)
