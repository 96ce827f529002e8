"""Rounds of the benchmark: what is compared has its turn in each of them, and pages name only chapters there are."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.bench.chapters import CHAPTERS
from tests.bench.figures import Figure
from tests.bench.peers.medallion import Medallion
from tests.bench.peers.opentaxii import OpenTaxii
from tests.bench.rounds import SIZES, Run

ROOT = Path(__file__).resolve().parents[3]
PAGES = [path for pattern in ("*.md", "docs/**/*.md") for path in ROOT.glob(pattern)]


def test_works_take_turns_each_of_them_first_and_each_has_a_sample_of_every_round(tmp_path: Path) -> None:
    order: list[tuple[str, int]] = []

    def work(name: str) -> Callable[[int], Figure]:
        def measure(number: int) -> Figure:
            order.append((name, number))
            return Figure(name=name, unit="ms", samples=(float(number),))

        return measure

    run = Run(size=SIZES["quick"], medallion=Medallion(tmp_path), opentaxii=OpenTaxii(tmp_path), say=lambda _: None)
    ours, theirs = run.in_turn(work("ours"), work("theirs"))
    assert order == [("ours", 0), ("theirs", 0), ("theirs", 1), ("ours", 1), ("ours", 2), ("theirs", 2)]
    assert (ours.name, ours.samples, theirs.name) == ("ours", (0.0, 1.0, 2.0), "theirs")


def test_nothing_is_installed_before_medallion_is_started(tmp_path: Path) -> None:
    Medallion(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("size", SIZES)
def test_sizes_grow_from_the_same_log(size: str) -> None:
    for rows in (SIZES[size].depths, SIZES[size].growth):
        assert rows[0] == 1_000
        assert list(rows) == sorted(set(rows))


def test_pages_name_only_chapters_there_are() -> None:
    named = {name for page in PAGES for name in re.findall(r"scripts/bench/hub --only (\w+)", page.read_text())}
    assert named
    assert named <= set(CHAPTERS)
