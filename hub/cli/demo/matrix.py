"""The matrix: who got what, and under which rule; and what was refused, and why."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Final

import click

from hub.cli.console import print_table
from hub.cli.demo.cast import Player
from hub.cli.demo.play import Outcome, PlayedScene, short
from hub.domain.clock import timestamp_of
from hub.policy.decisions import Decision
from hub.runtime.logs import printable
from hub.services.explaining.answers import as_json
from hub.services.explaining.versions import Explanation

NOT_RECEIVED: Final = "·"

_BASELINE: Final = "regional-baseline"
_TITLE_WIDTH: Final = 34
_REASON_WIDTH: Final = 100
_HEADS: Final = ("OBJECT", "NAME", "TLP")


def cell(decision: Decision) -> str:
    """Write an answer: `05`, `10` by the regional baseline, `10 2` by clause 2 of the other agreement, `·` for no."""
    if not decision.allowed:
        return NOT_RECEIVED
    clause = "" if decision.agreement in {None, _BASELINE} else f" {decision.clause}"
    return f"{decision.rule.removeprefix('SR-')}{clause}"


def explanations_of(played: PlayedScene, outcome: Outcome) -> Iterator[Explanation]:
    """Go through what the scene's organisation has of the scene's objects, in the order of the file."""
    producer = played.scene.account.partition("/")[0]
    own = [each for each in outcome.explanations if each.version.producer == producer]
    for object_id in played.titles:
        yield from (each for each in own if each.version.object_id == object_id)


def print_matrix(scenes: Sequence[PlayedScene], outcome: Outcome, players: Sequence[Player]) -> None:
    """Print one table with a part for each file, and what the numbers stand for."""
    parts = [(played, _rows(played, outcome, players)) for played in scenes]
    heads = (*_HEADS, *(player.short for player in players))
    widths = [max(map(len, column)) for column in zip(heads, *(row for _, rows in parts for row in rows), strict=True)]
    click.secho(_line(heads, widths), bold=True)
    for played, rows in parts:
        click.secho(f"\n{played.scene.file}, {played.scene.account} into {played.scene.collection}", bold=True)
        for row in rows:
            click.echo(_line(row, widths))
    click.echo()
    _print_legend(outcome)


def print_refusals(scenes: Sequence[PlayedScene]) -> None:
    """Print every object that the hub did not take, with its code."""
    rows = [
        (short(refusal.id), refusal.code, _clipped(printable(refusal.sentence), _REASON_WIDTH))
        for played in scenes
        for refusal in played.refusals
    ]
    click.secho(f"Refused: {len(rows)} objects; their neighbours in the same envelope were accepted", bold=True)
    print_table(("OBJECT", "CODE", "WHY"), rows)


def scene_of(played: PlayedScene, outcome: Outcome) -> dict[str, Any]:
    """Write a scene as JSON: each object with the answer to each account, and each that was refused."""
    return {
        "file": played.scene.file,
        "account": played.scene.account,
        "collection": played.scene.collection,
        "accepted": played.accepted,
        "objects": [_object(each, played) for each in explanations_of(played, outcome)],
        "refused": [
            {"id": refusal.id, "code": refusal.code, "sentence": refusal.sentence} for refusal in played.refusals
        ],
    }


def _object(each: Explanation, played: PlayedScene) -> dict[str, Any]:
    version = each.version
    return {
        "id": version.object_id,
        "version": None if version.version_tick is None else timestamp_of(version.version_tick),
        "name": played.titles[version.object_id],
        "tlp": each.handling.tlp.label,
        "answers": {account: as_json(decision) for account, decision in each.decisions.items()},
    }


def _rows(played: PlayedScene, outcome: Outcome, players: Sequence[Player]) -> list[tuple[str, ...]]:
    return [
        (
            short(each.version.object_id),
            _clipped(printable(played.titles[each.version.object_id]), _TITLE_WIDTH),
            each.handling.tlp.label,
            *(cell(each.decisions[player.account]) for player in players),
        )
        for each in explanations_of(played, outcome)
    ]


def _print_legend(outcome: Outcome) -> None:
    """Say which rule gave how many of the answers."""
    counts = Counter(
        (decision.allowed, decision.rule, decision.reason)
        for each in outcome.explanations
        for decision in each.decisions.values()
    )
    for allowed, word in ((True, "received"), (False, f"{NOT_RECEIVED} not received")):
        answers = sorted((rule, reason, count) for (kind, rule, reason), count in counts.items() if kind is allowed)
        told = ", ".join(f"{rule.removeprefix('SR-')} {reason}: {count}" for rule, reason, count in answers)
        click.echo(f"{word}: {told}")
    click.echo("A cell is the sharing rule (docs/sharing-rules.md) that decided: 05 is SR-05. `10 2` is SR-10 by")
    click.echo("clause 2 of the agreement demo-au-nz; a bare 10 is SR-10 by the regional baseline.")


def _clipped(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(text.ljust(width) for text, width in zip(cells, widths, strict=True)).rstrip()
