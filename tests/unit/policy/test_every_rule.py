"""Every rule of the rule book has a test that carries its number."""

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[2]
RULES = [f"SR-{number:02}" for number in range(1, 12)] + [f"PR-{number:02}" for number in range(1, 14)]


def rules_under_test() -> frozenset[str]:
    """Return the rules whose number stands in the name of some test."""
    names = re.compile(r"^def test_(?:\w+_)?([SP]R)_(\d\d)_", re.MULTILINE)
    sources = (path.read_text(encoding="utf-8") for path in TESTS.rglob("test_*.py"))
    return frozenset(f"{book}-{number}" for source in sources for book, number in names.findall(source))


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_has_a_test_that_carries_its_number(rule: str) -> None:
    assert rule in rules_under_test(), f"no test is named for {rule}"
