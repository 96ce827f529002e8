"""docs/taxii-conformity.md stays true: every item is there, with the tests that exist, or with a reason."""

import re
from collections import defaultdict
from pathlib import Path
from typing import Final

import pytest

PROJECT: Final = Path(__file__).resolve().parents[2]
TABLE: Final = PROJECT / "docs" / "taxii-conformity.md"
TESTED: Final = (PROJECT / "tests" / "taxii", PROJECT / "tests" / "unit" / "web")
FAMILIES: Final = dict(
    zip(
        "TGNAEFPVDRSCMOWBXYKIQ",
        (6, 18, 17, 15, 5, 40, 16, 5, 8, 5, 14, 11, 6, 3, 23, 4, 10, 6, 3, 32, 6),
        strict=True,
    )
)
"""How many items each family has: 247, and the six of the official client (Q)."""

OUT_OF_SCOPE: Final = {
    *("T-01", "T-02", "T-03", "T-04", "T-05", "T-06"),
    *("A-12", "D-07", "F-36", "I-01", "I-09"),
}
"""The items that no test can hold this server to; one more is a decision, not an oversight."""

ROW: Final = re.compile(r"\| ([A-Z]-\d\d) \|.*[^\\]\| (.+?) \|")
ITEMS: Final = re.compile(r"^def (test_((?:[A-Z]_\d\d_)+)\w+)", re.MULTILINE)


def rows() -> dict[str, str]:
    """Return what each item is held by."""
    found = [ROW.fullmatch(line) for line in TABLE.read_text().splitlines()]
    pairs = [(row[1], row[2]) for row in found if row]
    assert len(pairs) == len(dict(pairs)), "an item stands twice"
    return dict(pairs)


def named_tests() -> dict[str, set[str]]:
    """Return the tests that are named after each item."""
    tests: defaultdict[str, set[str]] = defaultdict(set)
    for file in (file for folder in TESTED for file in folder.glob("test_*.py")):
        for name, items in ITEMS.findall(file.read_text()):
            for family, number in re.findall(r"([A-Z])_(\d\d)", items):
                tests[f"{family}-{number}"].add(name)
    return tests


def test_every_item_is_in_the_table() -> None:
    expected = [f"{family}-{number:02}" for family, count in FAMILIES.items() for number in range(1, count + 1)]
    assert sum(FAMILIES.values()) - FAMILIES["Q"] == 247
    assert list(rows()) == expected


@pytest.mark.parametrize("item", rows())
def test_an_item_names_its_tests_or_its_reason(item: str) -> None:
    held_by, tests = rows()[item], named_tests()[item]
    assert set(re.findall(r"`(\w+)`", held_by)) == tests
    assert bool(tests) != (item in OUT_OF_SCOPE)
    if not tests:
        assert held_by.endswith(".")


def test_every_named_test_is_of_an_item() -> None:
    assert set(named_tests()) <= set(rows())
