"""The demonstration on a running hub: its matrix, its comparison with TAXII, and what it says of a difference."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from shutil import copy

import pytest

from hub.cli.demo.cast import AGREEMENTS, READERS, SAMPLES, SCENES, Player, assemble
from hub.cli.demo.feeds import push_files
from hub.cli.demo.matrix import cell, explanations_of, print_matrix, print_refusals
from hub.cli.demo.play import DisagreementError, Outcome, PlayedScene, look, play, require_agreement, short
from hub.cli.demo.stage import Stage
from hub.cli.demo.treaty import conclude_treaty
from hub.runtime.wiring import opened
from hub.store.database import Pool
from tests.support.serving import ServedHub, serving

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


def test_the_scenes_are_those_of_the_samples_page() -> None:
    told = [row[:3] for row in documented(r"[a-z-]+\.json")]
    assert [(scene.file, scene.account, scene.collection) for scene in SCENES] == told


def test_every_cell_is_as_the_samples_page_says(played: Played) -> None:
    rows = {row[0]: row for row in documented("[a-z0-9-]+--[0-9a-f]{8}") if not row[1].isupper()}
    shown = {
        short(each.version.object_id): tuple(cell(each.decisions[account]) for account, _ in READERS)
        for scene in played.scenes
        for each in explanations_of(scene, played.outcome)
    }
    assert shown == {
        name: tuple("·" if answer.startswith("no ") else answer for answer in row[3:]) for name, row in rows.items()
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
    told = [(row[0], row[1]) for row in documented("[a-z0-9-]+--[0-9a-f]{8}") if row[1].isupper()]
    assert sorted(refused) == sorted(told)


def test_files_of_ones_own_are_pushed_and_counted_by_code(
    played: Played, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, broken = tmp_path / "good.json", tmp_path / "broken.json"
    good.write_bytes((SAMPLES / "id-refused.json").read_bytes())
    broken.write_text('{"type": "bundle", "objects": [')
    ids = push_files(played.stage, played.players[0], [good, broken])
    printed = capsys.readouterr().out
    assert ids
    assert re.search(r"^ +1  UNREADABLE$", printed, re.MULTILINE)
    assert re.search(r"^ +1  PATTERN_INVALID$", printed, re.MULTILINE)
    assert "2 files, 31 objects" in printed
