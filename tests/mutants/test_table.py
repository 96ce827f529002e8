"""The table of mutants is in step with the rules: every change can be made, and is one."""

import pytest

from tests.mutants.table import ROOT, Mutant, mutants

MUTANTS = mutants()
READING = ("reading", "clauses", "world", "visibility", "versions", "classify")


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.label)
def test_a_mutant_changes_one_place_into_something_else_that_compiles(mutant: Mutant) -> None:
    text = (ROOT / mutant.file).read_text(encoding="utf-8")
    assert text.count(mutant.old) == 1, "tests/mutants: the text does not stand exactly once in the file; adapt it"
    assert mutant.new != mutant.old
    compile(mutant.source(ROOT), mutant.file, "exec")


def test_no_two_mutants_are_the_same() -> None:
    assert len({mutant.label for mutant in MUTANTS}) == len(MUTANTS)
    assert len({(mutant.file, mutant.source(ROOT)) for mutant in MUTANTS}) == len(MUTANTS)


def test_a_reason_for_equivalence_says_something() -> None:
    assert all(len(mutant.equivalent) > 30 for mutant in MUTANTS if mutant.equivalent is not None)


def test_every_module_of_the_reading_rules_has_mutants() -> None:
    assert {f"hub/policy/{name}.py" for name in READING} <= {mutant.file for mutant in MUTANTS}


@pytest.mark.parametrize("rule", [f"SR-{number:02}" for number in range(1, 12)])
def test_every_rule_of_reading_has_a_mutant(rule: str) -> None:
    assert any(rule in mutant.name for mutant in MUTANTS)
