"""The demonstration on a running hub: its matrix, its comparison with TAXII, and what it says of a difference."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from shutil import copy
from typing import Any

import click
import pytest

from hub.cli.demo.cast import AGREEMENTS, READERS, SAMPLES, SCENES, Player, assemble
from hub.cli.demo.feeds import counts_of, print_counts, push_files
from hub.cli.demo.invitation import invitation_of
from hub.cli.demo.matrix import cell, explanations_of, print_matrix, print_refusals
from hub.cli.demo.play import DisagreementError, Outcome, PlayedScene, look, play, require_agreement, short
from hub.cli.demo.stage import Stage
from hub.cli.demo.treaty import conclude_treaty
from hub.runtime.wiring import opened
from hub.store.database import Pool
from tests.support.commandline import run
from tests.support.serving import ServedHub, free_port, serving

README = (SAMPLES / "README.md").read_text()


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """A hub on which the samples have been pushed and pulled."""

    stage: Stage
    pool: Pool
    players: tuple[Player, ...]
    scenes: tuple[PlayedScene, ...]
    outcome: Outcome


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    root = tmp_path_factory.mktemp("demo")
    (root / "agreements").mkdir()
    for path in AGREEMENTS:
        copy(path, root / "agreements")
    with serving(root / "data", agreements=root / "agreements") as hub, opened(hub.urls) as pool:
        yield _played(root, hub, pool)


def _played(root: Path, hub: ServedHub, pool: Pool) -> Played:
    stage = Stage(root=root, port=hub.port, process=hub.process)
    players = assemble(pool)
    conclude_treaty(pool)
    told: list[str] = []
    scenes = play(stage, players, tell=told.append)
    outcome = look(stage, pool, players, {name for scene in scenes for name in scene.titles}, tell=told.append)
    return Played(stage=stage, pool=pool, players=players, scenes=scenes, outcome=outcome)


def documented(first_cell: str) -> list[tuple[str, ...]]:
    """Return the cells of every table row of the samples' page whose first cell fits."""
    lines = [line for line in README.splitlines() if re.match(rf"\| `{first_cell}` \|", line)]
    return [tuple(cell.strip().strip("`") for cell in line.strip("| ").split(" | ")) for line in lines]


def documented_objects() -> dict[str, tuple[str, ...]]:
    return {row[0]: row for row in documented("[a-z0-9-]+--[0-9a-f]{8}") if not row[1].isupper()}


def documented_refusals() -> list[tuple[str, str]]:
    return sorted((row[0], row[1]) for row in documented("[a-z0-9-]+--[0-9a-f]{8}") if row[1].isupper())


def test_the_scenes_are_those_of_the_samples_page() -> None:
    told = [row[:3] for row in documented(r"[a-z-]+\.json")]
    assert [(scene.file, scene.account, scene.collection) for scene in SCENES] == told


def test_every_cell_is_as_the_samples_page_says(played: Played) -> None:
    shown = {
        short(each.version.object_id): tuple(cell(each.decisions[account]) for account, _ in READERS)
        for scene in played.scenes
        for each in explanations_of(scene, played.outcome)
    }
    assert shown == {
        name: tuple("·" if answer.startswith("no ") else answer for answer in row[3:])
        for name, row in documented_objects().items()
    }


def test_what_is_pulled_over_taxii_is_what_the_rules_say(played: Played) -> None:
    require_agreement(played.outcome)
    assert sum(counted.total() for counted in played.outcome.pulled.values()) == sum(
        decision.allowed for each in played.outcome.explanations for decision in each.decisions.values()
    )


def test_an_object_too_few_or_too_many_is_a_disagreement(played: Played) -> None:
    account = READERS[1][0]
    pulled = played.outcome.pulled
    key = next(iter(pulled[account]))
    for changed in (pulled[account] - Counter([key]), pulled[account] + Counter([key])):
        outcome = replace(played.outcome, pulled={**pulled, account: changed})
        with pytest.raises(DisagreementError, match=rf"(?s)differ 1 times.*{account} was .*{key.object_id}"):
            require_agreement(outcome)


def test_the_matrix_shows_every_object_and_the_table_every_refusal(
    played: Played, capsys: pytest.CaptureFixture[str]
) -> None:
    print_matrix(played.scenes, played.outcome, played.players)
    matrix = capsys.readouterr().out
    assert all(short(each.version.object_id) in matrix for each in played.outcome.explanations)
    print_refusals(played.scenes)
    refused = re.findall(r"^(\S+--[0-9a-f]{8}) +([A-Z_]+) ", capsys.readouterr().out, re.MULTILINE)
    assert sorted(refused) == documented_refusals()


def test_files_of_ones_own_are_pushed_and_counted_by_code(
    played: Played, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, broken = tmp_path / "good.json", tmp_path / "broken.json"
    good.write_bytes((SAMPLES / "id-refused.json").read_bytes())
    broken.write_text('{"type": "bundle", "objects": [')
    fed = push_files(played.stage, played.players[0], [good, broken], tell=click.echo)
    print_counts(fed)
    printed = capsys.readouterr().out
    assert fed.ids
    assert re.search(r"^ +1  UNREADABLE$", printed, re.MULTILINE)
    assert re.search(r"^ +1  PATTERN_INVALID$", printed, re.MULTILINE)
    assert "2 files, 31 objects" in printed
    told = counts_of(fed)
    assert (told["files"], told["objects"]) == (2, 31)
    assert {"UNREADABLE": 1, "PATTERN_INVALID": 1}.items() <= told["answers"].items()


def test_as_json_it_is_one_document_with_the_answers_of_the_samples_page(tmp_path: Path) -> None:
    (tmp_path / "own.json").write_bytes((SAMPLES / "sg-hardening.json").read_bytes())
    done = run("demo", "--exit", "--json", "--port", free_port(), "--stix", tmp_path)
    assert done.returncode == 0, done.stderr
    assert "pulled as jp-isac/analyst: 36 objects" in done.stderr
    shown = json.loads(done.stdout)
    assert list(shown) == ["samples", "compared", "files"]
    assert (shown["compared"]["accounts"], shown["files"]["files"]) == (len(READERS), 1)
    rules = {
        short(each["id"]): tuple(rule_of(each["answers"][account]) for account, _ in READERS)
        for scene in shown["samples"]
        for each in scene["objects"]
    }
    assert rules == {
        name: tuple(re.sub(r"^(\d\d) .*", r"\1", answer) for answer in row[3:])
        for name, row in documented_objects().items()
    }
    refused = [(short(each["id"]), each["code"]) for scene in shown["samples"] for each in scene["refused"]]
    assert sorted(refused) == documented_refusals()


def rule_of(answer: dict[str, Any]) -> str:
    return f"{'' if answer['allowed'] else 'no '}{answer['rule'].removeprefix('SR-')}"


def test_as_json_the_hub_that_goes_on_serving_gives_its_address_and_accounts(played: Played) -> None:
    told = invitation_of(played.stage, played.players)
    assert told["discovery"] == played.stage.discovery
    assert [each["username"] for each in told["accounts"]] == [account for account, _ in READERS]
    assert [each["token"] for each in told["accounts"]] == [player.token for player in played.players]
