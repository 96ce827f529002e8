"""The document of the sharing rules says what the code does: every rule is in it, and its example is well formed."""

import json
import re
from pathlib import Path

import pytest

from hub.policy.clauses import Step
from hub.stix.audience import EXTENSION_ID, audience_of, audience_problem
from tests.unit.policy.countries import audience
from tests.unit.policy.test_every_rule import RULES

ROOT = Path(__file__).resolve().parents[3]
BOOK = (ROOT / "docs/sharing-rules.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("rule", RULES)
def test_the_document_has_every_rule_once(rule: str) -> None:
    entries = re.findall(rf"^(?:### {rule} |\| \*\*{rule}\*\* )", BOOK, re.MULTILINE)
    assert len(entries) == 1


def test_the_document_has_every_reason_that_the_vectors_expect() -> None:
    cases = json.loads((Path(__file__).parent / "vectors.json").read_bytes())["cases"]
    reasons = {case["expect"]["reason"] for case in cases}
    assert len(reasons) == 17
    assert {reason for reason in reasons if f"`{reason}`" not in BOOK} == set()


def test_the_document_has_every_miss() -> None:
    assert {step.miss for step in Step if step is not Step.GRANTED and f"`{step.miss}`" not in BOOK} == set()


def test_the_audience_in_the_document_is_one() -> None:
    (text,) = re.findall(r"```json\n(.*?)```", BOOK, re.DOTALL)
    marking = json.loads(text)
    assert EXTENSION_ID in marking["extensions"]
    assert audience_problem(marking) is None
    assert audience_of(marking) == audience("SG", "fj-water", "pg-cert/ana")
